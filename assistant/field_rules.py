"""Choices, needs and yes-or-no fields by rules: the lexicon's words, unless what stands around them takes them back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from assistant.gathered import Gathered
from assistant.patterns import Found
from assistant.places import gazetteer
from assistant.profile_model import Stated
from assistant.vocabulary import Vocabulary
from knowledge.profile_fields import CHOICES, LISTS, NOTHING_ELSE, OPEN

_CLAUSE_END: Final = re.compile(r"[.;:!?\n,]|\b(?:maar|but|wel|en|and)\b")
_SOFT_WEIGHT: Final = 0.3
_PAUSE: Final = re.compile(r"[.;:!?\n,(]")
_CUSTOMER_WEIGHT: Final = 0.06
_OWN_WEIGHT: Final = 2.0
_INTRO_WORDS: Final = 4
_OTHERS_WORDS: Final = 7
_ASKED_WORDS: Final = 6
_OWN: Final = re.compile(r"\b(?:mijn|mn|m'n|ons|onze|my|our)\b")
_NEEDS_OF_PRODUCTS: Final = frozenset({"verduurzaming", "geld-investering", "digitalisering"})
"""Needs that are read from things, which a firm may also sell."""
_BUYING: Final = "geld-investering"
_OFFERED_WORDS: Final = 2
_MADE_WORDS: Final = 3


def read_by_rules(text: str, folded: str, named: Sequence[tuple[int, int]], words: Vocabulary, read: Gathered) -> None:
    """``named``: where instruments are named, which says nothing about the firm."""
    unnamed = _blanked(folded, named)
    # A region's name tells where a firm is, not what it makes: 'Food Valley'.
    trade = _blanked(unnamed, [(place.start, place.end) for place in gazetteer().find(text)])
    for name, options in words.choices.items():
        if name in LISTS:
            _read_needs(text, unnamed, words, options, read)
        elif name != "province":
            # No scheme's name is a legal form, but 'KvK' is in "nog geen kvk".
            heard = {"sector": trade, "legal_form": folded}.get(name, unnamed)
            _read_choice(text, heard, words, name, options, read)
    for name, truths in words.booleans.items():
        _read_boolean(text, unnamed, words, name, truths, read)


def _read_choice(text: str, folded: str, words: Vocabulary, name: str, options: Mapping[str, Any], read: Gathered) -> None:
    said: dict[str, tuple[float, int, Found]] = {}
    for value, patterns in options.items():
        mentioned = patterns.find(folded)
        found = [place for place in mentioned if not _negated(folded, place, words)]
        if mentioned and not found:
            read.denied.add(Stated(name, value))
            if name in OPEN:
                read.ruled_out.add(Stated(name, value))
        if not found:
            continue
        weights = [_weight(folded, place, words, name) for place in found]
        total = max(weights) + 0.25 * (sum(weights) - max(weights))
        if max(weights) > _SOFT_WEIGHT:  # things that others have too ('zonnepanelen') make no trade, however many
            said[value] = (total, -found[0].start, found[weights.index(max(weights))])
    if not said:
        return
    if name in OPEN:
        # Of those one works with, the contract keeps one: the last that it lists.
        best = max(said, key=CHOICES[name].index)
        read.beside = {Stated(name, value) for value in said if value not in (best, NOTHING_ELSE[name])}
    else:
        best = max(said, key=lambda value: said[value][:2])
    place = said[best][2]
    read.put(name, best, text[place.start : place.end])


def _weight(folded: str, place: Found, words: Vocabulary, name: str) -> float:
    """Words for another's trade ('software voor tuinders', 'een app laten maken') count less than for one's own."""
    if name == "sector":
        clause = _CLAUSE_END.split(folded[: place.start])[-1]
        near = " ".join(clause.split()[-_OTHERS_WORDS:])
        named = f"{near} {folded[place.start : place.end]}"
        if words.others.any_in(near) or any(one.end > len(near) for one in words.passers_by.find(named)):
            return place.weight * _CUSTOMER_WEIGHT
        after = " ".join(_PAUSE.split(folded[place.end :])[0].split()[:1])
        if words.soft_after.any_in(after):
            return place.weight * _CUSTOMER_WEIGHT
        before = _PAUSE.split(folded[: place.start])[-1].split()[-4:]
        intro = next((at for at, word in enumerate(before[1:], start=1) if words.soft_intro.any_in(word)), None)
        if (
            intro
            and intro >= len(before) - 2
            and not _OWN.search(" ".join(before[intro:]))
            and not words.own_plan.any_in(before[intro - 1])
        ):
            return place.weight * _CUSTOMER_WEIGHT
        if words.own_intro.any_in(" ".join(clause.split()[-_INTRO_WORDS:])):
            return place.weight * _OWN_WEIGHT
    return place.weight


def _read_needs(text: str, folded: str, words: Vocabulary, options: Mapping[str, Any], read: Gathered) -> None:
    for value, patterns in options.items():
        found = patterns.find(folded)
        for pair in words.beside.get(value, ()):
            if pair.beside.any_in(folded):
                found = [*found, *pair.words.find(folded)]
        found = [place for place in found if place.weight]
        if value in words.declined and words.declined[value].any_in(folded):
            read.declined.add(value)
            read.denied.add(Stated("needs", value))
            read.ruled_out.add(Stated("needs", value))
            read.needs.pop(value, None)
            continue
        if value in _NEEDS_OF_PRODUCTS:
            found = [place for place in found if not _is_offered(folded, place, words)]
        if value == _BUYING:
            found = [place for place in found if not _is_made(folded, place, words)]
        wanted = [place for place in found if not _negated(folded, place, words)]
        if found and not wanted:
            read.denied.add(Stated("needs", value))
            read.needs.pop(value, None)
        elif wanted:
            best = max(wanted, key=lambda place: place.weight)
            read.put("needs", value, text[best.start : best.end])
            read.declined.discard(value)


def _read_boolean(text: str, folded: str, words: Vocabulary, name: str, truths: Mapping[bool, Any], read: Gathered) -> None:
    scores: dict[bool, tuple[float, Found]] = {}
    for truth, patterns in truths.items():
        found = [place for place in patterns.find(folded) if place.weight and not _negated(folded, place, words)]
        if found:
            scores[truth] = max(((place.weight, place) for place in found), key=lambda entry: entry[0])
    if scores:
        truth = max(scores, key=lambda value: (scores[value][0], not value))
        place = scores[truth][1]
        read.put(name, truth, text[place.start : place.end])


def _negated(folded: str, place: Found, words: Vocabulary) -> bool:
    """Is a mention denied in its own clause? 'geen subsidie, wel een lening' denies the subsidy only."""
    if place.negates:
        return False
    before = _CLAUSE_END.split(folded[: place.start])[-1]
    near = " ".join(before.split()[-3:])
    if words.asked_negatively.any_in(" ".join(before.split()[-_ASKED_WORDS:])):
        return False  # "is er geen regeling?" asks for one
    if words.negators.any_in(near) or words.negators.any_in(folded[place.start : place.end]):
        return True
    after = _CLAUSE_END.split(folded[place.end :])[0]
    return words.negation_after.any_in(" ".join(after.split()[:4]))


def _is_offered(folded: str, place: Found, words: Vocabulary) -> bool:
    """Is it what the firm sells? 'Wij verkopen warmtepompen' asks for none."""
    clause = _PAUSE.split(folded[: place.start])[-1]
    return any(len(clause[verb.end :].split()) <= _OFFERED_WORDS for verb in words.offered.find(clause))


def _is_made(folded: str, place: Found, words: Vocabulary) -> bool:
    """Does the firm make it itself? 'Een prototype van een nieuwe machine bouwen' buys no machine."""
    before, after = _PAUSE.split(folded[: place.start])[-1], _PAUSE.split(folded[place.end :])[0]
    return words.made_before.any_in(" ".join(before.split()[-_MADE_WORDS:])) or words.made_after.any_in(
        " ".join(after.split()[:_MADE_WORDS])
    )


def _blanked(folded: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with these parts unreadable, and as long as before."""
    for start, end in spans:
        folded = folded[:start] + "\x00" * (end - start) + folded[end:]
    return folded
