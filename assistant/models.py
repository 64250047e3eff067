"""What goes in and out of one turn: the shapes of the contract."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge.models import Language
from knowledge.profile_fields import Collaboration, LegalForm, Need, Phase, Province, Sector


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Message(Model):
    role: Literal["user", "assistant"]
    content: str


class Profile(Model):
    """What is known of the entrepreneur. None: not known, which is not the same as no."""

    employees: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    turnover_eur: Annotated[int, Field(ge=0, le=10**12)] | None = None
    company_age_years: Annotated[int, Field(ge=0, le=500)] | None = None
    legal_form: LegalForm | None = None
    province: Province | None = None
    sector: Sector | None = None
    phase: Phase | None = None
    needs: tuple[Need, ...] | None = None
    technically_new: bool | None = None
    collaboration: Collaboration | None = None
    amount_eur: Annotated[int, Field(ge=0, le=10**12)] | None = None
    own_contribution: bool | None = None
    ruled_out: Annotated[frozenset[tuple[str, str]], Field(exclude=True)] = frozenset()
    """(field, value) that was denied: 'geen buitenlandse partner' says no more of who the partners are."""
    beside: Annotated[frozenset[tuple[str, str]], Field(exclude=True)] = frozenset()
    """(field, value) that holds beside the value of the field: four firms and a college."""

    def all_of(self, field: str) -> frozenset[Any]:
        """Every value that a field is known to have."""
        known = getattr(self, field)
        values = known if isinstance(known, tuple) else () if known is None else (known,)
        return frozenset((*values, *(value for name, value in self.beside if name == field)))

    def known(self) -> dict[str, Any]:
        """Only the fields that are known, as JSON has them."""
        return self.model_dump(mode="json", exclude_none=True)


class Intent(StrEnum):
    RECOMMEND = "recommend"
    EXPLAIN = "explain"
    EVALUATE = "evaluate"
    COMPARE = "compare"
    STATUS = "status"
    SMALLTALK = "smalltalk"
    OUT_OF_SCOPE = "out_of_scope"


class Verdict(StrEnum):
    """Kleene's three truth values."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Fit(StrEnum):
    FITS = "fits"
    MAYBE = "maybe"


class Check(Model):
    criterion: str
    verdict: Verdict
    text: str
    citations: tuple[int, ...] = ()


class Recommendation(Model):
    instrument: str
    rank: int
    fit: Fit
    score: float
    why: str
    citations: tuple[int, ...]
    checks: tuple[Check, ...] = ()


class Rejection(Model):
    instrument: str
    criterion: str
    why: str
    citations: tuple[int, ...] = ()


class Citation(Model):
    n: int
    fact: str
    source: str
    title: str
    locator: str
    as_of: str
    url: str | None
    text: str
    passage: str | None = None


class Question(Model):
    field: str
    text: str
    options: tuple[str, ...]


class AnsweredBy(StrEnum):
    COMPOSER = "composer"
    LLM = "llm"
    COMPOSER_AFTER_LLM = "composer_after_llm"


class Reply(Model):
    """The contract's reply; ``model_dump(mode="json")`` is what other programs read."""

    contract: Literal[1] = 1
    id: Any = None
    language: Language = "nl"
    intent: Intent = Intent.OUT_OF_SCOPE
    abstained: bool = False
    profile: dict[str, Any] = Field(default_factory=dict)
    recommendations: tuple[Recommendation, ...] = Field(default=(), max_length=5)
    rejected: tuple[Rejection, ...] = ()
    mentioned: tuple[str, ...] = ()
    answer: str = ""
    citations: tuple[Citation, ...] = ()
    question: Question | None = None
    answered_by: AnsweredBy = AnsweredBy.COMPOSER
    timing_ms: dict[str, float] = Field(default_factory=dict)
    error: str | None = None


class FieldReading(Model):
    """One understood field: its value, and the words of the entrepreneur that it rests on."""

    field: str
    value: Any
    words: str
    learned: bool = False
    """Read by the profile model alone: good enough to advise on, not to take a message for a question."""


class Understanding(Model):
    """What intake made of the messages."""

    language: Language
    intent: Intent
    profile: Profile
    readings: tuple[FieldReading, ...] = ()
    named: tuple[str, ...] = Field(default=(), description="instruments that the last message speaks of, in order")
    asked: tuple[str, ...] = Field(default=(), description="fields that were asked before, answered or not")
    written: Language = Field(default="nl", description="the language of the messages; the reply's may differ")
    query: str = Field(default="", description="what retrieval searches for")
    last: str = Field(default="", description="the last message, slips of the fingers put right")
    aspect: str | None = Field(default=None, description="what an explanation is about: amount, procedure, audience …")
    declined: tuple[str, ...] = Field(default=(), description="forms of support that the entrepreneur does not want")
    off_topic: float = Field(
        default=0.0, description="how much the words of the last message are like those of other subjects, 0–1"
    )
