"""Messages → what is understood: language, intent, and a profile with the words each field rests on.

Nothing is guessed: a field is read from words that stand for it, or it stays unknown. Later
messages correct earlier ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from assistant.field_model import as_model_reads, read_by_model
from assistant.field_rules import read_by_rules
from assistant.gathered import Gathered
from assistant.intents import IntentReader
from assistant.language import detect_language, is_foreign, language_scores
from assistant.models import FieldReading, Message, Profile, Understanding
from assistant.names import NameFinder
from assistant.patterns import fold
from assistant.phrases import Phrases
from assistant.places import gazetteer
from assistant.profile_model import ProfileModel, Stated
from assistant.quantities import Quantity, merge
from assistant.spelling import Corrected, corrected
from assistant.vocabulary import Vocabulary, vocabulary
from knowledge.models import LANGUAGES, Language
from knowledge.profile_fields import BOOLEANS, LISTS, NUMBERS

_LONGEST_MESSAGE: Final = 20_000
_SENTENCE: Final = re.compile(r"[.;!?\n](?!\d)")
_ANOTHER: Final = re.compile(r"\s*(?:een|a|an|another)\s+[a-z]")
_SUBJECT_STARTS: Final = 25
_DONT_KNOW_WORDS: Final = 5
_ANSWER_WORDS: Final = 8
_YES_NO_WORDS: Final = 4
_NO_MEANS: Final = {"collaboration": "alleen"}
"""What a bare 'nee' says to a question that is about yes or no, though its field has more values."""


class Intake:
    """Understands conversations about one catalogue."""

    def __init__(
        self,
        names: NameFinder,
        phrases: Mapping[Language, Phrases],
        today: date | None = None,
        model: ProfileModel | None = None,
    ) -> None:
        """``model``: what reads beside the rules; without one the rules have the only say."""
        self._names = names
        self._model = model
        self._phrases = phrases
        self._today = today
        self._intents = IntentReader(names)

    def understand(
        self,
        messages: Sequence[Message],
        language: Language | None = None,
        corrections: Mapping[str, Any] | None = None,
    ) -> Understanding:
        """Read a conversation. ``corrections``: fields set by hand; None there forgets the field."""
        typed = [message.content[:_LONGEST_MESSAGE] for message in messages if message.role == "user"]
        written = detect_language(typed, _better_read(typed))
        spoken = language or written
        right = self._put_right(typed, written)
        said = [one.text for one in right]
        messages = _told(messages, said)
        read, asked = Gathered(), []
        question: str | None = None
        answered = wants = False
        for message in messages:
            if message.role == "assistant":
                question = self._question_in(message.content)
                if question:
                    asked.append(question)
            else:
                self._read_message(message.content, detect_language([message.content], written), question, read)
                answered = any(stated.field == question for stated in read.heard)
                wants = any(stated.field in LISTS for stated in read.heard)
                question = None
        readings = [_as_written(reading, right) for reading in read.final(corrections or {})]
        values = {reading.field: reading.value for reading in readings}
        profile = Profile(**values, ruled_out=frozenset(read.ruled_out), beside=frozenset(read.beside))
        intent = self._intents.read(messages, written, profile, answered=answered, wants=wants)
        return Understanding(
            language=spoken, intent=intent.intent, profile=profile, readings=tuple(readings), named=intent.named,
            asked=tuple(dict.fromkeys(asked)), written=written, aspect=intent.aspect, query=_query(said, intent.named_last),
            last="".join(said[-1:]).strip(), declined=tuple(sorted(read.declined)), off_topic=intent.off_topic,
        )  # fmt: skip

    def _put_right(self, typed: Sequence[str], written: Language) -> list[Corrected]:
        """The messages without slips of the fingers. Of another language we know no words."""
        return [
            Corrected(text, {})
            if is_foreign(text)
            else corrected(text, detect_language([text], written), [(name.start, name.end) for name in self._names.find(text)])
            for text in typed
        ]

    def _question_in(self, answer: str) -> str | None:
        """The field that an earlier answer asked for."""
        for language in LANGUAGES:
            found = self._phrases[language].field_asked(answer)
            if found:
                return found
        return None

    def _read_message(self, text: str, language: Language, question: str | None, read: Gathered) -> None:
        words = vocabulary(language)
        folded = fold(text)
        read.begin()
        if read.readings and any(place.start < _SUBJECT_STARTS for place in words.new_subject.find(folded)):
            read.forget_plan()
        if question is not None and self._is_whole_answer(text, folded, question, words, read):
            return
        numbers = self._read_numbers(text, folded, question, words, read)
        place = gazetteer().firm_place(text, for_client=words.adviser.any_in(folded))
        if place:
            read.put("province", place.province, text[place.start : place.end])
        self._read_words(text, folded, words, read, question)
        if question is not None:
            self._read_answer(text, folded, question, words, read, numbers)
        read.last_numbers = numbers

    def states(self, text: str, language: Language) -> tuple[str, frozenset[Stated]]:
        """A message as the profile model reads it, and all that it states, whatever was said before."""
        read = Gathered()
        named = self._read_words(text, fold(text), vocabulary(language), read)
        return as_model_reads(text, named), frozenset(read.heard)

    def _read_words(
        self, text: str, folded: str, words: Vocabulary, read: Gathered, question: str | None = None
    ) -> list[tuple[int, int]]:
        """Rules, and the model beside them; where instruments are named."""
        named = self._names_in(text, folded, words)
        read_by_rules(text, folded, named, words, read)
        if self._model:
            read_by_model(self._model, text, named, read, question)
        return named

    def _names_in(self, text: str, folded: str, words: Vocabulary) -> list[tuple[int, int]]:
        """Names of instruments say nothing about the firm ('Innovatiekrediet' is no wish for credit), but 'patent' does."""
        mentions = [(mention.start, mention.end) for mention in self._names.find(text)]
        return [(start, end) for start, end in mentions if not words.is_everyday(folded[start:end])]

    def _read_numbers(self, text: str, folded: str, question: str | None, words: Vocabulary, read: Gathered) -> frozenset[str]:
        """Put the stated numbers; which fields they are."""
        stated = [q for q in words.quantities.read(text, self._now()) if not self._is_denied(folded, q.start)]
        merged = merge(stated, lambda start, end: words.changed.any_in(folded[start:end]))
        people = merged.get("employees")
        corrects = len(folded.split()) <= _ANSWER_WORDS or read.last_numbers == {"employees"} or words.correction.any_in(folded)
        known = "employees" in read.readings and question != "employees"
        if people and known and not _is_newer(people, folded, words, likely=corrects):
            del merged["employees"]
        for name, quantity in merged.items():
            read.put(name, quantity.value, text[quantity.start : quantity.end])
        if not merged and len(read.last_numbers) == 1 and words.correction.any_in(folded):
            corrected = words.quantities.lone_number(text)  # "we zijn met 8 man" … "sorry, 18"
            if corrected is not None:
                read.put(next(iter(read.last_numbers)), corrected, text)
        return frozenset(merged)

    def _now(self) -> date:
        return self._today or date.today()

    @staticmethod
    def _is_denied(folded: str, start: int) -> bool:
        return bool(re.search(r"\b(?:niet|not|geen)\s+(?:met\s+|een\s+|van\s+)?$", folded[:start]))

    def _is_whole_answer(self, text: str, folded: str, question: str, words: Vocabulary, read: Gathered) -> bool:
        """Is the message an option of the question, or not knowing, and nothing else?"""
        if _is_not_known(folded, words):
            return True
        for language in LANGUAGES:
            value = self._phrases[language].option_value(question, text)
            if value is not None:
                self._put_answer(question, value, text, read)
                return True
        return False

    def _read_answer(
        self, text: str, folded: str, question: str, words: Vocabulary, read: Gathered, numbers: frozenset[str]
    ) -> None:
        """What only the question gives a meaning: a bare number, a yes or a no. Other fields are none of its business."""
        if question in NUMBERS and question not in numbers:
            start = " ".join(text.split()[:_ANSWER_WORDS])
            for reader in (words, *(vocabulary(other) for other in LANGUAGES if other != words.language)):
                number = reader.quantities.answer(question, start, self._now())
                if number is not None:
                    # "A loan of 200,000" answers no question about staff.
                    if all(number != read.readings[field].value for field in numbers if field in read.readings):
                        read.put(question, number, text)
                    break
        elif question not in read.readings and not words.dont_know.any_in(folded):
            start = " ".join(folded.split()[:_YES_NO_WORDS])
            agrees, denies = words.yes.any_in(start), words.no.any_in(start)
            if question in BOOLEANS and agrees != denies:
                read.put(question, agrees, text)
            elif question in _NO_MEANS and denies and not agrees and start == folded:
                read.put(question, _NO_MEANS[question], text)

    @staticmethod
    def _put_answer(question: str, value: Any, text: str, read: Gathered) -> None:
        if question in LISTS:
            for item in value if isinstance(value, list) else [value]:
                read.put(question, item, text)
        else:
            read.put(question, value, text)


def _told(messages: Sequence[Message], said: Sequence[str]) -> list[Message]:
    """The conversation with these in the place of the entrepreneur's messages."""
    rest = iter(said)
    return [
        message if message.role == "assistant" else message.model_copy(update={"content": next(rest)}) for message in messages
    ]


