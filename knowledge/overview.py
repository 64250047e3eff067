"""The catalogue at a glance: instrument x phase x need, as a picture and as a page around it.

Pure: the same catalogue gives the same text, to the byte. Words and colours stand in ``overview.yaml``.
No font is at hand here, so widths of text are estimated from Helvetica's, with room for wider system fonts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any, Final, get_args
from xml.sax.saxutils import escape

import yaml

from knowledge.catalogue import Catalogue
from knowledge.models import UNKNOWN_DATE, Group, Instrument, Language, StatusState
from knowledge.profile_fields import Phase

PICTURE: Final = "overview.svg"
PAGE: Final = "OVERVIEW.md"

PHASES: Final[tuple[Phase, ...]] = get_args(Phase)
_APART: Final = "toepassing"  # adopting what exists: no step that follows on scaling up

_WIDTH: Final = 1200
_MARGIN: Final = 24
_HEADER: Final = 132
_ROW: Final = 28
_CARD_HEAD: Final = 40
_CARD_FOOT: Final = 8
_CARD_GAP: Final = 14
_MARK_X: Final = 54
_NAME_X: Final = 72
_NAME_ROOM: Final = 276
_PHASE_X: Final = 340
_PHASE_STEP: Final = 67
_APART_GAP: Final = 10
_TAG_X: Final = 834
_TAG_END: Final = _WIDTH - _MARGIN - 12
_TAG_PAD: Final = 9
_TAG_GAP: Final = 6

_NAME_SIZES: Final = (14.5, 13.5, 12.5, 12.0)
_TWO_LINES: Final = 12.0
_HEAD_SIZE: Final = 17.0
_GLOSS_SIZE: Final = 12.5
_GLOSS_GAP: Final = 10
_TAG_SIZE: Final = 12.0
_INK: Final = "#1b2430"
_MUTED: Final = "#5b6675"
_FAINT: Final = "#7f8a99"
_PAPER: Final = "#f4f5f7"
_LINE: Final = "#e3e7ec"
_OPEN: Final = "#15803d"
_CLOSED: Final = "#b45309"
_FONTS: Final = "'Segoe UI', 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', Roboto, sans-serif"

_WIDER_FONT: Final = 1.08
_WIDTHS: Final = {
    0.24: "ijl'|",
    0.30: " .,:;!/ftI()[]-r",
    0.38: '"*“”',
    0.50: "ckszvxyJ",
    0.56: "abdeghnopqu0123456789L?_$#+=<>",
    0.62: "FTZ",
    0.67: "ABEKPSVXY&",
    0.73: "CDHNRUw",
    0.79: "GOQ",
    0.84: "mM",
    0.95: "W@%",
}
_CHARACTER: Final = {character: width for width, characters in _WIDTHS.items() for character in characters}


@lru_cache(maxsize=1)
def overview_words() -> dict[str, Any]:
    """Labels per language, colours and the page's words (``overview.yaml``)."""
    words: dict[str, Any] = yaml.safe_load(resources.files("knowledge").joinpath("overview.yaml").read_text("utf-8"))
    return words


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """About how wide a text is in a usual sans-serif font; rather too wide than too narrow."""
    ems = sum(_CHARACTER.get(character, 0.6) for character in text)
    return ems * size * _WIDER_FONT * (1.06 if bold else 1.0)


def grouped(catalogue: Catalogue) -> dict[Group, list[Instrument]]:
    """The instruments per group that has any: from early to late phases, what has ended comes last."""

    def place(instrument: Instrument) -> tuple[bool, float, int, str]:
        main = [PHASES.index(phase) for phase in instrument.phases.main]
        ended = instrument.status.state is StatusState.ENDED
        return ended, sum(main) / len(main), min(main), instrument.id

    groups = {group: sorted((i for i in catalogue if i.group is group), key=place) for group in Group}
    return {group: instruments for group, instruments in groups.items() if instruments}


