"""A conversation → the HTML of the chat. Whatever a visitor, a source or a model wrote is escaped here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from assistant.models import Citation, Question, Recommendation, Rejection, Reply, Verdict
from assistant.web.markdown import citation_id, marker, to_html, to_plain
from assistant.web.session import Session, Turn
from assistant.web.texts import Texts
from knowledge.models import Instrument

_SIGNS = {Verdict.MET: "✓", Verdict.NOT_MET: "✕", Verdict.UNKNOWN: "?"}

Instruments = Mapping[str, Instrument]


def conversation(session: Session, texts: Texts, instruments: Instruments) -> str:
    """The whole chat: what was said and answered, and what to do next."""
    state = "pending" if session.pending is not None else "failed" if session.failed is not None else "still"
    parts = [_turn(n, turn, session, texts, instruments) for n, turn in enumerate(session.turns, start=1)]
    if session.pending is not None:
        parts.append(f'<section class="turn last">{said(session.pending, texts)}{_pending(texts)}</section>')
    elif session.failed is not None:
        parts.append(f'<section class="turn last">{said(session.failed, texts)}{_failure(session.failed, texts)}</section>')
    elif not session.turns:
        parts.append(start(texts))
    if session.problem:
        parts.append(f'<p class="problem" role="alert">{_sign("!")} {escape(session.problem)}</p>')
    if session.turns and session.pending is None:
        parts.append(_tools(texts))
    return (
        f'<div class="chat" lang="{session.language}" data-language="{session.language}" data-state="{state}" '
        f'data-turns="{len(session.turns)}" data-revision="{session.revision}" aria-label="{_say(texts, "conversation.label")}">'
        f'{"".join(parts)}<p class="for-ears" role="status">{_status(session, texts)}</p></div>'
    )


def start(texts: Texts) -> str:
    """What an empty conversation shows: what to do, and examples to begin with."""
    examples = "".join(
        f'<li><button type="button" class="example" data-act="say" data-text="{escape(text)}">{escape(text)}</button></li>'
        for text in texts.several("start.examples")
    )
    return (
        f'<section class="start"><h2>{_say(texts, "start.heading")}</h2><p class="lead-in">{_say(texts, "start.lead")}</p>'
        f'<p class="label" id="examples-label">{_say(texts, "start.examples_label")}</p>'
        f'<ul class="examples" aria-labelledby="examples-label">{examples}</ul></section>'
    )


def said(text: str, texts: Texts) -> str:
    """A message of the visitor: text and nothing else."""
    lines = escape(text).replace("{", "&#123;").replace("$", "&#36;").replace("\n", "<br>")
    return f'<div class="said"><span class="for-ears">{_say(texts, "conversation.you")}: </span><p>{lines}</p></div>'


def answer(n: int, reply: Reply, texts: Texts, instruments: Instruments, *, is_last: bool) -> str:
    """A reply: the text with its markers, the next question, the overview, the version to send and the sources."""
    cited = {citation.n for citation in reply.citations}
    body = to_html(without_question(reply), n, cited)
    question = asking(reply.question, texts, live=is_last) if reply.question else ""
    extras = overview(n, reply, texts, instruments) + sendable(n, reply, texts)
    text = f'<div class="answer">{body}</div>'
    return (
        f'<article class="reply{" has-sources" if reply.citations else ""}">'
        f'<div class="column"><h3 class="for-ears">{_say(texts, "conversation.assistant")}</h3>{text}{question}'
        f'{f"<div class=extras>{extras}</div>" if extras else ""}</div>{sources(n, reply.citations, texts)}</article>'
    )


def without_question(reply: Reply) -> str:
    """The answer less the question that it ends with: the page shows that with its options."""
    head, _, last = reply.answer.rpartition("\n\n")
    return head if reply.question and head and reply.question.text in last else reply.answer


def asking(question: Question, texts: Texts, *, live: bool) -> str:
    """The next question; with its options as buttons where it can still be answered."""
    heading = f'<p class="label">{_say(texts, "question.label")}</p><p class="asked">{escape(question.text)}</p>'
    if not live:
        return f'<div class="question">{heading}</div>'
    options = "".join(
        f'<li><button type="button" class="option" data-act="say" data-text="{escape(option)}">{escape(option)}</button></li>'
        for option in question.options
    )
    hint = f'<p class="hint">{_say(texts, "question.hint")}</p>'
    return f'<div class="question live">{heading}<ul class="options">{options}</ul>{hint}</div>'


def sources(n: int, citations: Sequence[Citation], texts: Texts) -> str:
    """The numbered citations of a reply; each opens."""
    if not citations:
        return ""
    heading = escape(texts.count("sources.heading", len(citations)))
    items = "".join(f"<li>{_citation(n, citation, texts)}</li>" for citation in citations)
    return (
        f'<details class="sources" data-fold="wide"><summary><h4>{heading}</h4></summary>'
        f'<p class="hint">{_say(texts, "sources.hint")}</p><ol>{items}</ol></details>'
    )


def _citation(n: int, citation: Citation, texts: Texts) -> str:
    date = escape(texts("sources.as_of", date=texts.date(citation.as_of)))
    rows = [f'<p class="fact">{escape(citation.text)}</p>']
    rows.append(
        f'<p class="place"><span class="lead">{_say(texts, "sources.place")}</span> {escape(citation.locator)} · {date}</p>'
    )
    if citation.passage:
        label = _say(texts, "sources.passage")
        rows.append(f'<figure><figcaption>{label}</figcaption><blockquote>{escape(citation.passage)}</blockquote></figure>')
    if citation.url and re.match(r"https?://", citation.url):
        note = f' <span class="note">{_say(texts, "sources.link_note")}</span>'
        url = escape(citation.url)
        rows.append(f'<p><a href="{url}" target="_blank" rel="noopener noreferrer">{_say(texts, "sources.link")}</a>{note}</p>')
    else:
        rows.append(f'<p class="note">{_say(texts, "sources.no_link")}</p>')
    id_ = citation_id(n, citation.n)
    rows.append(f'<p><button type="button" class="plain" data-back="{id_}">{_say(texts, "sources.back")}</button></p>')
    title = f'<span class="title">{escape(citation.title)}</span><span class="as-of">{date}</span>'
    return (
        f'<details class="citation" id="{id_}"><summary><span class="n">{citation.n}</span>'
        f'<span class="what">{title}</span></summary><div class="opened">{"".join(rows)}</div></details>'
    )


def overview(n: int, reply: Reply, texts: Texts, instruments: Instruments) -> str:
    """For who has a caller on the line: each criterion of each offer, and what was rejected and why."""
    if not (reply.recommendations or reply.rejected):
        return ""
    verdicts = Counter(check.verdict for offer in reply.recommendations for check in offer.checks)
    counts = {verdict.value: verdicts[verdict] for verdict in Verdict}
    summary = escape(texts("overview.summary", **counts))
    cited = {citation.n for citation in reply.citations}
    tables = "".join(_criteria(n, offer, texts, instruments, cited) for offer in reply.recommendations)
    tables += _rejections(n, reply.rejected, texts, instruments, cited)
    return (
        f'<details class="overview"><summary><h4>{_say(texts, "overview.heading")}</h4>'
        f'<span class="counts">{summary}</span></summary><div class="opened">{tables}</div></details>'
    )


def _criteria(n: int, offer: Recommendation, texts: Texts, instruments: Instruments, cited: set[int]) -> str:
    name = escape(name_of(offer.instrument, texts, instruments))
    caption = f'{offer.rank}. {name} <span class="fit {offer.fit}">{_say(texts, f"overview.fits.{offer.fit}")}</span>'
    if not offer.checks:
        return f'<h5>{caption}</h5><p class="note">{_say(texts, "overview.no_criteria")}</p>'
    rows = "".join(
        f'<tr><th scope="row">{escape(check.text)}</th><td>{verdict_badge(check.verdict, texts)}</td>'
        f'<td class="refs">{_refs(n, check.citations, texts, cited)}</td></tr>'
        for check in offer.checks
    )
    return _table(caption, [texts(f"overview.{column}") for column in ("criterion", "verdict", "source")], rows, "criteria")


def _rejections(n: int, rejected: Sequence[Rejection], texts: Texts, instruments: Instruments, cited: set[int]) -> str:
    if not rejected:
        return ""
    rows = ""
    for entry in rejected:
        name = name_of(entry.instrument, texts, instruments)
        why = entry.why.removeprefix(f"{name}:").strip()
        rows += (
            f'<tr><th scope="row">{escape(name)}</th><td>{escape(why[:1].upper() + why[1:])}</td>'
            f'<td class="refs">{_refs(n, entry.citations, texts, cited)}</td></tr>'
        )
    columns = [texts(f"overview.{column}") for column in ("instrument", "why", "source")]
    return _table(_say(texts, "overview.rejected"), columns, rows, "rejected")


def _table(caption: str, columns: Sequence[str], rows: str, kind: str) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    return f'<table class="{kind}"><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def verdict_badge(verdict: Verdict, texts: Texts) -> str:
    """A verdict as sign and word; the colour only repeats it."""
    word = _say(texts, f"overview.verdicts.{verdict}")
    return f'<span class="verdict {verdict}">{_sign(_SIGNS[verdict])} {word}</span>'


def sendable(n: int, reply: Reply, texts: Texts) -> str:
    """The answer as plain text, to copy or to mail."""
    if not reply.citations:
        return ""
    text = escape(plain_text(reply, texts))
    id_ = f"send-{n}"
    buttons = (
        f'<button type="button" class="secondary" data-copy="{id_}" data-done="{_say(texts, "sendable.copied")}" '
        f'data-failed="{_say(texts, "sendable.not_copied")}">{_say(texts, "sendable.copy")}</button>'
        f'<button type="button" class="secondary" data-mail="{id_}" data-subject="{_say(texts, "sendable.mail_subject")}" '
        f'data-long="{_say(texts, "sendable.mail_long")}">{_say(texts, "sendable.mail")}</button>'
    )
    return (
        f'<details class="sendable"><summary><h4>{_say(texts, "sendable.heading")}</h4></summary><div class="opened">'
        f'<p class="hint">{_say(texts, "sendable.hint")}</p>'
        f'<textarea id="{id_}" readonly rows="10" aria-label="{_say(texts, "sendable.label")}">{text}</textarea>'
        f'<p class="buttons">{buttons}<span class="done" role="status"></span></p></div></details>'
    )


def plain_text(reply: Reply, texts: Texts) -> str:
    """A reply without layout, with its sources and what this program is."""
    lines = [texts("sendable.title"), "", to_plain(reply.answer)]
    if reply.citations:
        lines += ["", texts("sendable.sources")]
    for citation in reply.citations:
        as_of = texts("sendable.as_of", date=texts.date(citation.as_of))
        lines.append(f"[{citation.n}] {citation.title}, {citation.locator} ({as_of})")
        if citation.url:
            lines.append(f"    {citation.url}")
    return "\n".join([*lines, "", texts("notice.text")])


def name_of(instrument: str, texts: Texts, instruments: Instruments) -> str:
    """An instrument's name in the page's language."""
    found = instruments.get(instrument)
    return found.name.of(texts.language) if found else instrument


def _turn(n: int, turn: Turn, session: Session, texts: Texts, instruments: Instruments) -> str:
    is_last = n == len(session.turns) and session.pending is None and session.failed is None
    reply = answer(n, turn.reply, texts, instruments, is_last=is_last)
    return f'<section class="turn{" last" if is_last else ""}">{said(turn.said, texts)}{reply}</section>'


def _pending(texts: Texts) -> str:
    dots = '<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>'
    return f'<p class="pending">{_say(texts, "conversation.pending")} {dots}</p>'


def _failure(text: str, texts: Texts) -> str:
    retry = f'<button type="button" class="secondary" data-act="say" data-text="{escape(text)}">{_say(texts, "error.retry")}</button>'
    return (
        f'<div class="failure" role="alert"><p class="label">{_sign("!")} {_say(texts, "error.heading")}</p>'
        f"<p>{_say(texts, 'error.failed')}</p>{retry}</div>"
    )


def _tools(texts: Texts) -> str:
    undo = f'<button type="button" class="plain" data-act="undo">{_sign("↶")} {_say(texts, "conversation.undo")}</button>'
    confirm = _say(texts, "conversation.restart_confirm")
    restart = (
        f'<button type="button" class="plain" data-act="restart" data-confirm="{confirm}">'
        f'{_sign("⟲")} {_say(texts, "conversation.restart")}</button>'
    )
    return f'<p class="tools">{undo}{restart}</p>'


def _status(session: Session, texts: Texts) -> str:
    """What a screen reader is told when the chat changes."""
    if session.pending is not None:
        return _say(texts, "conversation.pending")
    if not session.turns or session.failed is not None:
        return ""
    return _say(texts, "conversation.updated" if session.revision > len(session.turns) else "conversation.ready")


def _refs(n: int, numbers: Sequence[int], texts: Texts, cited: set[int]) -> str:
    return "".join(marker(n, number, texts("sources.marker", n=number)) for number in numbers if number in cited)


def _sign(sign: str) -> str:
    return f'<span class="sign" aria-hidden="true">{sign}</span>'


def _say(texts: Texts, key: str) -> str:
    return escape(texts(key))
