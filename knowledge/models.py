"""What the catalogue holds: instruments, the facts they rest on, and where each fact stands.

Every model is frozen and refuses unknown keys: a mistyped field is an error, not a silence.
An id inside an instrument's file is local (``purpose``); elsewhere it is qualified with the
instrument (``wbso.purpose``), which :meth:`Instrument.fact` and the catalogue resolve.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from knowledge.profile_fields import BOOLEANS, CHOICES, FIELDS, LISTS, NUMBERS, OPEN, Need, Phase, Province, Sector

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", description="lower case, digits, hyphens")]

UNKNOWN_DATE = "unknown"
_DATE = re.compile(r"^\d{4}(?:-\d{2}(?:-\d{2})?)?$")


def _checked_date(value: str) -> str:
    if value != UNKNOWN_DATE:
        if not _DATE.match(value):
            raise ValueError("write a year, year-month or full date ('2025', '2025-09', '2025-09-16'), or 'unknown'")
        latest_day(value)
    return value


def _stringified_date(value: Any) -> Any:
    """YAML reads an unquoted 2025 as a number and 2025-09-16 as a date; both mean what they say."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


AsOf = Annotated[str, BeforeValidator(_stringified_date), AfterValidator(_checked_date)]


def latest_day(as_of: str) -> date:
    """The last day that a (partial) date can mean: '2025' → 31 December 2025.

    Raises:
        ValueError: the text is no such date.
    """
    parts = [int(part) for part in as_of.split("-")]
    if len(parts) == 3:
        return date(*parts)
    year, month = parts[0], parts[1] if len(parts) == 2 else 12
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy that does not take over what was cached of the original."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


class Text(Model):
    """The same words for readers of Dutch and of English."""

    nl: str = Field(min_length=2)
    en: str = Field(min_length=2)

    def of(self, language: Language) -> str:
        return self.nl if language == "nl" else self.en


class Texts(Model):
    """Lists per language, such as the questions that entrepreneurs ask."""

    nl: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    def of(self, language: Language) -> tuple[str, ...]:
        return self.nl if language == "nl" else self.en


class Standing(StrEnum):
    """Who speaks: what is official leads; an interested party is named as such."""

    OFFICIAL = "official"
    INTERESTED_PARTY = "interested-party"
    THIRD_PARTY = "third-party"


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Source(Model):
    """An entry of the bibliography: a document, or a page on the web."""

    id: Slug
    title: str = Field(min_length=3)
    author: str = Field(min_length=2, description="who published it")
    date: AsOf
    standing: Standing
    url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    accessed: AsOf | None = Field(default=None, description="when the page was read")
    file: str | None = Field(default=None, description="its file name, for an original document")
    language: Language = "nl"
    note: str | None = Field(default=None, description="for instance: whose paper a mirror stands for")

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if self.url is None and self.file is None:
            raise ValueError("a source needs a url or the file of an original document")
        return self


class FactKind(StrEnum):
    PURPOSE = "purpose"
    AUDIENCE = "audience"
    AMOUNT = "amount"
    CONDITION = "condition"
    PROCEDURE = "procedure"
    PERIOD = "period"
    STATUS = "status"
    BUDGET = "budget"
    COMBINATION = "combination"
    CONTACT = "contact"
    USE = "use"


class Grounded(Model):
    """Anything that states something: it says where it stands and how old it is."""

    id: Slug
    text: Text
    source: Slug
    locator: str = Field(min_length=2, description="'p. 3, al. 4' in a document; the section of a web page")
    as_of: AsOf
    confidence: Confidence = Confidence.HIGH

    @property
    def can_decide(self) -> bool:
        """Undated or doubtful facts inform, but no verdict rests on them."""
        return self.as_of != UNKNOWN_DATE and self.confidence is not Confidence.LOW


class Fact(Grounded):
    kind: FactKind
    provinces: tuple[Province, ...] = Field(default=(), description="where it holds; empty: everywhere")
    about: str | None = Field(
        default=None,
        description="what the figure is of, such as 'maximum subsidy'; two facts with the same `about`, "
        "year and provinces must state the same figures",
    )
    benefit: bool | None = Field(
        default=None,
        description="is it what the entrepreneur gets? true: told first as such; false: never (a cost, a ceiling); "
        "absent: an amount may be",
    )
    concerns: Test | None = Field(default=None, description="a test of the profile: is the benefit for this firm?")
    until: AsOf | None = Field(default=None, description="the last day that it held; from then on it is history, and no benefit")

    def is_history(self, today: date) -> bool:
        return self.until is not None and self.until != UNKNOWN_DATE and latest_day(self.until) < today


class Effect(StrEnum):
    POSITIVE = "positive"
    MIXED = "mixed"
    WEAK = "weak"
    NONE = "none"
    DESCRIPTIVE = "descriptive"


class Strength(StrEnum):
    """How much the finding can carry: a control group, figures without one, or a claim."""

    STRONG = "strong"
    MODERATE = "moderate"
    INDICATIVE = "indicative"
    CLAIM = "claim"