def overview_svg(catalogue: Catalogue, language: Language) -> str:
    """One picture of all instruments: a row each, a card per group, columns for the phases, tags for main needs."""
    words = overview_words()[language]
    cards: list[str] = []
    top = _HEADER
    for group, instruments in grouped(catalogue).items():
        cards += _card(group, instruments, top, language)
        top += _CARD_HEAD + len(instruments) * _ROW + _CARD_FOOT + _CARD_GAP
    height = top - _CARD_GAP + _MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
        f' role="img" aria-labelledby="title" lang="{language}" font-family="{_FONTS}" fill="{_INK}">',
        f'<title id="title">{escape(words["title"])}</title>',
        f'<rect width="{_WIDTH}" height="{height}" fill="{_PAPER}"/>',
        *_header(catalogue, words),
        *cards,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _header(catalogue: Catalogue, words: dict[str, Any]) -> Iterator[str]:
    yield _text(_MARGIN, 48, words["title"], 28, weight=700)
    yield _text(_MARGIN, 74, words["subtitle"].format(count=len(catalogue)), 15, _MUTED)
    yield from _legend(catalogue, words)


def _legend(catalogue: Catalogue, words: dict[str, Any]) -> Iterator[str]:
    """How to read the marks; each status with the number of instruments that have it."""
    x, y = float(_MARGIN), 104
    for state in StatusState:
        count = sum(instrument.status.state is state for instrument in catalogue)
        label = f"{words['states'][state]} ({count})"
        yield _status_mark(state, x + 6, y)
        struck = state is StatusState.ENDED
        yield _text(x + 19, y + 4.5, label, 13, _MUTED if struck else _INK, struck=struck)
        x += 19 + text_width(label, 13) + 20
    x = max(x + 4, _column(PHASES[2]))
    for main, label in ((True, words["made_for"]), (False, words["also"])):
        yield _dot(x + 8, y, _MUTED, main=main)
        yield _text(x + 22, y + 4.5, label, 13)
        x += 22 + text_width(label, 13) + 20


def _card(group: Group, instruments: list[Instrument], top: int, language: Language) -> Iterator[str]:
    """A group: its heading with the phases, and the rows of its instruments."""
    words = overview_words()[language]
    colour = overview_words()["colours"][group]
    height = _CARD_HEAD + len(instruments) * _ROW + _CARD_FOOT
    name, gloss = words["groups"][group]
    yield f'<g class="card" data-group="{group}">'
    yield (
        f'<path d="M{_MARGIN} {top}H{_WIDTH - _MARGIN - 10}a10 10 0 0 1 10 10v{height - 20}a10 10 0 0 1 -10 10'
        f'H{_MARGIN}z" fill="#fff" stroke="{_LINE}"/>'
    )
    yield f'<rect x="{_MARGIN}" y="{top}" width="5" height="{height}" fill="{colour}"/>'
    yield (
        f'<text x="{_MARK_X - 7}" y="{top + 26}" font-size="{_n(_HEAD_SIZE)}" fill="{colour}" font-weight="700">'
        f'{escape(name)}<tspan dx="{_GLOSS_GAP}" font-size="{_GLOSS_SIZE}" fill="{_MUTED}" font-weight="400">'
        f"{escape(gloss)}</tspan></text>"
    )
    yield _text(_TAG_X + 2, top + 25.5, words["need"], 11.5, _MUTED)
    for phase in PHASES:
        yield _text(_column(phase), top + 25.5, words["phases"][phase], 11.5, _MUTED, anchor="middle")
    for number, instrument in enumerate(instruments):
        yield from _row(instrument, top + _CARD_HEAD + number * _ROW, colour, language)
    yield "</g>"


