"""The page: its layout, and which action goes where. The only module that imports Gradio."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from typing import Any, Final

import gradio as gr
from fastapi import FastAPI

from assistant.conversation import log_failure
from assistant.web.handlers import LONGEST_MESSAGE, Advising, Handlers
from assistant.web.profile_form import profile_form
from assistant.web.render import conversation, masthead
from assistant.web.session import Session, read_session
from assistant.web.texts import load_texts

_ON_LOAD: Final = "window.instrumentwijzer.bind(element, (name, detail) => trigger('act', detail), watch)"
_ICON: Final = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Crect width='32' height='32' rx='9' fill='%230b5a63'/%3E"
    "%3Cpath d='M8 17l6 6 10-13' fill='none' stroke='white' stroke-width='3.4' stroke-linejoin='round'/%3E%3C/svg%3E"
)
# The page's script sends one action at a time, so Gradio need not drop any ("multiple").
_QUIET: Final[dict[str, Any]] = {
    "show_progress": "hidden",
    "api_visibility": "private",
    "concurrency_limit": None,
    "trigger_mode": "multiple",
}


def mount_page(app: FastAPI, advisor: Advising) -> FastAPI:
    """Serve the page at the root of an application."""
    mounted: FastAPI = gr.mount_gradio_app(
        app, build_page(advisor), path="/", footer_links=[], run_history=False, ssr_mode=False, show_error=False,
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]), head=_head(), mcp_server=False,
    )  # fmt: skip
    return mounted


def build_page(advisor: Advising) -> gr.Blocks:
    """Lay out the page and connect it to the handlers."""
    views = Views(advisor)
    first = Session()
    texts = load_texts(first.language)
    with gr.Blocks(title=texts("title"), analytics_enabled=False, fill_width=True) as page:
        carried = gr.JSON(first.carried(), visible=False)
        top = gr.HTML(masthead(first, texts), elem_id="top", js_on_load=_ON_LOAD, apply_default_css=False)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="talk"):
                chat = gr.HTML(
                    conversation(first, texts, advisor.catalogue.instruments),
                    elem_id="chat", js_on_load=_ON_LOAD, apply_default_css=False,
                )  # fmt: skip
                with gr.Row(elem_id="composer"):
                    box = gr.Textbox(
                        label=texts("composer.label"), placeholder=texts("composer.placeholder"),
                        lines=1, max_lines=8, autofocus=False, max_length=LONGEST_MESSAGE, elem_id="box",
                    )  # fmt: skip
                    send = gr.Button(texts("composer.send"), variant="primary", elem_id="send")
            with gr.Column(elem_id="about"):
                form = gr.HTML(profile_form(first, texts), elem_id="profile", js_on_load=_ON_LOAD, apply_default_css=False)
        shown = [carried, top, chat, form, box, send]
        gr.on([box.submit, send.click], views.typed, [carried, box], shown, **_QUIET)
        for part in (top, chat, form):
            part.act(views.acted, [carried], shown, **_QUIET)
    return page


class Views:
    """From what Gradio hands over to a session, through the handlers, and back to what Gradio shows."""

    def __init__(self, advisor: Advising) -> None:
        self._handlers = Handlers(advisor)
        self._instruments = advisor.catalogue.instruments

    def typed(self, carried: Any, text: str | None) -> Iterator[list[Any]]:
        """A message from the input field: shown at once, then answered. A text that fails goes back to the field."""
        session = _session(carried)
        begun = self._handlers.begin(session, text or "")
        yield self._show(begun, box=text if begun.pending is None else "")
        if begun.pending is not None:
            done = self._handlers.say(begun, begun.pending)
            yield self._show(done, box=done.failed)

    def acted(self, carried: Any, event: gr.EventData) -> Iterator[list[Any]]:
        """A click on a button, or a change in the form."""
        session = _session(carried)
        detail = event._data if isinstance(event._data, dict) else {}
        if detail.get("kind") == "say":
            yield from self._said(session, str(detail.get("text") or ""))
            return
        yield self._other(session, detail)

    def _said(self, session: Session, text: str) -> Iterator[list[Any]]:
        """A message from a button leaves what stands in the input field alone."""
        begun = self._handlers.begin(session, text)
        yield self._show(begun)
        if begun.pending is not None:
            yield self._show(self._handlers.say(begun, begun.pending))

    def _other(self, session: Session, detail: dict[str, Any]) -> list[Any]:
        handlers, field = self._handlers, str(detail.get("field"))
        match detail.get("kind"):
            case "set":
                return self._show(handlers.correct(session, field, detail.get("value")))
            case "release":
                return self._show(handlers.release(session, field))
            case "language":
                return self._show(handlers.switch(session, str(detail.get("value"))))
            case "restart":
                return self._show(handlers.restart(session))
            case "undo":
                shorter, text = handlers.undo(session)
                return self._show(shorter, box=text)
            case _:
                return self._show(session.but())

    def _show(self, session: Session, box: str | None = None) -> list[Any]:
        """The page for a session. A reply that can't be drawn is taken back, not the end of the page."""
        try:
            return self._draw(session, box)
        except Exception as error:
            log_failure(error)
            shorter = session.but(turns=session.turns[:-1], failed=session.turns[-1].said if session.turns else None)
            return self._draw(shorter, shorter.failed)

    def _draw(self, session: Session, box: str | None) -> list[Any]:
        """The whole page for a session; ``box`` None leaves the input field alone."""
        texts = load_texts(session.language)
        words = {"label": texts("composer.label"), "placeholder": texts("composer.placeholder")}
        return [
            session.carried(),
            masthead(session, texts),
            conversation(session, texts, self._instruments),
            profile_form(session, texts),
            gr.update(**words) if box is None else gr.update(value=box, **words),
            gr.update(value=texts("composer.send")),
        ]


def _session(carried: Any) -> Session:
    session = read_session(carried)
    return session or Session(problem=load_texts("nl")("error.reset"))


def _head() -> str:
    """Style and script stand in the page itself: nothing is fetched from elsewhere."""
    folder = resources.files("assistant.web")
    style, script = (folder.joinpath(name).read_text("utf-8") for name in ("style.css", "page.js"))
    return f'<link rel="icon" href="{_ICON}"><style>{style}</style><script>{script}</script>'
