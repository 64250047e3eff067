"""Markdown of an answer → HTML that is safe to show, with its markers as links; and → plain text.

Raw HTML is escaped, and images and link definitions are switched off: an answer may have been
written by a language model, and nothing in it may load from elsewhere or pose as a marker.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from assistant.web.html import Html, el, join

_MARKER: Final = re.compile(r"\[(\d{1,4})\]")
_LEAD: Final = re.compile(r"<li>(<p>)?([^\W\d_][^<.:]{2,48}:) ")
_EURO: Final = re.compile(r"€ (?=\d)")
_TABLE_RULE: Final = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")


class _Renderer(RendererHTML):
    """Plain text with its markers as links; links open elsewhere and tell nothing about this page."""

    def text(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return _with_markers(tokens[idx].content, env["turn"], env["cited"])

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        tokens[idx].attrSet("target", "_blank")
        tokens[idx].attrSet("rel", "noopener noreferrer nofollow")
        return self.renderToken(tokens, idx, options, env)

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return '<div class="scrolls" tabindex="0"><table>\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "</table></div>\n"


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=_Renderer)
    return parser.enable("table").disable(["image", "reference", "html_block", "html_inline", "code"])


def citation_id(turn: int, number: int) -> str:
    """The id of a citation's element."""
    return f"t{turn}-c{number}"


def marker(turn: int, number: int, label: str | None = None) -> Html:
    """The link from an answer to one of its citations."""
    target = citation_id(turn, number)
    return el("a", f"[{number}]", class_="marker", href=f"#{target}", data_cite=target, aria_label=label)


def to_html(text: str, turn: int, cited: Collection[int]) -> Html:
    """Render an answer. Only the numbers in ``cited`` become links."""
    parser = _parser()
    env = {"turn": turn, "cited": frozenset(cited)}
    tokens = parser.parse(text, env)
    _label_cells(tokens)
    html: str = parser.renderer.render(tokens, parser.options, env)
    return Html(_LEAD.sub(r'<li>\1<span class="lead">\2</span> ', html))


def _label_cells(tokens: Sequence[Token]) -> None:
    """Give each cell the head of its column: on a phone a table becomes a list of those."""
    heads: list[str] = []
    column = 0
    for token, following in pairwise(tokens):
        if token.type == "table_open":
            heads = []
        elif token.type == "tr_open":
            column = 0
        elif token.type == "th_open":
            heads.append(following.content)
        elif token.type == "td_open":
            token.attrSet("data-label", heads[column] if column < len(heads) else "")
            column += 1


def to_plain(text: str) -> str:
    """An answer without its layout: for an e-mail. A table becomes a line per cell."""
    lines: list[str] = []
    head: list[str] = []
    for line in text.splitlines():
        bare = re.sub(r"\*\*|__|^#{1,6}\s+", "", line)
        if not line.lstrip().startswith("|"):
            head = []
            lines.append(bare)
        elif _TABLE_RULE.match(line):
            continue
        elif not head:
            head = _cells(bare)
        else:
            lines += _row(head, _cells(bare))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _row(head: list[str], cells: list[str]) -> list[str]:
    named = zip(head[1:], cells[1:], strict=False)
    return ["", cells[0], *(f"- {name}: {cell}" for name, cell in named)]


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def _with_markers(text: str, turn: int, cited: Collection[int]) -> Html:
    text = _EURO.sub("€\N{NO-BREAK SPACE}", text)
    parts: list[str] = []
    end = 0
    for found in _MARKER.finditer(text):
        number = int(found[1])
        parts += [text[end : found.start()], marker(turn, number) if number in cited else found[0]]
        end = found.end()
    return join(*parts, text[end:])