def _row(instrument: Instrument, top: int, colour: str, language: Language) -> Iterator[str]:
    """One instrument: status, name, phases, main needs."""
    middle = top + _ROW / 2
    ended = instrument.status.state is StatusState.ENDED
    tint = _FAINT if ended else colour
    yield f'<g class="row" id="{instrument.id}"><title>{escape(instrument.name.of(language))}</title>'
    yield f'<path d="M{_MARK_X - 7} {top}H{_TAG_END}" stroke="{_LINE}"/>'
    yield _status_mark(instrument.status.state, _MARK_X, middle)
    yield from _name(instrument.name.of(language), middle, ended=ended)
    served = {*instrument.phases.main, *instrument.phases.also}
    for one, other in pairwise(PHASES):
        if one in served and other in served and other != _APART:
            strong = one in instrument.phases.main and other in instrument.phases.main
            yield (
                f'<path d="M{_n(_column(one))} {_n(middle)}H{_n(_column(other))}" stroke="{tint}"'
                f' stroke-width="{5 if strong else 2}" opacity="{0.35 if strong else 0.3}"/>'
            )
    for phase in PHASES:
        if phase in served:
            yield _dot(_column(phase), middle, tint, main=phase in instrument.phases.main)
        else:
            yield f'<circle cx="{_n(_column(phase))}" cy="{_n(middle)}" r="1.5" fill="#cdd3db"/>'
    labels = overview_words()[language]["needs"]
    yield from _tags([labels[need] for need in instrument.needs.main], middle, _MUTED if ended else colour)
    yield "</g>"


def _name(name: str, middle: float, *, ended: bool) -> Iterator[str]:
    """The name, what stands between brackets in grey; a long name takes two lines, or drops a long aside."""
    core, _, aside = name.partition(" (")
    aside = f"({aside}" if aside else ""
    abbreviation = aside if " " not in aside else ""
    for words in (f"{core} {aside}", f"{core} {abbreviation}"):
        for size in _NAME_SIZES:
            if text_width(words.strip(), size) <= _NAME_ROOM:
                yield _name_line(words, middle + size * 0.35, size, ended=ended)
                return
    first, second = _two_lines(f"{core} {abbreviation}".strip())
    yield _name_line(first, middle - 1.8, _TWO_LINES, ended=ended)
    if second:
        yield _name_line(second, middle + 10, _TWO_LINES, ended=ended)


def _two_lines(name: str) -> tuple[str, str]:
    """As many words as fit on the first line, the others on the second, cut short where that is not enough."""
    words = name.split(" ")
    count = len(words)
    while count > 1 and text_width(" ".join(words[:count]), _TWO_LINES) > _NAME_ROOM:
        count -= 1
    return _cut(" ".join(words[:count])), _cut(" ".join(words[count:]))


def _cut(line: str) -> str:
    if text_width(line, _TWO_LINES) <= _NAME_ROOM:
        return line
    while text_width(f"{line}…", _TWO_LINES) > _NAME_ROOM:
        line = line[:-1].rstrip()
    return f"{line}…"


def _name_line(line: str, y: float, size: float, *, ended: bool) -> str:
    core, bracket, aside = line.strip().partition(" (")
    struck = ' text-decoration="line-through"' if ended else ""
    grey = f'<tspan fill="{_MUTED}">{escape(bracket + aside)}</tspan>' if bracket else ""
    return (
        f'<text class="name" x="{_NAME_X}" y="{_n(y)}" font-size="{_n(size)}" fill="{_MUTED if ended else _INK}"'
        f"{struck}>{escape(core)}{grey}</text>"
    )


def _tags(labels: Iterable[str], middle: float, colour: str) -> Iterator[str]:
    """The tags that fit side by side; a last one counts those that do not."""
    x = float(_TAG_X)
    waiting = list(labels)
    while waiting:
        whole = sum(_tag_width(label) + _TAG_GAP for label in waiting) - _TAG_GAP
        counted = _tag_width(waiting[0]) + _TAG_GAP + _tag_width(f"+{len(waiting) - 1}")
        if min(whole, counted) > _TAG_END - x:
            yield from _tag(x, middle, f"+{len(waiting)}", colour)
            return
        label = waiting.pop(0)
        yield from _tag(x, middle, label, colour)
        x += _tag_width(label) + _TAG_GAP


def _tag_width(label: str) -> float:
    return text_width(label, _TAG_SIZE) + 2 * _TAG_PAD


def _tag(x: float, middle: float, label: str, colour: str) -> Iterator[str]:
    width = _tag_width(label)
    yield (
        f'<rect class="tag" x="{_n(x)}" y="{_n(middle - 10)}" width="{_n(width)}" height="20" rx="10" fill="{colour}"'
        ' fill-opacity="0.09"/>'
    )
    yield _text(x + width / 2, middle + 4.2, label, _TAG_SIZE, colour, anchor="middle")


