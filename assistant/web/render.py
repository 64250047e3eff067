"""A session → what the page shows: the masthead and the chat. The parts of a reply have modules of their own."""

from __future__ import annotations

from assistant.models import Question, Reply
from assistant.web.html import Html, button, el, for_ears, join, sign
from assistant.web.markdown import to_html
from assistant.web.overview import Instruments, overview
from assistant.web.sendable import sendable, without_question
from assistant.web.session import Session
from assistant.web.sources import sources
from assistant.web.texts import Texts
from knowledge.models import LANGUAGES


def masthead(session: Session, texts: Texts) -> Html:
    """The page's name, the choice of language, and what this program is."""
    languages = (
        button(
            texts(f"languages.{language}"), "language", lang=language, data_act="language", data_value=language,
            aria_pressed="true" if language == session.language else "false",
        )
        for language in LANGUAGES
    )  # fmt: skip
    return el(
        "header",
        el("a", texts("skip"), class_="skip", href="#composer", data_focus="composer"),
        el(
            "div",
            el("span", class_="logo", aria_hidden="true"),
            el("div", el("h1", texts("title")), el("p", texts("tagline"))),
            class_="name",
        ),
        el("div", *languages, class_="languages", role="group", aria_label=texts("languages.label")),
        el("p", el("strong", texts("notice.title"), ":"), " ", texts("notice.text"), class_="notice"),
        class_="masthead",
        lang=session.language,
    )


def conversation(session: Session, texts: Texts, instruments: Instruments) -> Html:
    """The whole chat: what was said and answered, and what to do next."""
    busy, failed = session.pending is not None, session.failed is not None
    still = not (busy or failed)
    return el(
        "div",
        *(
            el(
                "section",
                said(turn.said, texts),
                answer(n, turn.reply, texts, instruments, is_last=still and n == len(session.turns)),
                class_="turn",
            )
            for n, turn in enumerate(session.turns, start=1)
        ),
        start(texts) if still and not session.turns else None,
        _unanswered(session, texts),
        el("p", sign("!"), " ", session.problem, class_="problem", role="alert") if session.problem else None,
        _tools(texts) if session.turns and not busy else None,
        el("p", _status(session, texts), class_="for-ears", role="status"),
        class_="chat",
        lang=session.language,
        role="region",
        aria_label=texts("conversation.label"),
        aria_busy="true" if busy else None,
        data_turns=len(session.turns) + (not still),
        data_step=session.step,
        data_offline=texts("error.offline"),
    )


def start(texts: Texts) -> Html:
    """What an empty conversation shows: what to do, and examples to begin with."""
    examples = (el("li", button(text, "example", data_act="say", data_text=text)) for text in texts.several("start.examples"))
    return el(
        "section",
        el("h2", texts("start.heading")),
        el("p", texts("start.lead"), class_="lead-in"),
        el("p", texts("start.examples_label"), class_="label", id="examples-label"),
        el("ul", *examples, class_="examples", aria_labelledby="examples-label"),
        class_="start",
    )


def said(text: str, texts: Texts) -> Html:
    """A message of the visitor: text and nothing else."""
    return el("div", for_ears(texts("conversation.you") + ": "), el("p", text), class_="said")


def answer(n: int, reply: Reply, texts: Texts, instruments: Instruments, *, is_last: bool) -> Html:
    """A reply: the text with its markers, the next question, the overview, the version to send and the sources."""
    cited = {citation.n for citation in reply.citations}
    extras = join(overview(n, reply, texts, instruments), sendable(n, reply, texts))
    return el(
        "article",
        el(
            "div",
            el("h3", texts("conversation.assistant"), class_="for-ears"),
            el("div", to_html(without_question(reply), n, cited), class_="answer"),
            asking(reply.question, texts, live=is_last) if reply.question else None,
            el("div", extras, class_="extras") if extras else None,
            class_="column",
        ),
        sources(n, reply.citations, texts),
        class_="reply has-sources" if reply.citations else "reply",
    )


def asking(question: Question, texts: Texts, *, live: bool) -> Html:
    """The next question; with its options as buttons where it can still be answered."""
    options = (el("li", button(text, "option", data_act="say", data_text=text)) for text in question.options)
    return el(
        "div",
        el("p", texts("question.label"), class_="label"),
        el("p", question.text, class_="asked"),
        el("ul", *options, class_="options") if live else None,
        el("p", texts("question.hint"), class_="hint") if live else None,
        class_="question",
    )


def _unanswered(session: Session, texts: Texts) -> Html | None:
    """A message that is being answered, or that could not be."""
    if session.pending is not None:
        dots = el("span", el("i"), el("i"), el("i"), class_="dots", aria_hidden="true")
        waiting = el("p", texts("conversation.pending"), " ", dots, class_="pending")
        return el("section", said(session.pending, texts), waiting, class_="turn")
    if session.failed is not None:
        failure = el(
            "div",
            el("p", sign("!"), " ", texts("error.heading"), class_="label"),
            el("p", texts("error.failed")),
            button(texts("error.retry"), "secondary", data_act="say", data_text=session.failed),
            class_="failure",
            role="alert",
        )
        return el("section", said(session.failed, texts), failure, class_="turn")
    return None


def _tools(texts: Texts) -> Html:
    confirm = texts("conversation.restart_confirm")
    return el(
        "p",
        button(join(sign("↶"), " ", texts("conversation.undo")), "plain", data_act="undo"),
        button(join(sign("⟲"), " ", texts("conversation.restart")), "plain", data_act="restart", data_confirm=confirm),
        class_="tools",
    )


def _status(session: Session, texts: Texts) -> str:
    """What a screen reader is told when the chat changes."""
    if session.pending is not None:
        return texts("conversation.pending")
    if not session.turns or session.failed is not None:
        return ""
    return texts("conversation.updated" if session.revision > len(session.turns) else "conversation.ready")
