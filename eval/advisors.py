"""What the evaluation needs of an assistant: the part of ``assistant.advisor.Advisor`` that it calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from assistant.conversation import Replying
from assistant.models import Message, Understanding
from knowledge.catalogue import Catalogue
from knowledge.models import Language


class Advisor(Replying, Protocol):
    @property
    def catalogue(self) -> Catalogue: ...

    def understand(self, messages: Sequence[Message]) -> Understanding: ...

    def retrieve(self, query: str, language: Language, k: int) -> list[str]: ...


@runtime_checkable
class Confident(Protocol):
    """An assistant that can say how sure it is that a conversation has an answer: what the ROC is drawn from."""

    def confidence(self, messages: Sequence[Message]) -> float: ...
