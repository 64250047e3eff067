"""Cases as data: what is asked, what a good answer is, and who says so.

Each file under ``eval/cases/`` is a list of cases. A wrong file names file, line and field.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from assistant.models import Intent, Message, Profile
from eval.errors import CaseError
from knowledge.errors import CatalogueError
from knowledge.models import Language, Slug
from knowledge.profile_fields import FIELDS, Phase, Province, Sector
from knowledge.yaml_source import YamlFile, dotted

FactId = Annotated[str, Field(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$", description="qualified, like wbso.purpose")]
FactOrInstrument = Annotated[str, Field(pattern=r"^[a-z0-9-]+(?:\.[a-z0-9-]+)?$")]


class Kind(StrEnum):
    """What a case is about. Style (typos, long, English …) goes in ``tags.style``."""

    RECOMMEND = "recommend"
    MULTI_TURN = "multi-turn"
    CONTRADICTORY = "contradictory"
    DONT_KNOW = "dont-know"
    EXPLAIN = "explain"
    EVALUATE = "evaluate"
    COMPARE = "compare"
    STATUS = "status"
    SMALLTALK = "smalltalk"
    OUT_OF_SCOPE = "out-of-scope"
    HOSTILE = "hostile"
    NONSENSE = "nonsense"
    RETRIEVAL = "retrieval"
    INTAKE = "intake"


_INTENT_OF: Final[dict[Kind, Intent]] = {
    Kind.RECOMMEND: Intent.RECOMMEND,
    Kind.EXPLAIN: Intent.EXPLAIN,
    Kind.EVALUATE: Intent.EVALUATE,
    Kind.COMPARE: Intent.COMPARE,
    Kind.STATUS: Intent.STATUS,
    Kind.SMALLTALK: Intent.SMALLTALK,
    Kind.OUT_OF_SCOPE: Intent.OUT_OF_SCOPE,
}
_MUST_ABSTAIN: Final = frozenset({Kind.OUT_OF_SCOPE, Kind.HOSTILE, Kind.NONSENSE})
_NO_REPLY: Final = frozenset({Kind.RETRIEVAL, Kind.INTAKE})


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Tags(Model):
    """Where a case belongs, so that coverage can be counted."""

    sector: Sector | None = None
    phase: Phase | None = None
    province: Province | None = None
    style: tuple[Slug, ...] = Field(default=(), description="typos, dialect, long, short, formal, phone …")
    variant_of: Slug | None = Field(default=None, description="the case that tells the same story in other words")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Ids = Annotated[tuple[Slug, ...], BeforeValidator(_listed)]


class Case(Model):
    """One case. Exactly one of ``question``, ``turns`` and ``messages`` says what is asked."""

    id: Slug
    kind: Kind
    language: Language = "nl"
    question: str | None = Field(default=None, description="one message of the entrepreneur; may be empty or nonsense")
    turns: tuple[str, ...] = Field(default=(), description="the user's messages, played one after the other")
    messages: tuple[Message, ...] = Field(default=(), description="a conversation so far, the assistant's part too")
    why: str = Field(min_length=3, description="why the expected answer is right, and who says so")
    note: str | None = None
    basis: Annotated[tuple[FactId, ...], BeforeValidator(_listed)] = ()
    expected: Ids = ()
    expected_any: Ids = ()
    acceptable: Ids = ()
    forbidden: Ids = ()
    fits: Ids = ()
    maybe: Ids = Field(default=(), description="must be offered as 'maybe', not as 'fits': a hard criterion is open")
    cite: Annotated[tuple[FactOrInstrument, ...], BeforeValidator(_listed)] = ()
    intent: Intent | None = None
    abstain: bool | None = None
    profile: dict[str, Any] = Field(default_factory=dict)
    profile_complete: bool | None = Field(
        default=None, description="is `profile` all there is to understand? default: for kind intake"
    )
    not_in_profile: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        default=(), description="a field that stays unknown, or field=value that must not be understood (needs=lening)"
    )
    arguable: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        default=(), description="field=value that careful readers disagree about: no fault when understood, none when not"
    )
    asks: bool | str | None = Field(default=None, description="true, false, or the field that is asked for")
    truth: Profile | None = Field(default=None, description="what the simulated entrepreneur knows of the firm")
    tags: Tags = Tags()

    @model_validator(mode="before")
    @classmethod
    def _empty_question_is_a_question(cls, data: Any) -> Any:
        """An empty message is worth a case: YAML's ``question:`` with nothing behind it means ''."""
        empty = isinstance(data, dict) and "question" in data and data["question"] is None
        return {**data, "question": ""} if empty else data

    @model_validator(mode="after")
    def _is_well_formed(self) -> Self:
        given = [self.question is not None, bool(self.turns), bool(self.messages)]
        if sum(given) != 1:
            raise ValueError("give exactly one of 'question', 'turns' and 'messages'")
        if self.messages and self.messages[-1].role != "user":
            raise ValueError("the last of 'messages' must be the user's")
        for name in (*self.profile, *(entry.split("=")[0] for entry in (*self.not_in_profile, *self.arguable))):
            if name not in FIELDS:
                raise ValueError(f"'{name}' is no profile field; choose one of {', '.join(sorted(FIELDS))}")
        if isinstance(self.asks, str) and self.asks not in FIELDS:
            raise ValueError(f"'asks' is true, false or a profile field, not '{self.asks}'")
        Profile.model_validate(self.profile)
        return self

    @property
    def gold_profile(self) -> dict[str, Any]:
        """The fields to be understood, as JSON has them."""
        return Profile.model_validate(self.profile).known()

    @property
    def required(self) -> tuple[str, ...]:
        """All instruments of which something is required."""
        return tuple(dict.fromkeys((*self.expected, *self.expected_any)))

    @property
    def right(self) -> frozenset[str]:
        """All instruments that are no fault in the advice."""
        return frozenset((*self.required, *self.acceptable, *self.fits, *self.maybe))

    @property
    def may_fit(self) -> frozenset[str]:
        """All instruments that may be said to fit."""
        return self.right - set(self.maybe)

    @property
    def wants_reply(self) -> bool:
        return self.kind not in _NO_REPLY

    @property
    def expected_intent(self) -> Intent | None:
        return self.intent or _INTENT_OF.get(self.kind)

    @property
    def is_recommendation(self) -> bool:
        """Is the answer looked for in ``recommendations`` (else in ``mentioned``)?"""
        return self.expected_intent in (None, Intent.RECOMMEND)

    @property
    def must_abstain(self) -> bool | None:
        """None: the case does not say (small talk is neither advice nor abstention)."""
        if self.abstain is not None:
            return self.abstain
        if self.required or self.fits or self.maybe:
            return False
        if self.kind in _MUST_ABSTAIN and self.intent in (None, Intent.OUT_OF_SCOPE):
            return True
        return None

    @property
    def user_turns(self) -> tuple[str, ...]:
        """What the user says, message by message."""
        if self.turns:
            return self.turns
        if self.messages:
            return tuple(message.content for message in self.messages if message.role == "user")
        return (self.question or "",)

    @property
    def text(self) -> str:
        return "\n".join(self.user_turns)

    @property
    def root(self) -> str:
        """The case whose story this is: variants stay with it, on the same side of the split."""
        return self.tags.variant_of or self.id


