"""What a reply looks like: markers, citations, verdicts, and nothing that was said is ever rendered."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from assistant.models import Profile, Reply
from assistant.web.html import el, join
from assistant.web.markdown import to_html, to_plain
from assistant.web.profile_form import ORDER, profile_form
from assistant.web.render import conversation, masthead
from assistant.web.sendable import plain_text, without_question
from assistant.web.session import Session, Turn
from assistant.web.texts import load_texts
from knowledge.models import LANGUAGES
from knowledge.profile_fields import FIELDS
from tests.web.conftest import a_reply

NL = load_texts("nl")
HOSTILE = '<img src=x onerror="alert(1)"> </div><script>alert(2)</script> ${alert(3)} {{x}} "\' &amp;'


class Elements(HTMLParser):
    """Every element with its attributes, and a check that all are closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in {"br", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def with_attribute(self, name: str) -> list[str]:
        return [str(attributes[name]) for _, attributes in self.found if name in attributes]


def chat(*turns: Turn, **fields: object) -> str:
    return conversation(Session(turns=turns, **fields), NL, {})  # type: ignore[arg-type]


def test_an_element_escapes_its_text_and_its_attributes():
    made = el("p", '<b>"x"</b>', el("i", "&"), title='"<', hidden=True, id=None, data_n=0)
    assert made == '<p title="&quot;&lt;" hidden data-n="0">&lt;b&gt;&quot;x&quot;&lt;/b&gt;<i>&amp;</i></p>'
    assert join("<", el("br"), None, "") == "&lt;<br>"


def test_every_marker_opens_a_citation_that_is_there():
    elements = Elements(chat(Turn(said="a", reply=a_reply()), Turn(said="b", reply=a_reply())))
    ids = elements.with_attribute("id")
    targets = elements.with_attribute("data-cite")
    assert set(targets) == {"t1-c1", "t1-c2", "t2-c1", "t2-c2"}
    assert set(targets) <= set(ids)
    assert len(ids) == len(set(ids))


def test_a_number_without_a_citation_is_no_link():
    assert to_html("Zie [1] en [7].", 1, {1}).count("<a ") == 1
    assert "[7]" in to_html("Zie [7].", 1, {1})


def test_a_citation_shows_fact_source_place_date_link_and_passage():
    html = chat(Turn(said="a", reply=a_reply()))
    for shown in (
        "De Proefbon was € 5.000.",
        "Het Blad",
        "p. 1, al. 3",
        "17 december 2024",
        'href="https://blad.example/1"',
        "vijfduizend",
    ):
        assert shown in html
    assert "datum niet bekend" in html
    assert NL("sources.no_link") in html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//elsewhere.example"])
def test_a_link_of_another_kind_is_not_made(url: str):
    reply = a_reply()
    first = reply.citations[0].model_copy(update={"url": url})
    html = chat(Turn(said="a", reply=reply.model_copy(update={"citations": (first, reply.citations[1])})))
    assert url not in Elements(html).with_attribute("href")


def test_what_was_said_is_shown_and_never_rendered():
    reply = a_reply().model_copy(update={"answer": HOSTILE + " [1]"})
    hostile = reply.citations[0].model_copy(update={"text": HOSTILE, "title": HOSTILE, "locator": HOSTILE, "passage": HOSTILE})
    reply = reply.model_copy(update={"citations": (hostile,)})
    turn = Turn(said=HOSTILE, reply=reply)
    for html in (chat(turn), chat(turn, pending=HOSTILE), chat(turn, failed=HOSTILE), chat(turn, problem=HOSTILE)):
        elements = Elements(html)
        assert not {tag for tag, _ in elements.found} & {"img", "script", "iframe", "style", "link"}
        assert not [name for _, attributes in elements.found for name in attributes if name.startswith("on")]


def test_the_profile_never_renders_the_words_it_quotes():
    readings = [{"field": "employees", "value": 3, "words": HOSTILE}]
    html = profile_form(Session.model_validate({"readings": readings}), NL)
    assert not {tag for tag, _ in Elements(html).found} & {"img", "script"}


@pytest.mark.parametrize(
    ("markdown", "absent"),
    [
        ("![x](http://e.example/x.png)", "<img"),
        ("[x](javascript:alert(1))", "href"),
        ("[1]: http://e.example\n\nZie [1].", 'href="http://e.example"'),
        ("<b>vet</b>", "<b>"),
        ("[x](data:text/html;base64,AAAA)", "href"),
    ],
    ids=["image", "script link", "definition that poses as a marker", "html", "data link"],
)
def test_markdown_loads_and_runs_nothing(markdown: str, absent: str):
    assert absent not in to_html(markdown, 1, {1})


def test_links_in_an_answer_open_elsewhere_and_tell_nothing():
    assert 'rel="noopener noreferrer nofollow"' in to_html("[RVO](https://www.rvo.nl)", 1, set())


def test_verdicts_are_words_and_signs_and_not_colour_only():
    html = chat(Turn(said="a", reply=a_reply()))
    for sign, word in (("✓", "Klopt"), ("✕", "Klopt niet"), ("?", "Niet bekend")):
        assert re.search(rf'aria-hidden="true">{re.escape(sign)}</span> {word}</span>', html)
    assert "1 klopt · 1 klopt niet · 1 niet bekend" in html


def test_the_overview_names_what_was_rejected_and_why(tiny):
    html = conversation(Session(turns=(Turn(said="a", reply=a_reply()),)), NL, tiny.instruments)
    assert '<th scope="row">Oude Regeling</th><td>Bestaat niet meer.</td>' in html


def test_the_question_is_asked_once_with_all_its_options():
    html = chat(Turn(said="a", reply=a_reply()))
    assert html.count("In welke provincie") == 1
    assert Elements(html).with_attribute("data-text") == ["Zeeland", "Limburg", "Weet ik niet"]


def test_an_earlier_question_has_no_buttons_any_more():
    html = chat(Turn(said="a", reply=a_reply()), Turn(said="Zeeland", reply=a_reply(Profile(province="zeeland"))))
    assert html.count("In welke provincie") == 1
    assert not Elements(html).with_attribute("data-text")


def test_an_answer_that_is_only_a_question_is_kept():
    reply = a_reply()
    assert without_question(reply.model_copy(update={"answer": reply.question.text})) == reply.question.text


def test_plain_text_has_sources_and_no_layout():
    text = plain_text(a_reply(), NL)
    assert "**" not in text
    assert "[1] Het Blad, p. 1, al. 3 (stand: 17 december 2024)\n    https://blad.example/1" in text
    assert NL("notice.text") in text


def test_a_table_in_plain_text_is_a_line_per_cell():
    table = "| | Proefbon | Lening |\n|---|---|---|\n| Wat | bon [1] | geld \\| meer [2] |"
    assert to_plain(table) == "Wat\n- Proefbon: bon [1]\n- Lening: geld | meer [2]"


def test_a_cell_knows_its_column():
    html = to_html("| | Proefbon | Lening |\n|---|---|---|\n| Wat | bon | geld |", 1, set())
    assert Elements(html).with_attribute("data-label") == ["", "Proefbon", "Lening"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_of_the_page_is_whole_in_both_languages(language, tiny):
    texts = load_texts(language)
    turn = Turn(said="a", reply=a_reply(language=language))
    by_hand = {"employees": 3, "province": None, "needs": ["testen"], "technically_new": False}
    for fields in (
        {},
        {"turns": (turn,)},
        {"pending": "x"},
        {"failed": "x"},
        {"turns": (turn,), "problem": "x", "corrections": by_hand},
    ):
        session = Session(language=language, **fields)  # type: ignore[arg-type]
        for html in (
            masthead(session, texts),
            conversation(session, texts, tiny.instruments),
            profile_form(session, texts),
        ):
            Elements(html)


def test_the_form_has_every_profile_field():
    assert set(ORDER) == FIELDS


def test_a_reply_without_citations_has_nothing_to_open():
    html = chat(Turn(said="dag", reply=Reply(answer="Dag.")))
    assert "<details" not in html
