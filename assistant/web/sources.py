"""The numbered citations of a reply: each opens to the fact, its place, its date and the original passage."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.models import Citation
from assistant.web.html import Html, button, el
from assistant.web.markdown import citation_id
from assistant.web.texts import Texts


def sources(n: int, citations: Sequence[Citation], texts: Texts) -> Html | None:
    """The list beside (or under) the reply of turn ``n``."""
    if not citations:
        return None
    return el(
        "details",
        el("summary", el("h4", texts.count("sources.heading", len(citations)))),
        el("p", texts("sources.hint"), class_="hint"),
        el("ol", *(el("li", _citation(n, citation, texts)) for citation in citations)),
        class_="sources",
        id=f"t{n}-sources",
    )


def _citation(n: int, citation: Citation, texts: Texts) -> Html:
    date = texts("sources.as_of", date=texts.date(citation.as_of))
    id_ = citation_id(n, citation.n)
    return el(
        "details",
        el(
            "summary",
            el("span", str(citation.n), class_="n"),
            el(
                "span",
                el("span", citation.title, class_="title"),
                el("span", date, class_="as-of"),
                class_="what",
            ),
        ),
        el(
            "div",
            el("p", citation.text, class_="fact"),
            el("p", el("span", texts("sources.place"), class_="lead"), " ", citation.locator),
            _passage(citation.passage, texts),
            _link(citation.url, texts),
            el("p", button(texts("sources.back"), "plain", data_back=id_)),
            class_="opened",
        ),
        class_="citation",
        id=id_,
    )


def _passage(passage: str | None, texts: Texts) -> Html | None:
    if not passage:
        return None
    return el("figure", el("figcaption", texts("sources.passage")), el("blockquote", passage))


def _link(url: str | None, texts: Texts) -> Html:
    if not (url and url.startswith(("https://", "http://"))):
        return el("p", texts("sources.no_link"), class_="note")
    link = el("a", texts("sources.link"), href=url, target="_blank", rel="noopener noreferrer")
    return el("p", link, " ", el("span", texts("sources.link_note"), class_="note"))
