"""A reply as plain text, to copy or to mail to whoever asked."""

from __future__ import annotations

from assistant.models import Reply
from assistant.web.html import Html, button, el, fold
from assistant.web.markdown import to_plain
from assistant.web.texts import Texts


def sendable(n: int, reply: Reply, texts: Texts) -> Html | None:
    """The text of turn ``n``'s reply, with a button to copy it and one to mail it."""
    if not reply.citations:
        return None
    id_ = f"send-{n}"
    copy = button(
        texts("sendable.copy"), "secondary", data_copy=id_,
        data_done=texts("sendable.copied"), data_failed=texts("sendable.not_copied"),
    )  # fmt: skip
    mail = button(
        texts("sendable.mail"), "secondary", data_mail=id_,
        data_subject=texts("sendable.mail_subject"), data_long=texts("sendable.mail_long"),
    )  # fmt: skip
    return fold(
        "sendable",
        texts("sendable.heading"),
        el("p", texts("sendable.hint"), class_="hint"),
        el("textarea", plain_text(reply, texts), id=id_, readonly=True, rows=10, aria_label=texts("sendable.label")),
        el("p", copy, mail, el("span", class_="done", role="status"), class_="buttons"),
        id=f"t{n}-text",
    )


def plain_text(reply: Reply, texts: Texts) -> str:
    """A reply without layout, with its sources and what this program is."""
    lines = [texts("sendable.title"), "", to_plain(without_question(reply))]
    if reply.citations:
        lines += ["", texts("sendable.sources")]
    for citation in reply.citations:
        as_of = texts("sendable.as_of", date=texts.date(citation.as_of))
        lines.append(f"[{citation.n}] {citation.title}, {citation.locator} ({as_of})")
        if citation.url:
            lines.append(f"    {citation.url}")
    return "\n".join([*lines, "", texts("notice.text")])


def without_question(reply: Reply) -> str:
    """The answer less the question that it ends with: the page shows that with its options."""
    head, _, last = reply.answer.rpartition("\n\n")
    return head if reply.question and head and reply.question.text in last else reply.answer