def _status_mark(state: StatusState, x: float, y: float) -> str:
    """A small square, since circles speak of phases: tick, bar, cross or hollow."""
    box = f'<rect x="{_n(x - 6)}" y="{_n(y - 6)}" width="12" height="12" rx="3"'
    at = f"M{_n(x)} {_n(y)}"
    stroke = 'fill="none" stroke="#fff" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"'
    match state:
        case StatusState.OPEN:
            return f'{box} fill="{_OPEN}"/><path d="{at}m-3 .3l2.2 2.2l3.9 -4.6" {stroke}/>'
        case StatusState.CLOSED:
            return f'{box} fill="{_CLOSED}"/><path d="{at}m-3 0h6" {stroke}/>'
        case StatusState.ENDED:
            return f'{box} fill="{_FAINT}"/><path d="{at}m-2.5 -2.5l5 5m0 -5l-5 5" {stroke}/>'
        case StatusState.UNKNOWN:
            return (
                f'<rect x="{_n(x - 5.25)}" y="{_n(y - 5.25)}" width="10.5" height="10.5" rx="2.5" fill="#fff"'
                f' stroke="{_FAINT}" stroke-width="1.5"/>'
            )


def _dot(x: float, y: float, colour: str, *, main: bool) -> str:
    """Filled: made for this phase. Ring: serves it as well."""
    look = f'r="7.5" fill="{colour}"' if main else f'r="5.5" fill="#fff" stroke="{colour}" stroke-width="2"'
    return f'<circle class="{"main" if main else "also"}" cx="{_n(x)}" cy="{_n(y)}" {look}/>'


def _column(phase: Phase) -> float:
    at = PHASES.index(phase)
    return _PHASE_X + (at + 0.5) * _PHASE_STEP + (_APART_GAP if phase == _APART else 0)


def _text(
    x: float,
    y: float,
    text: str,
    size: float,
    colour: str = _INK,
    *,
    weight: int = 400,
    anchor: str = "start",
    struck: bool = False,
) -> str:
    extra = f' font-weight="{weight}"' if weight != 400 else ""
    extra += f' text-anchor="{anchor}"' if anchor != "start" else ""
    extra += ' text-decoration="line-through"' if struck else ""
    return f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" fill="{colour}"{extra}>{escape(text)}</text>'


def _n(number: float) -> str:
    """A number as short as it goes: 12.0 → 12."""
    return f"{number:.1f}".removesuffix(".0")


def overview_markdown(catalogue: Catalogue) -> str:
    """The Dutch page around the picture: what it shows, the picture, and the same as a table."""
    words = overview_words()
    page, dutch = words["page"], words["nl"]
    lines = [
        f"# {page['heading']}",
        page["intro"],
        "",
        f"![{dutch['title']}]({PICTURE})",
        "",
        _table_row(page["columns"]),
        _table_row("---" for _ in page["columns"]),
    ]
    for group, instruments in grouped(catalogue).items():
        lines += [_table_row(_cells(instrument, dutch["groups"][group][0])) for instrument in instruments]
    return "\n".join(lines) + "\n"


def _cells(instrument: Instrument, group: str) -> Iterator[str]:
    words = overview_words()
    dutch, status, phases = words["nl"], instrument.status, instrument.phases
    name = f"[{instrument.name.nl}](instruments/{instrument.id}.yaml)"
    yield f"~~{name}~~" if status.state is StatusState.ENDED else name
    yield group
    day = words["page"]["undated"] if status.as_of == UNKNOWN_DATE else status.as_of
    yield f"{dutch['states'][status.state]} ({day})"
    labels = dutch["phases"]
    served = [phase for phase in PHASES if phase in phases.main or phase in phases.also]
    yield ", ".join(f"**{labels[phase]}**" if phase in phases.main else labels[phase] for phase in served)
    yield ", ".join(dutch["needs"][need] for need in instrument.needs.main)


def _table_row(cells: Iterable[str]) -> str:
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