def _as_written(reading: FieldReading, said: Sequence[Corrected]) -> FieldReading:
    """With the words that it rests on as they were typed."""
    words = reading.words
    for one in said:
        words = one.as_written(words)
    return reading.model_copy(update={"words": words})


def _better_read(said: Sequence[str]) -> Language:
    """For messages without small words ('plumber, self-employed'): the language whose lexicon reads most of them."""
    folded = fold("\n".join(said))
    if any(scores["nl"] != scores["en"] for scores in map(language_scores, said)):
        return "nl"

    def found(language: Language) -> int:
        words = vocabulary(language)
        named = sum(patterns.any_in(folded) for options in words.choices.values() for patterns in options.values())
        return named + len(words.quantities.read(folded, date.today()))

    return "en" if found("en") > found("nl") else "nl"


def _is_newer(people: Quantity, folded: str, words: Vocabulary, *, likely: bool) -> bool:
    """Does a later number of people replace an earlier one? Not that of a partner ('een bedrijfje van vier man ontwikkelt …')."""
    phrase = _SENTENCE.split(folded[: people.start])[-1] + _SENTENCE.split(folded[people.start :])[0]
    if people.of_part or _ANOTHER.match(phrase):
        return False
    return likely or words.we.any_in(phrase) or words.changed.any_in(phrase)


def _is_not_known(folded: str, words: Vocabulary) -> bool:
    """'Weet ik niet', and nothing else."""
    return words.dont_know.any_in(folded) and len(folded.split()) <= _DONT_KNOW_WORDS


def _query(said: Sequence[str], named_last: bool) -> str:
    """What to search for: all that was said; only the last message when that names an instrument itself."""
    if not said:
        return ""
    told = said[-1:] if named_last else said
    # "Weet ik niet" is about no instrument, and would only make the search vaguer with each question.
    telling = [text for text in told if not any(_is_not_known(fold(text), vocabulary(language)) for language in LANGUAGES)]
    return "\n".join(message.strip() for message in telling or told if message.strip())[:_LONGEST_MESSAGE]
