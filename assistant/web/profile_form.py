"""The understood profile as a form: each field, its value, the words it rests on, and a way to change it."""

from __future__ import annotations

from html import escape
from typing import Any, Final

from assistant.models import FieldReading
from assistant.web.session import Session
from assistant.web.texts import Texts
from knowledge.profile_fields import BOOLEANS, CHOICES, LISTS, NUMBERS

ORDER: Final = (
    "employees", "province", "sector", "phase", "needs", "technically_new", "company_age_years", "legal_form",
    "collaboration", "amount_eur", "own_contribution", "turnover_eur",
)  # fmt: skip
_UNITS: Final = {"amount_eur": "euro", "turnover_eur": "euro", "company_age_years": "years"}


def profile_form(session: Session, texts: Texts) -> str:
    """The form; a change of any control is an action of its own, so there is no button to send it."""
    readings = {reading.field: reading for reading in session.readings}
    known = texts("profile.known", known=len(readings), all=len(ORDER))
    rows = "".join(_row(name, readings.get(name), session, texts) for name in ORDER)
    search = ""
    if not session.turns and readings:
        message = escape(texts("start.from_profile_message"))
        search = (
            f'<p><button type="button" class="primary" data-act="say" data-text="{message}">'
            f'{_say(texts, "start.from_profile")}</button></p>'
        )
    heading = f'{_say(texts, "profile.heading")} <span class="known">{escape(known)}</span>'
    return (
        f'<section class="profile" lang="{session.language}" aria-labelledby="profile-heading">'
        f'<h2 id="profile-heading"><button type="button" class="fold" aria-expanded="false" aria-controls="profile-fields">'
        f'{heading}</button></h2><div id="profile-fields"><p class="hint">{_say(texts, "profile.intro")}</p>'
        f"{search}{rows}</div></section>"
    )


def _row(name: str, reading: FieldReading | None, session: Session, texts: Texts) -> str:
    value = reading.value if reading else None
    label = escape(texts.phrases.field_name(name).capitalize())
    control = _needs(name, value, texts) if name in LISTS else _control(name, value, texts)
    unit = f' <span class="unit">({_say(texts, f"profile.{_UNITS[name]}")})</span>' if name in _UNITS else ""
    tag = f'<span class="label" id="label-{name}">{label}</span>' if name in LISTS else f'<label for="field-{name}">{label}{unit}</label>'
    state = "by-hand" if name in session.corrections else "known" if reading else "unknown"
    return f'<div class="field {state}">{tag}{control}{_origin(name, reading, session, texts)}</div>'


def _origin(name: str, reading: FieldReading | None, session: Session, texts: Texts) -> str:
    """Where a value comes from: the visitor's words, or the visitor's hand."""
    if name in session.corrections:
        told = _say(texts, "profile.by_hand" if session.corrections[name] is not None else "profile.cleared")
        spoken = escape(texts("profile.release_field", field=texts.phrases.field_name(name)))
        release = (
            f'<button type="button" class="plain" data-act="release" data-field="{name}" aria-label="{spoken}">'
            f'{_say(texts, "profile.release")}</button>'
        )
        return f'<p class="origin">{told} · {release}</p>'
    if reading and reading.words:
        return f'<p class="origin">{escape(texts("profile.words", words=reading.words))}</p>'
    return ""


def _control(name: str, value: Any, texts: Texts) -> str:
    if name in NUMBERS:
        shown = "" if value is None else str(value)
        unknown = _say(texts, "profile.unknown")
        return (
            f'<input type="number" inputmode="numeric" min="0" step="1" id="field-{name}" data-set="{name}" '
            f'value="{shown}" data-value="{shown}" placeholder="{unknown}">'
        )
    chosen = "" if value is None else str(value).lower()
    options = [("", texts("profile.unknown")), *_labels(name, texts)]
    items = "".join(
        f'<option value="{key}"{" selected" if key == chosen else ""}>{escape(label)}</option>' for key, label in options
    )
    return f'<select id="field-{name}" data-set="{name}" data-value="{chosen}">{items}</select>'


def _needs(name: str, value: Any, texts: Texts) -> str:
    """Several at once: boxes to tick, folded away behind what is ticked."""
    chosen = set(value or ())
    labels = _labels(name, texts)
    summary = ", ".join(label for key, label in labels if key in chosen) or texts("profile.unknown")
    boxes = "".join(
        f'<li><label><input type="checkbox" value="{key}" data-set-many="{name}" data-value="{key in chosen}"'
        f'{" checked" if key in chosen else ""}> {escape(label)}</label></li>'
        for key, label in labels
    )
    return (
        f'<details class="many" id="field-{name}" data-fold="keep"><summary aria-describedby="label-{name}">{escape(summary)}</summary>'
        f'<ul role="group" aria-labelledby="label-{name}">{boxes}</ul></details>'
    )


def _labels(name: str, texts: Texts) -> list[tuple[str, str]]:
    values = ("true", "false") if name in BOOLEANS else CHOICES[name]
    return [(value, texts.phrases.label(name, value)) for value in values]


def _say(texts: Texts, key: str) -> str:
    return escape(texts(key))
