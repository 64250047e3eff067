"""The understood profile as a form: each field, its value, the words it rests on, and a way to change it."""

from __future__ import annotations

from typing import Any, Final

from assistant.models import FieldReading
from assistant.web.html import Html, button, el, join
from assistant.web.session import Session
from assistant.web.texts import Texts
from knowledge.profile_fields import BOOLEANS, CHOICES, LISTS, NUMBERS

ORDER: Final = (
    "employees", "province", "sector", "phase", "needs", "technically_new", "company_age_years", "legal_form",
    "collaboration", "amount_eur", "own_contribution", "turnover_eur",
)  # fmt: skip
_UNITS: Final = {"amount_eur": "euro", "turnover_eur": "euro", "company_age_years": "years"}


def profile_form(session: Session, texts: Texts) -> Html:
    """The form. Each change is an action of its own, so there is no button that sends it."""
    readings = {reading.field: reading for reading in session.readings}
    known = el("span", texts("profile.known", known=len(readings), all=len(ORDER)), class_="known")
    title = join(texts("profile.heading"), " ", known)
    heading = button(title, "fold", aria_expanded="false", aria_controls="profile-fields")
    return el(
        "section",
        el("h2", heading, id="profile-heading"),
        el(
            "div",
            el("p", texts("profile.intro"), class_="hint"),
            *(_row(name, readings.get(name), session, texts) for name in ORDER),
            _search(texts) if readings and not session.turns else None,
            id="profile-fields",
        ),
        class_="profile",
        lang=session.language,
        aria_labelledby="profile-heading",
    )


def _search(texts: Texts) -> Html:
    """For who fills in the form first: a question to go with it."""
    text = texts("start.from_profile_message")
    return el("p", button(texts("start.from_profile"), "primary", data_act="say", data_text=text))


def _row(name: str, reading: FieldReading | None, session: Session, texts: Texts) -> Html:
    value = reading.value if reading else None
    label = texts.phrases.field_name(name)
    label = label[:1].upper() + label[1:]
    unit = el("span", f" ({texts(f'profile.{_UNITS[name]}')})", class_="unit") if name in _UNITS else None
    if name in LISTS:
        tag, control = el("span", label, class_="label", id=f"label-{name}"), _several(name, value, texts)
    else:
        tag = el("label", label, unit, for_=f"field-{name}")
        control = _number(name, value, texts) if name in NUMBERS else _choice(name, value, texts)
    state = "by-hand" if name in session.corrections else "known" if reading else "unknown"
    return el("div", tag, control, _origin(name, reading, session, texts), class_=f"field {state}")


def _origin(name: str, reading: FieldReading | None, session: Session, texts: Texts) -> Html | None:
    """Where a value comes from: the visitor's words, or the visitor's hand."""
    if name in session.corrections:
        told = texts("profile.by_hand" if session.corrections[name] is not None else "profile.cleared")
        release = button(
            texts("profile.release"), "plain", data_act="release", data_field=name,
            aria_label=texts("profile.release_field", field=texts.phrases.field_name(name)),
        )  # fmt: skip
        return el("p", told, " · ", release, class_="origin")
    if reading and reading.words:
        return el("p", texts("profile.words", words=reading.words), class_="origin")
    return None


def _number(name: str, value: Any, texts: Texts) -> Html:
    shown = "" if value is None else str(value)
    return el(
        "input", type="number", inputmode="numeric", min="0", step="1", id=f"field-{name}", data_set=name,
        value=shown, data_value=shown, placeholder=texts("profile.unknown"),
    )  # fmt: skip


def _choice(name: str, value: Any, texts: Texts) -> Html:
    chosen = "" if value is None else str(value).lower()
    options = [("", texts("profile.unknown")), *_labels(name, texts)]
    items = (el("option", label, value=key, selected=key == chosen) for key, label in options)
    return el("select", *items, id=f"field-{name}", data_set=name, data_value=chosen)


def _several(name: str, value: Any, texts: Texts) -> Html:
    """Boxes to tick, folded away behind what is ticked."""
    ticked = set(value or ())
    labels = _labels(name, texts)
    summary = ", ".join(label for key, label in labels if key in ticked) or texts("profile.unknown")
    boxes = (_box(name, key, label, ticked=key in ticked) for key, label in labels)
    return el(
        "details",
        el("summary", summary, aria_describedby=f"label-{name}"),
        el("ul", *boxes, role="group", aria_labelledby=f"label-{name}"),
        class_="many",
        id=f"field-{name}",
    )


def _box(name: str, key: str, label: str, *, ticked: bool) -> Html:
    box = el("input", type="checkbox", value=key, data_set_many=name, data_value="on" if ticked else "", checked=ticked)
    return el("li", el("label", box, " ", label))


def _labels(name: str, texts: Texts) -> list[tuple[str, str]]:
    values = ("true", "false") if name in BOOLEANS else CHOICES[name]
    return [(value, texts.phrases.label(name, value)) for value in values]
