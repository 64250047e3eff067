"""What the profile model adds to what rules read in a message, and what of that it does not believe."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from assistant.abroad import foreign
from assistant.features import NAME, NEXT_TURN, masked
from assistant.gathered import Gathered
from assistant.places import gazetteer
from assistant.profile_model import ProfileModel, Stated
from knowledge.profile_fields import LISTS


class _Threshold(NamedTuple):
    """How likely the model has to find a value: rather not understood than misunderstood."""

    stated: float
    """What only the model reads."""
    believed: float
    """What the rules read too."""


_OF_MANY: Final = _Threshold(stated=0.8, believed=0.4)
_OF_ONE: Final = _Threshold(stated=0.9, believed=0.5)
"""In a field of one value a wrong reading also stands in the place of a right one."""
_PLAIN: Final = "technically_new"
"""What is said to be new, or not to be, is said plainly: the rules are right."""
_LEAST_WORDS: Final = 5
_SHORT: Final = 15
_SURER: Final = 0.05
"""A short first message leaves little to go by: what it adds has to be plainer."""
_CHANGED_FROM: Final = 0.7
"""How likely another value has to be than the one that an earlier message gave, when no rule reads it."""
_PLACE: Final = " plaatsnaam "
_ABROAD: Final = " buitenlandplaats "
_FOREIGN: Final = " buitenlandsedag "
"""These stand for a place in the Netherlands, one abroad, and 'German': 'with a firm in Porto' says what 'in Aachen' says."""


def read_by_model(
    model: ProfileModel, text: str, named: Sequence[tuple[int, int]], read: Gathered, asked: str | None = None
) -> None:
    """What the rules read and the model finds unlikely goes; what it finds likely, of a field the likeliest, is added.

    ``asked``: the field that the message answers, of which nothing goes.
    """
    told, by_rules = as_model_reads(text, named), frozenset(read.heard)
    earlier = list(read.told)
    read.told.append((told, by_rules))
    length = len(text.split())
    if length < _LEAST_WORDS:
        return
    likely = model.likelihood(told, by_rules)
    if earlier:
        likely = _mean(likely, _in_context(model, read.told))
        read.keep_trade(likely, asked)
    surer = _SURER if length < _SHORT and not earlier else 0.0
    doubtful = [one for one in read.heard if likely.get(one, 1.0) < _of(one).believed and one.field not in (_PLAIN, asked)]
    for stated in doubtful:
        read.drop(stated)
    for stated in sorted(likely, key=lambda one: -likely[one]):
        unheard = stated not in read.heard and stated not in read.denied
        if likely[stated] < _of(stated).stated + surer or not unheard or read.is_settled(stated, likely, _CHANGED_FROM):
            continue
        read.put(stated.field, stated.value, model.words_for(text, stated))
        read.learned.add(stated)


def _of(stated: Stated) -> _Threshold:
    return _OF_MANY if stated.field in LISTS else _OF_ONE


def _in_context(model: ProfileModel, told: Sequence[tuple[str, Collection[Stated]]]) -> dict[Stated, float]:
    """How likely values are stated by the messages together: 'it costs 20,000' says what for only after the first."""
    return model.likelihood(NEXT_TURN.join(text for text, _ in told), {one for _, by_rules in told for one in by_rules})


def _mean(one: Mapping[Stated, float], other: Mapping[Stated, float]) -> dict[Stated, float]:
    return {stated: (one[stated] + other[stated]) / 2 for stated in one}


def as_model_reads(text: str, named: Sequence[tuple[int, int]]) -> str:
    """A message with words in the place of the instruments and the places that it names: which ones says nothing to the model."""
    abroad = foreign()
    here = [(place.start, place.end) for place in gazetteer().find(text)]
    return masked(text, {NAME: named, _PLACE: here, _ABROAD: abroad.places(text), _FOREIGN: abroad.adjectives(text)})
