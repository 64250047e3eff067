"""The HTTP API: the contract's reply, and the catalogue."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from assistant import conversation
from assistant.conversation import NotJsonError, RequestError
from assistant.maintenance import summary
from assistant.models import Reply
from assistant.web.handlers import Advising
from knowledge.errors import CatalogueError

LARGEST_BODY: Final = 1 << 20
_TOO_LARGE: Final = "The request is larger than 1 MB. Send a shorter conversation."
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "description": "Give either messages or turns.",
                    "properties": {
                        "id": {"description": "echoed in the reply"},
                        "messages": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["role", "content"],
                                "properties": {
                                    "role": {"enum": ["user", "assistant"]},
                                    "content": {"type": "string"},
                                },
                            },
                        },
                        "turns": {"type": "array", "items": {"type": "string"}},
                    },
                }
            }
        },
    }
}


class _TooLargeError(ValueError):
    pass


def api_routes(advisor: Advising) -> APIRouter:
    """The routes over one advisor. A failure is a reply with ``error`` set, under a matching status."""
    router = APIRouter()

    @router.post("/api/reply", response_model=Reply, openapi_extra=_BODY)
    async def reply(request: Request) -> JSONResponse:
        """Answer a conversation, or play the user's messages and answer the last."""
        try:
            parsed = conversation.parse_line(await _body(request))
        except _TooLargeError:
            return _failed(_TOO_LARGE, 413)
        except NotJsonError as error:
            return _failed(str(error), 400)
        except RequestError as error:
            return _failed(str(error), 422, error.request_id)
        try:
            answer = await run_in_threadpool(conversation.answer, advisor, parsed)
        except Exception as error:
            conversation.log_failure(error)
            return _failed(conversation.FAILED, 500, parsed.id)
        return JSONResponse(answer.model_dump(mode="json"))

    @router.get("/api/instruments")
    def instruments() -> list[dict[str, Any]]:
        """All instruments in a line each."""
        return [summary(instrument) for instrument in advisor.catalogue]

    @router.get("/api/instruments/{instrument}")
    def instrument(instrument: str) -> JSONResponse:
        """One instrument with its facts, criteria and sources."""
        try:
            found = advisor.catalogue[instrument]
        except CatalogueError as error:
            return JSONResponse({"error": str(error)}, status_code=404)
        return JSONResponse(found.model_dump(mode="json", by_alias=True))

    @router.api_route("/api/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    def nothing(path: str) -> JSONResponse:
        """The page answers every other address; below /api that would only confuse."""
        known = "POST /api/reply, GET /api/instruments and GET /api/instruments/{id}"
        return JSONResponse({"error": f"There is no such address or method. The API has {known}."}, status_code=404)

    @router.get("/health")
    def health() -> dict[str, Any]:
        """Is the assistant up, and what does it know?"""
        return {"status": "ok", "instruments": len(advisor.catalogue)}

    return router


async def _body(request: Request) -> bytes:
    """The body, read no further than is allowed."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BODY:
            raise _TooLargeError
        parts.append(part)
    return b"".join(parts)


def _failed(message: str, status: int, request_id: Any = None) -> JSONResponse:
    return JSONResponse(conversation.failed(message, request_id).model_dump(mode="json"), status_code=status)
