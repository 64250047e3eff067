"""What a search engine is measured on: the cases' questions with their instruments, and documents with gold passages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from eval.cases import Case, Kind
from eval.errors import CaseError
from knowledge.catalogue import Catalogue
from knowledge.documents import find_documents, read_passages
from knowledge.models import Language
from knowledge.passages import Passage, catalogue_passages, document_passages
from knowledge.yaml_source import parse_yaml

_GOLD: Final = Path(__file__).parent / "documents" / "questions.yaml"


@dataclass(frozen=True, slots=True)
class Query:
    """A question, and the keys that answer it: all of ``expected``, one of ``expected_any``."""

    id: str
    text: str
    language: Language
    expected: tuple[str, ...] = ()
    expected_any: tuple[str, ...] = ()
    acceptable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchTask:
    """Passages to search, and queries on them. A passage's key is what is right or wrong: instrument or place."""

    name: str
    passages: tuple[Passage, ...]
    queries: tuple[Query, ...]
    in_one_language: Language | None = None

    def key(self, passage: Passage) -> str:
        return passage.instrument or passage.id


class GoldQuestion(BaseModel):
    """A line of ``documents/questions.yaml``: each of ``passages`` ('stem locator') answers the question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    language: Language
    question: str
    passages: tuple[str, ...]


def catalogue_task(catalogue: Catalogue, cases: Iterable[Case]) -> SearchTask:
    """Which instrument answers this first message? ``cases``: those of one split."""
    queries = [
        Query(case.id, case.text, case.language, case.expected, case.expected_any, case.acceptable)
        for case in cases
        if case.required and case.kind is not Kind.INTAKE and "criterion" not in case.tags.style
    ]
    return SearchTask("catalogue", tuple(catalogue_passages(catalogue)), tuple(queries))


def gold_questions(path: Path = _GOLD) -> list[GoldQuestion]:
    """The questions on the documents.

    Raises:
        CaseError: the file is wrong; the message says where.
    """
    try:
        return TypeAdapter(list[GoldQuestion]).validate_python(parse_yaml(path.read_text("utf-8")))
    except ValidationError as error:
        problem = error.errors()[0]
        raise CaseError(f"{path}: {'.'.join(map(str, problem['loc']))}: {problem['msg']}.") from error


def documents_task(folder: Path, gold: Sequence[GoldQuestion] | None = None) -> SearchTask:
    """Which passage answers this question? Each gold passage will do.

    Raises:
        DocumentError: the folder or a document can't be read.
        CaseError: a gold passage is not in these documents.
    """
    passages = [
        passage
        for path in find_documents(folder)
        for passage in document_passages(read_passages(path, path.stem), "nl", 0)
    ]  # fmt: skip
    known = {passage.id for passage in passages}
    queries = []
    for entry in gold if gold is not None else gold_questions():
        keys = tuple(place.replace(" ", "/", 1) for place in entry.passages)
        missing = [key for key in keys if key not in known]
        if missing:
            raise CaseError(f"Question {entry.id}: there is no passage '{missing[0]}' in {folder}.")
        queries.append(Query(entry.id, entry.question, entry.language, expected_any=keys))
    return SearchTask("documents", tuple(passages), tuple(queries), in_one_language="nl")
