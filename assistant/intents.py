"""What a conversation asks for now: advice, an explanation, a comparison, or nothing that we do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assistant.language import is_foreign
from assistant.models import Intent, Message, Profile
from assistant.names import NameFinder
from assistant.patterns import fold
from assistant.vocabulary import Vocabulary, vocabulary
from knowledge.models import Language

_FIRM_FIELDS: Final = 3
_STORY_WORDS: Final = 12
_LONG_STORY_WORDS: Final = 16
_FOLLOW_UP_WORDS: Final = 14
_COMPARED: Final = 4
_SMALLTALK_WORDS: Final = 9


@dataclass(frozen=True, slots=True)
class ReadIntent:
    intent: Intent
    named: tuple[str, ...] = ()
    named_last: bool = False
    """The last message itself names an instrument; else ``named`` refers back."""
    aspect: str | None = None
    has_situation: bool = False


class IntentReader:
    """Decides by rules over word lists and the instruments that are named."""

    def __init__(self, names: NameFinder) -> None:
        self._names = names

    def read(self, messages: Sequence[Message], language: Language, profile: Profile) -> ReadIntent:
        said = [message.content for message in messages if message.role == "user"]
        if not said or not said[-1].strip():
            return ReadIntent(Intent.OUT_OF_SCOPE)
        words = vocabulary(language)
        last = said[-1]
        folded = fold(last)
        situation = bool(profile.known()) or any(words.firm.any_in(fold(text)) for text in said)
        if words.intents["hostile"].any_in(folded):
            return ReadIntent(Intent.OUT_OF_SCOPE)
        named = self._names.instruments(last)
        if named:
            return self._about_named(folded, named, words, profile, situation)
        # One stray word ("mijn zoon helpt mee") does not undo a story about a firm.
        tells_of_firm = len(profile.known()) >= _FIRM_FIELDS
        if is_foreign(last) or (words.intents["out_of_scope"].any_in(folded) and not tells_of_firm):
            return ReadIntent(Intent.OUT_OF_SCOPE, has_situation=situation)
        referred = self._referred(messages, folded, words)
        if referred:
            intent = self._kind(folded, words, len(referred)) or Intent.EXPLAIN
            return ReadIntent(intent, referred, aspect=self._aspect(folded, words), has_situation=situation)
        if self._is_smalltalk(folded, words, situation):
            return ReadIntent(Intent.SMALLTALK)
        return ReadIntent(Intent.RECOMMEND, has_situation=situation)

    def _about_named(
        self, folded: str, named: tuple[str, ...], words: Vocabulary, profile: Profile, situation: bool
    ) -> ReadIntent:
        kind = self._kind(folded, words, len(named))
        length = len(folded.split())
        tells_much = len(profile.known()) >= 2 and length > _STORY_WORDS
        if tells_much and (kind is None or (kind is Intent.EXPLAIN and length > _LONG_STORY_WORDS)):
            return ReadIntent(Intent.RECOMMEND, has_situation=True)
        aspect = self._aspect(folded, words)
        return ReadIntent(kind or Intent.EXPLAIN, named[:_COMPARED], True, aspect, situation)

    @staticmethod
    def _kind(folded: str, words: Vocabulary, count: int) -> Intent | None:
        if count >= 2 and words.intents["compare"].any_in(folded):
            return Intent.COMPARE
        for intent in (Intent.STATUS, Intent.EVALUATE, Intent.EXPLAIN):
            if words.intents[intent.value].any_in(folded):
                return intent
        return None

    @staticmethod
    def _aspect(folded: str, words: Vocabulary) -> str | None:
        return next((aspect for aspect, patterns in words.aspects.items() if patterns.any_in(folded)), None)

    def _referred(self, messages: Sequence[Message], folded: str, words: Vocabulary) -> tuple[str, ...]:
        """'En hoeveel is dat dan?', 'en de tweede?': instruments of the answer before."""
        earlier = [message for message in messages[:-1] if message.role == "assistant"]
        if not earlier or len(folded.split()) > _FOLLOW_UP_WORDS:
            return ()
        spoken_of = self._names.instruments(earlier[-1].content)
        if not spoken_of:
            return ()
        for number, patterns in words.ordinals.items():
            if patterns.any_in(folded) and number <= len(spoken_of):
                return (spoken_of[number - 1],)
        asks = any(words.intents[kind].any_in(folded) for kind in ("explain", "evaluate", "status"))
        if words.intents["compare"].any_in(folded):
            return spoken_of[:2]
        return spoken_of[:1] if asks and words.follow_up.any_in(folded) else ()

    @staticmethod
    def _is_smalltalk(folded: str, words: Vocabulary, situation: bool) -> bool:
        return not situation and len(folded.split()) <= _SMALLTALK_WORDS and words.intents["smalltalk"].any_in(folded)
