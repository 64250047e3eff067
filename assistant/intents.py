"""What a conversation asks for now: advice, an explanation, a comparison, or nothing that we do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from assistant.features import NAME, masked
from assistant.intent_model import IntentModel, load_intent_model
from assistant.language import is_foreign
from assistant.models import Intent, Message, Profile
from assistant.names import Mention, NameFinder
from assistant.patterns import fold
from assistant.vocabulary import Vocabulary, vocabulary
from knowledge.embedding.pairs import everyday_words
from knowledge.models import Language

Likely = Mapping[Intent, float]
_ABOUT_ONE: Final = (Intent.EXPLAIN, Intent.EVALUATE, Intent.COMPARE, Intent.STATUS)
_SURE: Final = 0.7
_EVEN: Final = 0.5
_DOUBTFUL: Final = 0.1
_CERTAIN: Final = 0.9
_PHRASE_COUNTS: Final = 0.8
_FIRM_FIELDS: Final = 3
_STORY_WORDS: Final = 12
_LONG_STORY_WORDS: Final = 16
_FOLLOW_UP_WORDS: Final = 14
_OPENING_WORDS: Final = 5
_NAME_WORDS: Final = 4
_COMPARED: Final = 4
_SMALLTALK_WORDS: Final = 12
_QUESTION: Final = re.compile(r"[^.!?\n]+\?")


@dataclass(frozen=True, slots=True)
class ReadIntent:
    intent: Intent
    named: tuple[str, ...] = ()
    named_last: bool = False
    """The last message itself names an instrument; else ``named`` refers back."""
    aspect: str | None = None
    off_topic: float = 0.0
    """How likely the model finds that the last message is about something else."""


class IntentReader:
    """Decides by rules that know the conversation and the instruments that are named, over what a model says of the words."""

    def __init__(self, names: NameFinder, model: IntentModel | None = None) -> None:
        self._names = names
        self._model = model or load_intent_model()

    def read(
        self,
        messages: Sequence[Message],
        language: Language,
        profile: Profile,
        *,
        answered: bool = False,
        wants: bool = False,
    ) -> ReadIntent:
        """``answered``: the last message gave what the assistant had asked for. ``wants``: it says what somebody needs."""
        said = [message.content for message in messages if message.role == "user"]
        if not said or not said[-1].strip():
            return ReadIntent(Intent.OUT_OF_SCOPE)
        words = vocabulary(language)
        last = said[-1]
        folded = fold(last)
        situation = bool(profile.known()) or any(words.firm.any_in(fold(text)) for text in said)
        if words.intents["hostile"].any_in(folded):
            return ReadIntent(Intent.OUT_OF_SCOPE)
        mentions = self._names.find(last)
        likely = self._model.likelihood(masked(last, {NAME: [(mention.start, mention.end) for mention in mentions]}))
        named = tuple(dict.fromkeys(mention.instrument for mention in mentions))
        tells = (answered and "?" not in folded) or self._answers(messages, folded, words, len(named))
        if named and not tells and not self._needs_only(mentions, folded, words, len(named)):
            named = self._with_referred(messages, folded, likely, words, named)
            return self._about_named(folded, mentions, named, likely, words, profile)
        if is_foreign(last) or self._is_out_of_scope(folded, likely, words, profile):
            return ReadIntent(Intent.OUT_OF_SCOPE)
        referred = () if tells else self._referred(messages, folded, likely, words, wants=wants)
        if referred:
            intent = self._kind(folded, likely, words, len(referred)) or Intent.EXPLAIN
            return ReadIntent(intent, referred, aspect=self._aspect(folded, words))
        if not tells and self._is_smalltalk(folded, likely, words, situation):
            return ReadIntent(Intent.SMALLTALK)
        answers = len(said) > 1 and "?" not in last
        about = sum(likely[intent] for intent in _ABOUT_ONE)
        if about >= _SURE and not answers and len(profile.known()) < _FIRM_FIELDS:
            asked = max(_ABOUT_ONE, key=lambda intent: likely[intent])
            aspect = self._aspect(folded, words)
            return ReadIntent(asked, aspect=aspect, off_topic=likely[Intent.OUT_OF_SCOPE])
        ours = words.own_firm.any_in(folded) or words.just_money.any_in(folded)
        entrepreneur = ours and likely[Intent.OUT_OF_SCOPE] < _CERTAIN
        off_topic = 0.0 if entrepreneur or likely[Intent.RECOMMEND] >= _EVEN else likely[Intent.OUT_OF_SCOPE]
        return ReadIntent(Intent.RECOMMEND, off_topic=off_topic)

    def _answers(self, messages: Sequence[Message], folded: str, words: Vocabulary, count: int) -> bool:
        """Does it tell something after a question of ours, whatever scheme it names? 'Nee, zelf bouwen, die bestaat nog niet'."""
        before = messages[-2].content.rstrip() if len(messages) > 1 else ""
        told = before.endswith("?") and "?" not in folded and len(folded.split()) > _NAME_WORDS
        return told and self._rule(folded, words, count) not in (Intent.EXPLAIN, Intent.COMPARE)

    @staticmethod
    def _is_out_of_scope(folded: str, likely: Likely, words: Vocabulary, profile: Profile) -> bool:
        """A subject that is not ours. One stray word ("mijn zoon helpt mee") does not undo a story about a firm, and who
        makes software for mortgages asks for no mortgage; but a request for a joke stays one.
        """
        if words.intents["out_of_scope_request"].any_in(folded):
            return True
        if words.intents["offers"].any_in(folded):
            return False
        floor = _CERTAIN if len(profile.known()) >= _FIRM_FIELDS else _DOUBTFUL
        return words.intents["out_of_scope"].any_in(folded) and likely[Intent.OUT_OF_SCOPE] >= floor

    def _about_named(
        self,
        folded: str,
        mentions: Sequence[Mention],
        named: tuple[str, ...],
        likely: Likely,
        words: Vocabulary,
        profile: Profile,
    ) -> ReadIntent:
        kind = self._kind(folded, likely, words, len(named))
        if kind is None and self._is_either(mentions, folded, words):
            kind = Intent.COMPARE
        length = len(folded.split())
        tells_much = len(profile.known()) >= 2 and length > _STORY_WORDS
        asks_about = sum(likely[intent] for intent in _ABOUT_ONE)
        long_story = length > _LONG_STORY_WORDS and kind in (Intent.EXPLAIN, Intent.EVALUATE)
        advice = (len(profile.known()) >= _FIRM_FIELDS or asks_about < _SURE) and not self._asks_of_one(folded, mentions, words)
        if tells_much and (kind is None or (long_story and advice)):
            return ReadIntent(Intent.RECOMMEND)
        if words.intents["more"].any_in(folded) and (tells_much or self._rule(folded, words, len(named)) is None):
            return ReadIntent(Intent.RECOMMEND)  # "we hebben al WBSO, wat nog meer?"
        together = len(named) > 1 and words.aspects["combination"].any_in(folded)
        aspect = "combination" if together else self._aspect(folded, words)
        return ReadIntent(kind or Intent.EXPLAIN, named[:_COMPARED], True, aspect)

    def _asks_of_one(self, folded: str, mentions: Sequence[Mention], words: Vocabulary) -> bool:
        """Does a question itself name the instrument and ask what it is? 'Hoeveel uur moet ik maken voor de WBSO?'

        The story before it tells why somebody asks.
        """
        for question in _QUESTION.finditer(folded):
            named = any(
                question.start() <= mention.start < question.end() and not words.is_everyday(folded[mention.start : mention.end])
                for mention in mentions
            )
            if named and self._rule(question[0], words, 1) and not words.intents["for_me"].any_in(question[0]):
                return True
        return False

    def _with_referred(
        self, messages: Sequence[Message], folded: str, likely: Likely, words: Vocabulary, named: tuple[str, ...]
    ) -> tuple[str, ...]:
        """'Kan dat samen met de …?', 'en als je de … erbij zet?': with the instruments of the answer before."""
        compared = words.intents["compare"].any_in(folded) or likely[Intent.COMPARE] >= _SURE
        together = compared or words.aspects["combination"].any_in(folded)
        if len(named) > 1 or not together or not words.follow_up.any_in(folded):
            return named
        before = self._spoken_of(messages)
        was_compared = compared and len(before) <= _COMPARED - 1
        return tuple(dict.fromkeys((*(before if was_compared else before[:1]), *named)))

    @staticmethod
    def _is_either(mentions: Sequence[Mention], folded: str, words: Vocabulary) -> bool:
        """'WBSO of innovatiebox?': two names with nothing but "or" between them."""
        pairs = [(one, two) for one, two in pairwise(mentions) if one.end < two.start and one.instrument != two.instrument]
        between = [folded[one.end : two.start].strip() for one, two in pairs]
        return any(words.either.lists(joint) for joint in between)

    def _needs_only(self, mentions: Sequence[Mention], folded: str, words: Vocabulary, count: int) -> bool:
        """'Patent aanvragen is te duur': an everyday word that some scheme goes by too, and no question about that scheme."""
        everyday = all(words.is_everyday(folded[mention.start : mention.end]) for mention in mentions)
        return everyday and self._rule(folded, words, count) is None and len(folded.split()) > 1

    def _kind(self, folded: str, likely: Likely, words: Vocabulary, count: int) -> Intent | None:
        """What is asked about instruments that are known: the words' likeliest meaning, helped by a telling phrase."""
        possible = {intent: likely[intent] for intent in _ABOUT_ONE if intent is not Intent.COMPARE or count > 1}
        rule = self._rule(folded, words, count)
        if rule:
            possible[rule] += _PHRASE_COUNTS
        best = max(possible, key=lambda intent: possible[intent])
        return best if rule or possible[best] >= likely[Intent.RECOMMEND] else None

    @staticmethod
    def _rule(folded: str, words: Vocabulary, count: int) -> Intent | None:
        if count >= 2 and words.intents["compare"].any_in(folded):
            return Intent.COMPARE
        for intent in (Intent.STATUS, Intent.EVALUATE, Intent.EXPLAIN):
            if words.intents[intent.value].any_in(folded):
                return intent
        return None

    @staticmethod
    def _aspect(folded: str, words: Vocabulary) -> str | None:
        return next((aspect for aspect, patterns in words.aspects.items() if patterns.any_in(folded)), None)

    def _referred(
        self, messages: Sequence[Message], folded: str, likely: Likely, words: Vocabulary, *, wants: bool
    ) -> tuple[str, ...]:
        """'En hoeveel is dat dan?', 'en de tweede?': instruments of the answer before.

        Who says what they need ('staat de staat daar dan niet borg voor?') asks for advice, unless a phrase tells otherwise.
        """
        spoken_of = self._spoken_of(messages)
        said = folded.split()
        if not spoken_of or len(said) > 2 * _FOLLOW_UP_WORDS:
            return ()
        short = len(said) <= _FOLLOW_UP_WORDS
        for number, patterns in words.ordinals.items():
            if patterns.any_in(folded if short else " ".join(said[:_OPENING_WORDS])) and number <= len(spoken_of):
                return (spoken_of[number - 1],)
        if not short:
            return ()
        asks = any(words.intents[kind].any_in(folded) for kind in ("explain", "evaluate", "status"))
        about = sum(likely[intent] for intent in _ABOUT_ONE)
        # Whoever tells something after a question of ours asks nothing; whoever goes on with 'and' asks about the same.
        asks = asks or (
            "?" in folded
            and not wants
            and (about >= likely[Intent.RECOMMEND] or (words.goes_on.any_in(said[0]) and likely[Intent.RECOMMEND] < _EVEN))
        )
        if words.intents["compare"].any_in(folded):
            return spoken_of[:2]
        if words.intents["which"].any_in(folded):
            return ()  # "Welke subsidie betaalt daaraan mee?" asks for advice
        return spoken_of[:1] if asks and words.follow_up.any_in(folded) else ()

    def _spoken_of(self, messages: Sequence[Message]) -> tuple[str, ...]:
        """The instruments of the last answer."""
        earlier = [message for message in messages[:-1] if message.role == "assistant"]
        return self._names.instruments(earlier[-1].content) if earlier else ()

    @staticmethod
    def _is_smalltalk(folded: str, likely: Likely, words: Vocabulary, situation: bool) -> bool:
        if len(folded.split()) > _SMALLTALK_WORDS:
            return False
        polite = words.intents["smalltalk"].any_in(folded) and not situation
        if words.dont_know.any_in(folded):
            return False
        # Of noise the model knows nothing: somebody must have used one of these words before.
        told = any(word.isalpha() and word in everyday_words() for word in re.findall(r"\w+", folded))
        return polite or (told and likely[Intent.SMALLTALK] >= _EVEN)
