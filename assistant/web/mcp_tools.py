"""The assistant as tools for other assistants (Model Context Protocol). The only module that imports ``mcp``."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from starlette.applications import Starlette

from assistant.conversation import RequestError, log_failure, play
from assistant.web.handlers import Advising
from knowledge.errors import CatalogueError
from knowledge.models import Language

MCP_PATH = "/mcp"
_INSTRUCTIONS = (
    "Advice for Dutch SMEs on instruments for innovation: tax credits, grants, loans, guarantees, vouchers. "
    "Every statement carries its source and date; give these along. The assistant decides on no grant."
)


def mcp_app(advisor: Advising, host: str) -> Starlette:
    """The endpoint, stateless: each call stands by itself, and nothing of it is kept.

    Requests under another host name than a local ``host`` are refused (DNS rebinding).
    """
    server = MCPServer("Instrumentwijzer", instructions=_INSTRUCTIONS, log_level="WARNING")

    def reply(question: str | list[str], language: Language | None = None) -> dict[str, Any]:
        """Which innovation instruments fit this entrepreneur, and why, with citations.

        Args:
            question: The entrepreneur's situation and question, in Dutch or English, as they would tell it.
                More facts (employees, province, sector, phase of the plan, needs) give better advice.
                For a conversation: a list of the entrepreneur's messages, oldest first.
            language: "nl" or "en": the language of the reply. Default: that of the question.

        Returns:
            The reply: `answer` (Markdown; each [n] refers to `citations`), `recommendations` (best first,
            with a verdict per criterion: met, not_met or unknown), `rejected` (with why), `question`
            (the one thing that would change the advice most; ask it and call again) and `profile`.
        """
        turns = [question] if isinstance(question, str) else question
        try:
            return play(advisor, turns, language=language).model_dump(mode="json")
        except RequestError as error:
            raise ToolError(str(error)) from None
        except Exception as error:
            log_failure(error)
            raise ToolError("The assistant failed on this question. Please try again.") from None

    def instrument(id: str) -> dict[str, Any]:
        """Everything that the catalogue holds on one instrument.

        Args:
            id: The instrument's id, as in a reply's `recommendations`, `rejected` or `mentioned`; such as "wbso".

        Returns:
            Names, status, criteria, facts, evaluations and combinations; each with its source, place and date.
        """
        try:
            return advisor.catalogue[id].model_dump(mode="json", by_alias=True)
        except CatalogueError as error:
            raise ToolError(str(error)) from None

    for tool in (reply, instrument):
        server.add_tool(tool, description=cleandoc(tool.__doc__ or ""))
    return server.streamable_http_app(
        streamable_http_path=MCP_PATH, json_response=True, stateless_http=True, host=host, max_request_body_size=1 << 20
    )
