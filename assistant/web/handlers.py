"""What happens when the visitor does something: session in, session out. Knows nothing of how it looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from pydantic import ValidationError

from assistant.conversation import Replying, log_failure
from assistant.models import FieldReading, Message, Profile, Reply, Understanding
from assistant.web.session import Session, Turn
from assistant.web.texts import Texts, load_texts
from knowledge.catalogue import Catalogue
from knowledge.models import LANGUAGES, Language
from knowledge.profile_fields import BOOLEANS, CHOICES, FIELDS, LISTS, NUMBERS

LONGEST_MESSAGE: Final = 6000
MOST: Final[dict[str, int]] = {"employees": 1_000_000, "company_age_years": 500}
MOST_EUROS: Final = 10**12


class Advising(Replying, Protocol):
    """What the page asks of an advisor."""

    catalogue: Catalogue

    def understand(
        self,
        messages: Sequence[Message],
        *,
        language: Language | None = None,
        corrections: Mapping[str, Any] | None = None,
    ) -> Understanding: ...


class Handlers:
    """The visitor's actions over one advisor. Nothing here raises: what fails is told in the session."""

    def __init__(self, advisor: Advising) -> None:
        self._advisor = advisor

    def begin(self, session: Session, text: str) -> Session:
        """Show a message as being answered, or say why it can't be."""
        said = text.strip()
        if len(said) > LONGEST_MESSAGE:
            texts = load_texts(session.language)
            return session.but(problem=texts("error.too_long", most=texts.number(LONGEST_MESSAGE)))
        return session.but(pending=said) if said else session.but()

    def say(self, session: Session, text: str) -> Session:
        """Answer a message."""
        said = text.strip()
        asked = session.last.question if session.last else None
        corrections = session.corrections
        if asked and asked.field in corrections and said in asked.options:
            corrections = {name: value for name, value in corrections.items() if name != asked.field}
        messages = session.messages(said)
        reply = self._reply(messages, session.reply_language, corrections)
        if reply is None:
            return session.but(failed=said)
        language = session.reply_language or reply.language
        return session.but(
            language=language, corrections=corrections, turns=(*session.turns, Turn(said=said, reply=reply)),
            readings=self._readings(messages, language, corrections), revision=session.revision + 1,
        )  # fmt: skip

    def correct(self, session: Session, field: str, raw: Any) -> Session:
        """Set a profile field by hand; an empty value makes it unknown. Answers the last message again."""
        texts = load_texts(session.language)
        try:
            value = read_value(field, raw)
        except ValueError:
            return session.but(problem=_problem(texts, field))
        return self._again(session, {**session.corrections, field: value})

    def release(self, session: Session, field: str) -> Session:
        """Give a field back to what was understood."""
        return self._again(session, {name: value for name, value in session.corrections.items() if name != field})

    def undo(self, session: Session) -> tuple[Session, str]:
        """Take the last message back; returns its text."""
        if not session.turns:
            return session.but(), ""
        shorter = session.but(turns=session.turns[:-1])
        readings = self._readings(shorter.messages(), session.language, session.corrections)
        return shorter.but(readings=readings), session.turns[-1].said

    def restart(self, session: Session) -> Session:
        """Forget everything but the language."""
        return Session(language=session.language, chosen=session.chosen, step=session.step + 1)

    def switch(self, session: Session, language: str) -> Session:
        """Change the language, and give the answers in it."""
        if language not in LANGUAGES:
            return session.but()
        start = session.but(language=language, chosen=True, turns=())
        return self._answered(start, [turn.said for turn in session.turns], session)

    def _again(self, session: Session, corrections: dict[str, Any]) -> Session:
        """Answer the last message anew."""
        start = session.but(corrections=corrections, turns=session.turns[:-1])
        return self._answered(start, [turn.said for turn in session.turns[-1:]], session)

    def _answered(self, start: Session, messages: Sequence[str], before: Session) -> Session:
        """``start`` with these messages answered; where that fails, the turns stay as they were before."""
        session = start
        for said in messages:
            reply = self._reply(session.messages(said), start.language, start.corrections)
            if reply is None:
                problem = load_texts(start.language)("error.not_updated")
                readings = self._readings(before.messages(), start.language, start.corrections)
                return start.but(turns=before.turns, readings=readings, problem=problem)
            session = session.but(turns=(*session.turns, Turn(said=said, reply=reply)))
        readings = self._readings(session.messages(), session.language, session.corrections)
        return session.but(readings=readings, revision=session.revision + bool(messages))

    def _reply(self, messages: Sequence[Message], language: Language | None, corrections: Mapping[str, Any]) -> Reply | None:
        try:
            reply = self._advisor.reply(messages, language=language, corrections=corrections)
        except Exception as error:
            log_failure(error)
            return None
        return None if reply.error else reply

    def _readings(
        self, messages: Sequence[Message], language: Language, corrections: Mapping[str, Any]
    ) -> tuple[FieldReading, ...]:
        """The profile with the words behind it; the panel is not worth losing an answer over."""
        try:
            return self._advisor.understand(messages, language=language, corrections=corrections).readings
        except Exception as error:
            log_failure(error)
            return tuple(
                FieldReading(field=name, value=value, words="") for name, value in corrections.items() if value is not None
            )


def read_value(field: str, raw: Any) -> Any:
    """What a control of the profile form sends, as the profile has it; None for nothing filled in.

    Raises:
        ValueError: no such field, or no such value of it.
    """
    if field not in FIELDS:
        raise ValueError(f"'{field}' is no profile field")
    if raw in ("", None, []):
        return None
    value: Any = raw
    if field in NUMBERS:
        value = int(str(raw).strip().replace(" ", ""))
    elif field in BOOLEANS:
        value = {"true": True, "false": False}.get(str(raw).lower())
    elif field in LISTS:
        if not isinstance(raw, list) or set(map(str, raw)) - set(CHOICES[field]):
            raise ValueError(f"'{raw}' are no values of '{field}'")
        value = [item for item in CHOICES[field] if item in raw]
    try:
        checked = getattr(Profile(**{field: value}), field)
    except ValidationError:
        raise ValueError(f"'{raw}' is no value of '{field}'") from None
    if checked is None:
        raise ValueError(f"'{raw}' is no value of '{field}'")
    return value


def _problem(texts: Texts, field: str) -> str:
    if field not in FIELDS:
        return texts("error.failed")
    name = texts.phrases.field_name(field)
    if field in NUMBERS:
        return texts("profile.problem.number", field=name, most=texts.number(MOST.get(field, MOST_EUROS)))
    return texts("profile.problem.choice", field=name)
