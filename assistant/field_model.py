"""What the profile model adds to what rules read in a message, and what of that it does not believe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assistant.features import masked
from assistant.gathered import Gathered
from assistant.profile_model import ProfileModel

_STATED_FROM: Final = {"needs": 0.45, "sector": 0.4, "phase": 0.4, "collaboration": 0.4, "technically_new": 0.4}
"""How likely the profile model has to find that a value is stated (see its cross-validation)."""
_BELIEVED_FROM: Final = {"needs": 0.1, "sector": 0.3, "phase": 0.3, "collaboration": 0.3}
"""The same where rules read it too."""
_LEAST_WORDS: Final = 5
_SHORT: Final = 15
_SURER: Final = 0.25
"""A short message leaves little to go by, and a later one mostly answers or corrects: what it adds has to be plainer."""


def read_by_model(model: ProfileModel, text: str, named: Sequence[tuple[int, int]], read: Gathered) -> None:
    """What the rules read and the model finds unlikely goes; what it finds likely, of a field the likeliest, is added."""
    length = len(text.split())
    if length < _LEAST_WORDS:
        return
    surer = _SURER if read.messages > 1 or length < _SHORT else 0.0
    likely = model.likelihood(masked(text, named), read.heard)
    for stated in [one for one in read.heard if likely.get(one, 1.0) < _BELIEVED_FROM.get(one.field, 0.0)]:
        read.drop(stated)
    for stated in sorted(likely, key=lambda one: -likely[one]):
        unheard = stated not in read.heard and stated not in read.denied
        if likely[stated] < _STATED_FROM[stated.field] + surer or not unheard or read.is_settled(stated, likely):
            continue
        read.put(stated.field, stated.value, model.words_for(text, stated))
        read.learned.add(stated)
