"""The next question: the field whose answer tells most about what the advice will be.

The gain of a field is the expected information, in bits, that its answer carries about the advice:
with every option equally likely, the entropy of the instrument (and its fit) that ends up at each
rank, the first rank counting most. A field that changes nothing has gain 0 and is not asked.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from assistant.models import Profile, Question
from assistant.phrases import Phrases
from assistant.ranking import Ranked, Weights, in_order, rescored

_RANK_WEIGHTS = (3 / 6, 2 / 6, 1 / 6)


def next_question(
    ranked: Sequence[Ranked],
    profile: Profile,
    asked: Sequence[str],
    weights: Weights,
    phrases: Phrases,
) -> Question | None:
    """The question worth asking, or None when no answer would change the advice."""
    if len(asked) >= weights.most_questions or not ranked:
        return None
    in_play = ranked[: weights.candidates_in_play]
    known = profile.known()
    gains = {
        field: gain(field, [value for _, value in phrases.options(field)], in_play, profile, weights)
        for field in phrases.asks
        if field not in known and field not in asked and _matters(field, in_play)
    }
    if not gains:
        return None
    best = max(gains, key=lambda field: gains[field])
    return ask(best, phrases) if gains[best] >= weights.least_gain else None


def ask(field: str, phrases: Phrases) -> Question:
    """The question about a field; not knowing is always an option."""
    options = (*(label for label, _ in phrases.options(field)), phrases.say("dont_know"))
    return Question(field=field, text=phrases.question(field), options=options)


def gain(
    field: str,
    values: Sequence[Any],
    in_play: Sequence[Ranked],
    profile: Profile,
    weights: Weights,
) -> float:
    """Expected information of a field's answer about the first three places, in bits."""
    outcomes = [_outcome(field, value, in_play, profile, weights) for value in values]
    return sum(
        weight * _entropy([outcome[place] if place < len(outcome) else None for outcome in outcomes])
        for place, weight in enumerate(_RANK_WEIGHTS)
    )


def _outcome(
    field: str,
    value: Any,
    in_play: Sequence[Ranked],
    profile: Profile,
    weights: Weights,
) -> list[str]:
    supposed = profile.model_copy(update={field: (value,) if field == "needs" else value})
    again = [found for entry in in_play if (found := rescored(entry, field, supposed, weights))]
    return [entry.instrument.id for entry in in_order(again)[: len(_RANK_WEIGHTS)]]


def _entropy(outcomes: Sequence[str | None]) -> float:
    counts = Counter(outcomes)
    return -sum(n / len(outcomes) * math.log2(n / len(outcomes)) for n in counts.values())


def _matters(field: str, in_play: Sequence[Ranked]) -> bool:
    if field in {"needs", "phase"}:
        return True
    if field == "sector" and any(entry.instrument.sectors for entry in in_play):
        return True
    return any(field in entry.instrument.fields_tested for entry in in_play)
