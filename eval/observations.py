"""What was seen of one case: the raw material that all measures are taken from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.models import Intent, Message, Reply
from eval.cases import Case


@dataclass(frozen=True, slots=True)
class VariantSeen:
    """A case's message told with typos, in lower case or in another order."""

    top: tuple[str, ...]
    retrieved: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a conversation with the truthful entrepreneur went.

    ``questions``: answered before the advice stood (None: it did not within the rounds allowed);
    ``right``: in the end the top three were those of the whole truth.
    """

    questions: int | None
    right: bool
    asked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Observation:
    case: Case
    reply: Reply | None = None
    transcript: tuple[Message, ...] = ()
    understood: dict[str, Any] | None = None
    retrieved: tuple[str, ...] | None = None
    confidence: float | None = None
    latencies_ms: tuple[float, ...] = ()
    variants: dict[str, VariantSeen] = field(default_factory=dict)
    settlement: Settlement | None = None
    """None: no such conversation was due."""
    error: str | None = None

    @property
    def ranked(self) -> tuple[str, ...]:
        """The instruments offered, best first; for other intents than advice those spoken of."""
        if self.reply is None:
            return ()
        return ranked(self.reply) if self.case.is_recommendation else self.reply.mentioned

    @property
    def abstained(self) -> bool:
        """Said so, or called it out of scope and offered nothing. A crash is no abstention."""
        if self.reply is None or self.reply.error:
            return False
        return self.reply.abstained or (self.reply.intent is Intent.OUT_OF_SCOPE and not self.reply.recommendations)


def ranked(reply: Reply) -> tuple[str, ...]:
    """The instruments recommended, by rank."""
    return tuple(entry.instrument for entry in sorted(reply.recommendations, key=lambda entry: entry.rank))
