"""Trains the classifier of intents: ``python -m assistant.intent_training``, after a change in ``intent_examples/``.

To the written examples come the questions that the embedder learns from: situations are requests for
advice, and what is asked about a fact follows from the kind of that fact.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable
from typing import Final

from assistant.features import NAME, masked
from assistant.intent_model import WEIGHTS, Example, digest, train, written_examples
from assistant.models import Intent
from assistant.names import NameFinder
from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.embedding.pairs import written_pairs
from knowledge.models import Evaluation, Fact, FactKind

_SITUATIONS: Final = 1500
_SEED: Final = 20261121


def situations(most: int = _SITUATIONS) -> list[Example]:
    """Stories and wishes that name no instrument, some of all that were written for the embedder."""
    told = [pair for pair in written_pairs() if not pair.target and "/" not in pair.owner]
    chosen = random.Random(_SEED).sample(told, min(most, len(told)))
    return [Example(Intent.RECOMMEND, pair.language, pair.query) for pair in chosen]


def about_facts(catalogue: Catalogue) -> list[Example]:
    """Questions that one fact or finding answers."""
    found = []
    for pair in written_pairs():
        instrument, _, local = pair.target.partition(f"/{pair.language}/")
        known = catalogue.grounded.get(f"{instrument}.{local}")
        item = known[1] if known else None
        if isinstance(item, Evaluation):
            found.append(Example(Intent.EVALUATE, pair.language, pair.query))
        elif isinstance(item, Fact):
            intent = Intent.STATUS if item.kind is FactKind.STATUS else Intent.EXPLAIN
            found.append(Example(intent, pair.language, pair.query))
    return found


def with_names_masked(examples: Iterable[Example], names: NameFinder) -> list[Example]:
    return [
        Example(
            example.intent, example.language, masked(example.text, {NAME: [(m.start, m.end) for m in names.find(example.text)]})
        )
        for example in examples
    ]


def main() -> None:
    written = written_examples()
    catalogue = load_catalogue()
    names = NameFinder(catalogue)
    told = [example for example in situations() if not names.find(example.text)]
    asked = with_names_masked(about_facts(catalogue), names)
    model = train([*with_names_masked(written, names), *told, *asked])
    model.save(WEIGHTS, digest(written))
    sys.stdout.write(
        f"{len(written)} examples, {len(told)} situations, {len(asked)} questions about facts; saved to {WEIGHTS}.\n"
    )


if __name__ == "__main__":
    main()