class Dispute(Grounded):
    who: str = Field(min_length=2)


class Evaluation(Grounded):
    evaluator: str = Field(min_length=2)
    year: int = Field(ge=1980, le=2100)
    measured: Text
    holds_for: Text | None = Field(default=None, description="the firms that the finding is about")
    concerns: Test | None = Field(default=None, description="a test of the profile: is the finding about this firm?")
    effect: Effect
    strength: Strength
    disputed_by: tuple[Dispute, ...] = ()


class Operator(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"
    IS = "is"
    ONE_OF = "one_of"
    NONE_OF = "none_of"
    INCLUDES = "includes"
    """Like one_of, of a field that may hold more than was said: not met only where it was denied."""


class Comparison(Model):
    """One field of the profile against a value."""

    field: str
    op: Operator
    value: Any

    @model_validator(mode="after")
    def _fits_its_field(self) -> Self:
        if self.field not in FIELDS:
            raise ValueError(f"'{self.field}' is no profile field; choose one of {', '.join(sorted(FIELDS))}")
        if self.op in (Operator.AT_LEAST, Operator.AT_MOST):
            if self.field not in NUMBERS or not isinstance(self.value, int) or isinstance(self.value, bool):
                raise ValueError(f"'{self.op}' compares a number field with a whole number")
        elif self.op is Operator.BETWEEN:
            pair = self.value if isinstance(self.value, list) else []
            if self.field not in NUMBERS or len(pair) != 2 or not all(isinstance(v, int) for v in pair) or pair[0] > pair[1]:
                raise ValueError("'between' takes a number field and [lowest, highest]")
        elif self.op is Operator.IS:
            if self.field in BOOLEANS and not isinstance(self.value, bool):
                raise ValueError(f"'{self.field}' is yes or no: write true or false")
            if self.field in NUMBERS and not isinstance(self.value, int):
                raise ValueError(f"'{self.field}' is a number")
        else:
            allowed = CHOICES.get(self.field)
            if allowed is None:
                raise ValueError(f"'{self.op}' goes with a field of choices: {', '.join(sorted(CHOICES))}")
            wrong = [v for v in self.value if v not in allowed] if isinstance(self.value, list) else [self.value]
            if wrong:
                raise ValueError(f"{wrong} not allowed for '{self.field}'; choose from {', '.join(allowed)}")
        if self.field in CHOICES and self.op is Operator.IS and self.value not in CHOICES[self.field]:
            raise ValueError(f"'{self.value}' is no value of '{self.field}'; choose from {', '.join(CHOICES[self.field])}")
        if self.op is Operator.INCLUDES and self.field not in OPEN:
            raise ValueError(f"'includes' goes with {' or '.join(sorted(OPEN))}; elsewhere one value excludes the others: one_of")
        if self.field in LISTS and self.op is Operator.IS:
            raise ValueError(f"'{self.field}' is a list: use one_of, none_of or includes")
        return self


class AllOf(Model):
    all: tuple[Test, ...] = Field(min_length=1)


class AnyOf(Model):
    any: tuple[Test, ...] = Field(min_length=1)


class Not(Model):
    not_: Test = Field(alias="not")


class Manual(Model):
    """What no profile field can tell: the entrepreneur has to check it."""

    manual: Literal[True]


Test = Comparison | AllOf | AnyOf | Not | Manual


class Criterion(Model):
    """A condition of the instrument: a test, the words for it, and the fact it rests on.

    ``requires`` completes "you need …": 'minder dan 250 medewerkers'. Hard: not met rejects the
    instrument. Soft: it speaks for or against, and is told. ``obvious``: practically every SME
    meets it, so it is not told as something to check where there is more; it decides as any other.
    """

    id: Slug
    hard: bool
    test: Test
    requires: Text
    fact: Slug
    obvious: bool = False

    @cached_property
    def fields(self) -> frozenset[str]:
        """The profile fields that it reads."""
        return frozenset(fields_of(self.test))

    @property
    def testable(self) -> bool:
        return bool(self.fields)


def fields_of(test: Test) -> tuple[str, ...]:
    """The profile fields that a test reads, each once, in order."""
    match test:
        case Comparison():
            return (test.field,)
        case AllOf():
            return _merged(test.all)
        case AnyOf():
            return _merged(test.any)
        case Not():
            return fields_of(test.not_)
        case _:
            return ()


def _merged(tests: tuple[Test, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(field for test in tests for field in fields_of(test)))


class StatusState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    ENDED = "ended"
    UNKNOWN = "unknown"


class Status(Model):
    state: StatusState
    as_of: AsOf
    fact: Slug = Field(description="the fact that says so")
    reopens: bool = Field(default=False, description="closed now, but a next round is known to come")
    successors: tuple[Slug, ...] = Field(default=(), description="ids of instruments that came after")


class NeedsServed(Model):
    main: tuple[Need, ...] = Field(min_length=1)
    also: tuple[Need, ...] = ()


class PhasesServed(Model):
    main: tuple[Phase, ...] = Field(min_length=1)
    also: tuple[Phase, ...] = ()


class Relation(StrEnum):
    COMBINES = "combines"
    EXCLUDES = "excludes"
    FIRST = "first"
    THEN = "then"
    ALTERNATIVE = "alternative"


class Combination(Model):
    """How this instrument goes with another. ``first``: the other comes before this one; ``then``: after it."""

    with_: Slug = Field(alias="with")
    relation: Relation
    fact: Slug


class CitedText(Model):
    text: Text
    fact: Slug


class StepFor(CitedText):
    """A first step for the firms that a test is about: who has a partner need not look for one."""

    concerns: Test


def _in_both_languages(value: Any) -> Any:
    """A proper name is the same in both languages."""
    return {"nl": value, "en": value} if isinstance(value, str) else value


class Desk(Model):
    """Where to go. ``provinces`` empty: the national desk. ``name``: a name, or a description in each language."""

    name: Annotated[Text, BeforeValidator(_in_both_languages)]
    provinces: tuple[Province, ...] = ()
    url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    fact: Slug | None = Field(default=None, description="a fact that names this desk")


class Group(StrEnum):
    FISCAAL = "fiscaal"
    SUBSIDIE = "subsidie"
    LENING = "lening"
    GARANTIE = "garantie"
    DURFKAPITAAL = "durfkapitaal"
    OVERHEID_ALS_KLANT = "overheid-als-klant"
    KENNIS = "kennis"
    NETWERK = "netwerk"
    INTERNATIONAAL = "internationaal"
    ADVIES = "advies"
    PROGRAMMA = "programma"

    @property
    def is_applied_for(self) -> bool:
        """Does one apply for it, so that it can be open or closed? Advice, networks and labs one simply calls."""
        return self in (Group.FISCAAL, Group.SUBSIDIE, Group.LENING, Group.GARANTIE)


class Instrument(Model):
    """One file under ``knowledge/instruments/``; the file's name is its id."""

    id: Slug
    name: Text
    aliases: Texts = Texts()
    group: Group
    runs_it: Text
    in_short: CitedText = Field(description="one sentence: what it is")
    status: Status
    phases: PhasesServed
    needs: NeedsServed
    sectors: tuple[Sector, ...] = Field(default=(), description="made for these sectors; empty: for all")
    criteria: tuple[Criterion, ...] = ()
    facts: tuple[Fact, ...] = Field(min_length=1)
    evaluations: tuple[Evaluation, ...] = ()
    combinations: tuple[Combination, ...] = ()
    first_step: CitedText
    first_step_for: tuple[StepFor, ...] = Field(default=(), description="instead of the first step, for firms that meet a test")
    desks: tuple[Desk, ...] = Field(min_length=1)
    questions: Texts
    sources: tuple[Source, ...] = Field(default=(), description="sources that only this instrument cites")

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        problems = [*self._repeated_ids(), *self._dangling_facts()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _repeated_ids(self) -> list[str]:
        problems = []
        for what, ids in (
            ("fact or evaluation", [item.id for item in self.grounded]),
            ("criterion", [criterion.id for criterion in self.criteria]),
            ("source", [source.id for source in self.sources]),
        ):
            problems += [f"the {what} id '{id_}' stands there twice" for id_ in sorted({i for i in ids if ids.count(i) > 1})]
        return problems

    def _dangling_facts(self) -> list[str]:
        known = {fact.id for fact in self.facts}
        used = [
            ("in_short", self.in_short.fact),
            *(("first_step", step.fact) for step in self.steps),
            ("status", self.status.fact),
            *((f"criterion '{criterion.id}'", criterion.fact) for criterion in self.criteria),
            *((f"combination with '{link.with_}'", link.fact) for link in self.combinations),
            *((f"desk '{desk.name}'", desk.fact) for desk in self.desks if desk.fact),
        ]
        return [f"{where} rests on fact '{fact}', which this file does not have" for where, fact in used if fact not in known]

    @property
    def grounded(self) -> tuple[Grounded, ...]:
        """All that states something: facts, findings, and who disputes these."""
        disputes = tuple(dispute for finding in self.evaluations for dispute in finding.disputed_by)
        return (*self.facts, *self.evaluations, *disputes)

    @property
    def steps(self) -> tuple[CitedText, ...]:
        """All first steps, that for any firm first."""
        return (self.first_step, *self.first_step_for)

    def fact(self, local_id: str) -> Fact:
        """The fact with this local id (the model guarantees those that its own fields name)."""
        return self._facts_by_id[local_id]

    @cached_property
    def _facts_by_id(self) -> dict[str, Fact]:
        return {fact.id: fact for fact in self.facts}

    @cached_property
    def fields_of_findings(self) -> frozenset[str]:
        """The profile fields that say for whom a finding holds."""
        return frozenset(field for finding in self.evaluations if finding.concerns for field in fields_of(finding.concerns))

    @cached_property
    def fields_tested(self) -> frozenset[str]:
        """The profile fields that can decide something here."""
        deciding = (criterion for criterion in self.criteria if self.fact(criterion.fact).can_decide)
        return frozenset(field for criterion in deciding for field in fields_of(criterion.test))
