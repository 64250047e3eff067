"""Cases and replies in the form that ragas reads, for an operator with a language model to run its judges.

One JSON object per line and per case that has a reply, with both sets of names that ragas has used:

===================  ==============  =======================================================
since ragas 0.2      before          what it holds
===================  ==============  =======================================================
user_input           question        what the entrepreneur said (of several turns: all of them)
response             answer          the answer, without markers
retrieved_contexts   contexts        the texts of the citations, and the original passages
reference            ground_truth    the facts that the case rests on, in its language
reference_contexts   –               the same facts, one by one
===================  ==============  =======================================================

``id`` is the case's. Read it with ``EvaluationDataset.from_jsonl(path)`` (ragas ignores names that it
does not know). Multi-turn conversations are given as one turn, so that all rows are of one kind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from assistant.models import Citation
from eval.observations import Observation
from knowledge.catalogue import Catalogue

_MARKERS = re.compile(r"\s*(?:\[\d+\])+")


def rows(observations: Iterable[Observation], catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """A row per case with a reply and with something to hold it against."""
    for seen in observations:
        case = seen.case
        if seen.reply is None or not case.basis:
            continue
        contexts = [text for citation in seen.reply.citations for text in _texts(citation)]
        facts = [catalogue.fact(fact).text.of(case.language) for fact in case.basis if fact in catalogue.grounded]
        answer = _MARKERS.sub("", seen.reply.answer)
        reference = " ".join(facts)
        yield {
            "id": case.id,
            "user_input": case.text,
            "response": answer,
            "retrieved_contexts": contexts,
            "reference": reference,
            "reference_contexts": facts,
            "question": case.text,
            "answer": answer,
            "contexts": contexts,
            "ground_truth": reference,
        }


def _texts(citation: Citation) -> list[str]:
    return [citation.text, *([citation.passage] if citation.passage else [])]


def write(path: Path, observations: Iterable[Observation], catalogue: Catalogue) -> int:
    """Write the rows as JSONL, and say how many there are."""
    lines = [json.dumps(row, ensure_ascii=False) for row in rows(observations, catalogue)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return len(lines)