@dataclass(frozen=True)
class CaseSet:
    """Cases, and where each stands (file and line), for messages about them."""

    cases: tuple[Case, ...]
    places: dict[str, str]

    def __iter__(self) -> Any:
        return iter(self.cases)

    def __len__(self) -> int:
        return len(self.cases)

    def get(self, id_: str) -> Case:
        """One case.

        Raises:
            EvaluationError: no such case.
        """
        for case in self.cases:
            if case.id == id_:
                return case
        raise CaseError(f"There is no case '{id_}'. Choose one of: {', '.join(case.id for case in self.cases[:40])} …")

    def where(self, case: Case) -> str:
        return self.places.get(case.id, case.id)


def packaged_cases() -> Path:
    """The cases that ship with the project."""
    return Path(__file__).parent / "cases"


def load_cases(folder: Path | None = None) -> CaseSet:
    """Read ``*.yaml`` of a folder (subfolders, such as ``proposed/``, are left alone), in order of their names.

    Raises:
        CaseError: every problem found, one line each.
    """
    root = folder or packaged_cases()
    paths = sorted(root.glob("*.yaml"))
    if not paths:
        raise CaseError(f"{root} holds no cases (*.yaml). Point --cases to a folder with case files.")
    cases: list[Case] = []
    places: dict[str, str] = {}
    problems: list[str] = []
    for path in paths:
        for case, place in _read(path, problems):
            if case.id in places:
                problems.append(f"{place}, id: '{case.id}' stands in {places[case.id]} too. Ids are unique.")
            places.setdefault(case.id, place)
            cases.append(case)
    if problems:
        raise CaseError("\n".join(problems))
    return CaseSet(tuple(cases), places)


def _read(path: Path, problems: list[str]) -> Iterable[tuple[Case, str]]:
    try:
        file = YamlFile(path)
    except CatalogueError as error:
        problems.append(str(error))
        return
    entries = file.data if isinstance(file.data, list) else None
    if entries is None:
        problems.append(f"{path}, line 1: a file of cases is a list; begin each case with '- id: …'.")
        return
    for index, entry in enumerate(entries):
        try:
            yield Case.model_validate(entry), f"{path}, line {file.line_of((index,))}"
        except ValidationError as error:
            problems += _explained(file, index, error)


def _explained(file: YamlFile, index: int, error: ValidationError) -> Sequence[str]:
    remedies = {"extra_forbidden": " Remove this key, or correct its spelling.", "missing": " Add it."}
    lines = []
    for detail in error.errors(include_url=False):
        where = (index, *detail["loc"])
        message = detail["msg"].removeprefix("Value error, ").rstrip(".")
        remedy = remedies.get(detail["type"], "")
        lines.append(f"{file.path}, line {file.line_of(where)}, {dotted(where)}: {message}.{remedy}")
    return list(dict.fromkeys(lines))
