"""HTML that can't be forgotten to be escaped: an element takes texts, and only other elements go in as they are."""

from __future__ import annotations

from html import escape
from typing import Final

_VOID: Final = frozenset({"br", "input"})


class Html(str):
    """A piece of HTML. Made by :func:`el`, :func:`join` and the Markdown renderer only."""

    __slots__ = ()


Content = str | None


def el(name: str, /, *children: Content, **attributes: str | bool | int | None) -> Html:
    """One element. Children that are no :class:`Html` are escaped; None and False attributes are left out.

    ``class_`` and ``for_`` lose their underscore, and ``data_act`` becomes ``data-act``.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: Content) -> Html:
    """Several pieces, one after the other."""
    return Html("".join(child if isinstance(child, Html) else escape(child) for child in children if child))


def button(text: Content, kind: str, /, **attributes: str | bool | int | None) -> Html:
    """A button that sends no form; ``data_…`` attributes tell the page's script what it does."""
    return el("button", text, type="button", class_=kind, **attributes)


def for_ears(text: str, /, **attributes: str | bool | int | None) -> Html:
    """Words for a screen reader only."""
    return el("span", text, class_="for-ears", **attributes)


def sign(symbol: str) -> Html:
    """A symbol beside words that say the same."""
    return el("span", symbol, class_="sign", aria_hidden="true")


def fold(kind: str, heading: Content, *content: Content, note: Content = None, **attributes: str | bool | None) -> Html:
    """A part of the page that opens on a click."""
    summary = el("summary", el("h4", heading), el("span", note, class_="counts") if note else None)
    return el("details", summary, el("div", *content, class_="opened"), class_=kind, **attributes)


def _attribute(key: str, value: str | bool | int | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
