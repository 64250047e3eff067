"""Trains the classifiers of profile fields: ``python -m assistant.profile_training``, after a change in ``profile_examples/``.

It first learns from four fifths of the examples and reads the others, so that it can say how often the
model is right on messages that it has not seen, beside the rules alone. An hour on four cores.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant.intake import Intake
from assistant.names import NameFinder
from assistant.phrases import load_phrases
from assistant.profile_model import COLUMNS, VALUES, WEIGHTS, Example, ProfileModel, Stated, digest, train, written_examples
from knowledge.catalogue import load_catalogue
from knowledge.models import LANGUAGES

_PARTS: Final = 5
_SEED: Final = 20261121


def intake(model: ProfileModel | None = None) -> Intake:
    """What reads messages: by rules alone, or with a model beside them."""
    return Intake(NameFinder(load_catalogue()), {language: load_phrases(language) for language in LANGUAGES}, model=model)


def read_unseen(
    examples: Sequence[Example], told: Sequence[Example], by_rules: Sequence[Collection[Stated]]
) -> dict[int, frozenset[Stated]]:
    """What rules and model read in a part of the examples that the model has not seen. ``told``: as the model reads them."""
    part = np.random.default_rng(_SEED).integers(_PARTS, size=len(examples))
    seen, unseen = np.flatnonzero(part != 0).tolist(), np.flatnonzero(part == 0).tolist()
    reader = intake(train([told[at] for at in seen], [by_rules[at] for at in seen]))
    return {at: reader.states(examples[at].text, examples[at].language)[1] for at in unseen}


def precision_and_recall(found: Sequence[Collection[Stated]], examples: Sequence[Example], field: str) -> tuple[float, float]:
    right = told = stated = 0
    for read, example in zip(found, examples, strict=True):
        own, true = ({one for one in values if one.field == field} for values in (read, example.stated))
        right, told, stated = right + len(own & true), told + len(own), stated + len(true)
    return right / max(told, 1), right / max(stated, 1)


def main() -> None:
    out = Console()
    examples = written_examples()
    rules_alone = intake()
    read = [rules_alone.states(example.text, example.language) for example in examples]
    by_rules = [rules & set(VALUES) for _, rules in read]
    told = [Example(example.language, example.stated, text) for example, (text, _) in zip(examples, read, strict=True)]
    unseen = read_unseen(examples, told, by_rules)
    true, rules_read, all_read = [examples[at] for at in unseen], [by_rules[at] for at in unseen], list(unseen.values())
    table = Table(title=f"{len(unseen)} of {len(examples)} messages, unseen: precision / recall")
    for column in ("field", "rules alone", "rules and model"):
        table.add_column(column)
    for field in COLUMNS:
        cells = [precision_and_recall(found, true, field) for found in (rules_read, all_read)]
        table.add_row(field, *(f"{precision:.3f} / {recall:.3f}" for precision, recall in cells))
    out.print(table)
    train(told, by_rules).save(WEIGHTS, digest(examples))
    out.print(f"Saved to {WEIGHTS}.")


if __name__ == "__main__":
    main()
