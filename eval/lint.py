"""The linter: do the cases hold together, with each other and with the catalogue?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from assistant.matching import is_available
from assistant.models import Intent
from eval.cases import Case, CaseSet, Kind
from eval.leakage import messages_of, near_duplicates
from knowledge.analysis import words
from knowledge.catalogue import Catalogue
from knowledge.profile_fields import LISTS, PHASES, PROVINCES, SECTORS

CASES_PER_INSTRUMENT: Final = 3
_TOP: Final = 3
_ABOUT_INSTRUMENTS: Final = frozenset(
    {Kind.RECOMMEND, Kind.MULTI_TURN, Kind.EXPLAIN, Kind.EVALUATE, Kind.COMPARE, Kind.STATUS, Kind.RETRIEVAL}
)


def lint(cases: CaseSet, catalogue: Catalogue) -> list[str]:
    """Every problem as ``file, line, case: what is wrong; what to do``. Empty: all is well."""
    problems = [
        f"{cases.where(case)}, case '{case.id}': {problem}"
        for case in cases
        for check in _CHECKS
        for problem in check(case, catalogue)
    ]
    problems += [f"{cases.where(case)}, case '{case.id}': {problem}" for case, problem in _between(cases.cases)]
    own_questions = [text for instrument in catalogue for text in (*instrument.questions.nl, *instrument.questions.en)]
    problems += [
        f"{cases.where(cases.get(leak.case))}, case '{leak.case}': it is (nearly) a question that the catalogue holds, "
        f"so finding the answer proves nothing: '{leak.text}'. Reword the case."
        for leak in near_duplicates(messages_of(cases), own_questions)
    ]
    return problems


def _ids_exist(case: Case, catalogue: Catalogue) -> Iterator[str]:
    for name in ("expected", "expected_any", "acceptable", "forbidden", "fits", "maybe"):
        for instrument in getattr(case, name):
            if instrument not in catalogue.instruments:
                yield f"{name}: there is no instrument '{instrument}' in the catalogue."
    for fact in case.basis:
        if fact not in catalogue.grounded:
            yield f"basis: there is no fact '{fact}' in the catalogue."
    for cited in case.cite:
        if cited not in catalogue.grounded and cited not in catalogue.instruments:
            yield f"cite: '{cited}' is neither a fact nor an instrument of the catalogue."


def _no_contradictions(case: Case, _: Catalogue) -> Iterator[str]:
    for name in ("expected", "expected_any", "acceptable", "fits", "maybe"):
        both = sorted(set(getattr(case, name)) & set(case.forbidden))
        if both:
            yield f"{', '.join(both)} can't be both '{name}' and 'forbidden'."
    unsure = sorted(set(case.fits) & set(case.maybe))
    if unsure:
        yield f"{', '.join(unsure)} can't be both 'fits' and 'maybe'."
    if case.abstain and (case.required or case.fits or case.maybe):
        yield "it asks to abstain and expects an instrument. Keep one of the two."
    if case.is_recommendation and len(case.expected) + bool(case.expected_any) > _TOP:
        yield f"more than {_TOP} instruments don't go in the top {_TOP}. Move some to 'expected_any' or 'acceptable'."
    if len(case.expected_any) == 1:
        yield "'expected_any' with one instrument is 'expected'. Move it there."
    denied = sorted(set(case.profile) & {entry for entry in case.not_in_profile if "=" not in entry})
    if denied:
        yield f"{', '.join(denied)} can't be both in 'profile' and in 'not_in_profile'."
    stated = {f"{name}={one}" for name, value in case.gold_profile.items() for one in (value if name in LISTS else [value])}
    settled = sorted(set(case.arguable) & (stated | set(case.not_in_profile)))
    if settled:
        yield f"{', '.join(settled)} can't be arguable and in 'profile' or 'not_in_profile' too."
    if isinstance(case.asks, str) and case.asks in case.profile:
        yield f"it asks for '{case.asks}', which 'profile' says is known."


def _truth_agrees(case: Case, _: Catalogue) -> Iterator[str]:
    if case.truth is None:
        return
    truth = case.truth.known()
    for name, value in case.gold_profile.items():
        told = truth.get(name)
        differs = not set(value) <= set(told or []) if isinstance(value, list) else value != told
        if differs:
            yield f"truth.{name} is {told!r}, while 'profile' says {value!r}. The truth holds all that is said."


def _says_who(case: Case, _: Catalogue) -> Iterator[str]:
    if case.kind in _ABOUT_INSTRUMENTS and case.required and not case.basis:
        yield "'basis' names no fact. Say which facts of the catalogue make the expected answer right."


def _is_complete(case: Case, _: Catalogue) -> Iterator[str]:
    if case.kind in _ABOUT_INSTRUMENTS - {Kind.MULTI_TURN} and not case.required and case.must_abstain is None:
        yield "it expects nothing: add 'expected', 'expected_any' or 'abstain'."
    if case.kind is Kind.INTAKE and not case.profile and not case.not_in_profile:
        yield "a case of kind intake needs 'profile' or 'not_in_profile'."
    if case.kind is Kind.MULTI_TURN and len(case.user_turns) < 2:
        yield "a case of kind multi-turn needs at least two turns."


def _offers_what_exists(case: Case, catalogue: Catalogue) -> Iterator[str]:
    if case.expected_intent is not Intent.RECOMMEND:
        return
    for instrument in (*case.required, *case.fits, *case.maybe):
        known = catalogue.instruments.get(instrument)
        if known and not is_available(known):
            state = known.status.state.value
            yield f"'{instrument}' is {state} and may not be recommended. Expect its successor, or forbid it."


_CHECKS: Final[tuple[Callable[[Case, Catalogue], Iterable[str]], ...]] = (
    _ids_exist, _no_contradictions, _truth_agrees, _says_who, _is_complete, _offers_what_exists,
)  # fmt: skip


def _between(cases: Sequence[Case]) -> Iterator[tuple[Case, str]]:
    by_id = {case.id: case for case in cases}
    texts: dict[tuple[str, tuple[str, ...]], str] = {}
    for case in cases:
        parent = case.tags.variant_of
        if parent and parent not in by_id:
            yield case, f"tags.variant_of: there is no case '{parent}'."
        elif parent and by_id[parent].tags.variant_of:
            yield case, f"tags.variant_of: '{parent}' is a variant itself. Name the first telling of the story."
        said = tuple(words(case.text))
        key = (case.kind.value, said)
        if said and key in texts:
            yield case, f"it asks the same as '{texts[key]}'. Remove one of the two."
        texts.setdefault(key, case.id)


def coverage_gaps(cases: Iterable[Case], catalogue: Catalogue, per_instrument: int = CASES_PER_INSTRUMENT) -> list[str]:
    """What the set as a whole does not cover yet: instruments, sectors, phases and provinces."""
    listed = list(cases)
    asked = Counter(instrument for case in listed if case.wants_reply for instrument in case.required)
    gaps = [
        f"instrument {instrument.id}: {asked[instrument.id]} of {per_instrument} cases"
        for instrument in catalogue
        if asked[instrument.id] < per_instrument
    ]
    for name, values in (("sector", SECTORS), ("phase", PHASES), ("province", PROVINCES)):
        seen = {_belongs_to(case, name) for case in listed if case.wants_reply}
        gaps += [f"{name} {value}: no case" for value in values if value not in seen]
    return gaps


def _belongs_to(case: Case, name: str) -> object:
    true = getattr(case.truth, name) if case.truth else None
    return getattr(case.tags, name) or case.profile.get(name) or true
