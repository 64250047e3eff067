"""Trains the classifiers of profile fields: ``python -m assistant.profile_training``, after a change in ``profile_examples/``.

It first learns from four fifths of the examples and reads the others, five times, so that it can say
how often the model is right on messages that it has not seen, beside the rules alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant.intake import ADDED_FROM, BELIEVED_FROM, Intake
from assistant.names import NameFinder
from assistant.phrases import load_phrases
from assistant.profile_model import COLUMNS, VALUES, WEIGHTS, Example, Stated, digest, train, written_examples
from knowledge.catalogue import load_catalogue
from knowledge.models import LANGUAGES

_FOLDS: Final = 5
_SEED: Final = 20261121


def read_by_rules(examples: Sequence[Example]) -> list[tuple[str, frozenset[Stated]]]:
    """Each message as the model reads it, and what the rules alone read in it."""
    intake = Intake(NameFinder(load_catalogue()), {language: load_phrases(language) for language in LANGUAGES})
    return [intake.by_rules(example.text, example.language) for example in examples]


def combined(likely: dict[Stated, float], by_rules: Collection[Stated]) -> set[Stated]:
    """Rules and model together, as ``Intake`` does it for a first message."""
    found = {one for one in by_rules if likely.get(one, 0.0) >= BELIEVED_FROM.get(one.field, 0.0)}
    for one in sorted(likely, key=lambda value: -likely[value]):
        open_ = one.field == "needs" or all(other.field != one.field for other in found)
        if open_ and likely[one] >= ADDED_FROM[one.field]:
            found.add(one)
    return found


def cross_validated(examples: Sequence[Example], by_rules: Sequence[Collection[Stated]]) -> list[set[Stated]]:
    """What rules and model read in each example, by a model that has not seen it."""
    part = np.random.default_rng(_SEED).integers(_FOLDS, size=len(examples))
    found: list[set[Stated]] = [set() for _ in examples]
    for fold in range(_FOLDS):
        seen, unseen = np.flatnonzero(part != fold).tolist(), np.flatnonzero(part == fold).tolist()
        model = train([examples[at] for at in seen], [by_rules[at] for at in seen])
        for at in unseen:
            found[at] = combined(model.likelihood(examples[at].text, by_rules[at]), by_rules[at])
    return found


def precision_and_recall(found: Sequence[Collection[Stated]], examples: Sequence[Example], field: str) -> tuple[float, float]:
    right = told = stated = 0
    for read, example in zip(found, examples, strict=True):
        own, true = ({one for one in values if one.field == field} for values in (read, example.stated))
        right, told, stated = right + len(own & true), told + len(own), stated + len(true)
    return right / max(told, 1), right / max(stated, 1)


def main() -> None:
    out = Console()
    examples = written_examples()
    read = read_by_rules(examples)
    by_rules = [rules & set(VALUES) for _, rules in read]
    told = [Example(example.language, example.stated, text) for example, (text, _) in zip(examples, read, strict=True)]
    table = Table(title=f"{len(examples)} messages, cross-validated: precision / recall")
    for column in ("field", "rules alone", "rules and model"):
        table.add_column(column)
    together = cross_validated(told, by_rules)
    for field in COLUMNS:
        cells = [precision_and_recall(found, told, field) for found in (by_rules, together)]
        table.add_row(field, *(f"{precision:.3f} / {recall:.3f}" for precision, recall in cells))
    out.print(table)
    train(told, by_rules).save(WEIGHTS, digest(examples))
    out.print(f"Saved to {WEIGHTS}.")


if __name__ == "__main__":
    main()
