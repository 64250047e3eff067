"""One visitor's conversation. It lives in the browser and travels with each request; the server keeps none."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.conversation import spoken
from assistant.models import FieldReading, Message, Reply
from knowledge.models import Language


class Turn(BaseModel):
    """What the visitor said, and the reply to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    said: str
    reply: Reply


class Session(BaseModel):
    """Everything that the page shows. Each action of the visitor makes a new one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Language = "nl"
    chosen: bool = Field(default=False, description="did the visitor choose the language?")
    turns: tuple[Turn, ...] = ()
    corrections: dict[str, Any] = Field(default_factory=dict, description="fields set by hand; None: cleared")
    readings: tuple[FieldReading, ...] = ()
    pending: str | None = Field(default=None, description="a message that is being answered")
    failed: str | None = Field(default=None, description="a message that could not be answered")
    problem: str | None = Field(default=None, description="what is wrong with the last action, in a sentence")
    revision: int = Field(default=0, description="counts the answers, updated ones included")
    step: int = Field(default=0, description="counts the actions, so that the page sees each one end")

    @property
    def reply_language(self) -> Language | None:
        """The language to answer in; None: that of the first message."""
        return self.language if self.chosen or self.turns else None

    @property
    def last(self) -> Reply | None:
        return self.turns[-1].reply if self.turns else None

    def messages(self, said: str | None = None) -> list[Message]:
        """The conversation up to and including ``said``; without it, up to the last message of the visitor."""
        told = self.turns if said is not None else self.turns[:-1]
        final = said if said is not None else (self.turns[-1].said if self.turns else None)
        messages: list[Message] = []
        for turn in told:
            messages += [Message(role="user", content=turn.said), spoken(turn.reply)]
        if final is not None:
            messages.append(Message(role="user", content=final))
        return messages

    def but(self, **changes: Any) -> Session:
        """This session with some fields changed; a problem or failure lasts one action."""
        return self.model_copy(update={"problem": None, "failed": None, "pending": None, "step": self.step + 1, **changes})

    def carried(self) -> dict[str, Any]:
        """What travels to the browser and back."""
        return self.model_dump(mode="json")


def read_session(data: Any) -> Session | None:
    """A session as the browser sent it back; None where it is none (an older page, a changed value)."""
    if not data:
        return Session()
    try:
        return Session.model_validate(data)
    except ValidationError:
        return None
