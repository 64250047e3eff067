"""What the profile model adds to what rules read in a message, and what of that it does not believe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assistant.abroad import foreign
from assistant.features import NAME, masked
from assistant.gathered import Gathered
from assistant.places import gazetteer
from assistant.profile_model import ProfileModel

_STATED_FROM: Final = 0.6
"""How likely the profile model has to find that a value is stated: rather not understood than misunderstood."""
_BELIEVED_FROM: Final = 0.3
"""The same where rules read it too. Chosen on a cross-validation, and on the cases of the training split."""
_PLAIN: Final = "technically_new"
"""What is said to be new, or not to be, is said plainly: the rules are right."""
_LEAST_WORDS: Final = 5
_SHORT: Final = 15
_SURER: Final = 0.25
"""A short message leaves little to go by, and a later one mostly answers or corrects: what it adds has to be plainer."""
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
    length = len(text.split())
    if length < _LEAST_WORDS:
        return
    surer = _SURER if read.messages > 1 or length < _SHORT else 0.0
    likely = model.likelihood(as_model_reads(text, named), read.heard)
    doubtful = [one for one in read.heard if likely.get(one, 1.0) < _BELIEVED_FROM and one.field not in (_PLAIN, asked)]
    for stated in doubtful:
        read.drop(stated)
    for stated in sorted(likely, key=lambda one: -likely[one]):
        unheard = stated not in read.heard and stated not in read.denied
        if likely[stated] < _STATED_FROM + surer or not unheard or read.is_settled(stated, likely):
            continue
        read.put(stated.field, stated.value, model.words_for(text, stated))
        read.learned.add(stated)


def as_model_reads(text: str, named: Sequence[tuple[int, int]]) -> str:
    """A message with words in the place of the instruments and the places that it names: which ones says nothing to the model."""
    abroad = foreign()
    here = [(place.start, place.end) for place in gazetteer().find(text)]
    return masked(text, {NAME: named, _PLACE: here, _ABROAD: abroad.places(text), _FOREIGN: abroad.adjectives(text)})
