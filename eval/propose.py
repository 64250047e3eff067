"""From correction to case: what staff mark as wrong advice becomes a proposed case, for a person to accept or reject.

A correction is a line of JSON: {"question": …, "given": [ids] or text, "right": id or [ids], "why": …}. It is
proposed as YAML in ``eval/cases/proposed/``, which the evaluation does not read. To accept: check it, give it
its basis, and move it to a file in ``eval/cases/``. To reject: delete it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.language import detect_language
from eval.cases import Case, packaged_cases
from eval.errors import CaseError
from knowledge.catalogue import Catalogue
from knowledge.privacy import mask_personal


@dataclass(frozen=True)
class Proposals:
    written: tuple[Path, ...]
    already_there: int
    problems: tuple[str, ...]


def propose(corrections: Path, catalogue: Catalogue, folder: Path | None = None) -> Proposals:
    """Write a proposed case per correction; a correction that was proposed before is left alone.

    Raises:
        CaseError: the file of corrections can't be read.
    """
    try:
        lines = corrections.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"{corrections} can't be read: {error}. Give the JSONL file that the web page writes.") from error
    folder = folder or packaged_cases() / "proposed"
    written: list[Path] = []
    problems: list[str] = []
    there = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case, given = proposed_case(json.loads(line), catalogue)
        except (ValueError, TypeError) as error:
            problems.append(f"{corrections}, line {number}: {error}")
            continue
        path = folder / f"{case.id}.yaml"
        if path.exists():
            there += 1
            continue
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(as_yaml(case, given), "utf-8")
        written.append(path)
    return Proposals(tuple(written), there, tuple(problems))


def proposed_case(correction: Mapping[str, Any], catalogue: Catalogue) -> tuple[Case, str]:
    """The case that a correction proposes, and what was advised, both with personal data masked.

    Raises:
        ValueError: a field is missing, or an instrument does not exist.
    """
    if not isinstance(correction, Mapping):
        raise ValueError("a correction is an object with question, given, right and why.")
    missing = [name for name in ("question", "right") if not correction.get(name)]
    if missing:
        raise ValueError(f"the correction has no {' and no '.join(missing)}.")
    right = _ids(correction["right"])
    unknown = [id_ for id_ in right if id_ not in catalogue.instruments]
    if unknown:
        raise ValueError(f"there is no instrument {', '.join(map(repr, unknown))} in the catalogue.")
    question = mask_personal(str(correction["question"])).strip()
    why = mask_personal(str(correction.get("why") or "")).strip() or "Front-office staff marked the advice as wrong."
    given = ", ".join(_ids(correction.get("given") or ()))
    digest = hashlib.sha256(json.dumps([question, right], ensure_ascii=False).encode()).hexdigest()[:10]
    basis = [f"{id_}.{catalogue[id_].in_short.fact}" for id_ in right]
    case = Case.model_validate(
        {
            "id": f"correction-{digest}",
            "kind": "recommend",
            "language": detect_language([question]),
            "question": question,
            "why": why,
            "expected": right[:1],
            "acceptable": right[1:],
            "basis": basis,
        }
    )
    return case, mask_personal(given)


def _ids(value: str | Iterable[str]) -> list[str]:
    return [value] if isinstance(value, str) else [str(entry) for entry in value]


def as_yaml(case: Case, given: str) -> str:
    """A proposed case as a file, with what a person has to check."""
    data = case.model_dump(mode="json", exclude_defaults=True)
    data["language"] = case.language
    body = yaml.safe_dump([data], allow_unicode=True, sort_keys=False, width=110)
    shown = " ".join(given.split())[:200] or "nothing"
    return (
        "# Proposed from a correction. Check that it is right, name the facts that say so under 'basis', and move it\n"
        "# to a file in eval/cases/. Reject it by deleting this file. Personal data was masked; look once more.\n"
        f"# The assistant advised: {shown}\n"
        f"{body}"
    )
