"""Messages → what is understood: language, intent, and a profile with the words each field rests on.

Nothing is guessed: a field is read from words that stand for it, or it stays unknown. Later
messages correct earlier ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from pydantic import ValidationError

from assistant.features import masked
from assistant.intents import IntentReader
from assistant.language import detect_language, language_scores
from assistant.models import FieldReading, Message, Profile, Understanding
from assistant.names import NameFinder
from assistant.patterns import Found, fold
from assistant.phrases import Phrases
from assistant.places import gazetteer
from assistant.profile_model import ProfileModel, Stated
from assistant.quantities import MOST_EMPLOYEES, Quantity, merge
from assistant.vocabulary import Vocabulary, vocabulary
from knowledge.models import LANGUAGES, Language
from knowledge.profile_fields import BOOLEANS, CHOICES, LISTS, NOTHING_ELSE, NUMBERS, OPEN

_LONGEST_MESSAGE: Final = 20_000
_CLAUSE_END: Final = re.compile(r"[.;:!?\n,]|\b(?:maar|but|wel|en|and)\b")
_SOFT_WEIGHT: Final = 0.3
_SENTENCE: Final = re.compile(r"[.;!?\n](?!\d)")
_PAUSE: Final = re.compile(r"[.;:!?\n,(]")
_PLAN_FIELDS: Final = ("phase", "amount_eur", "technically_new", "collaboration", "own_contribution")
"""Of a plan, not of the firm: another subject makes them unknown again."""
_SUBJECT_STARTS: Final = 25
_DONT_KNOW_WORDS: Final = 5
_CUSTOMER_WEIGHT: Final = 0.06
_OWN_WEIGHT: Final = 2.0
_INTRO_WORDS: Final = 4
_OTHERS_WORDS: Final = 7
_ASKED_WORDS: Final = 6
_OWN: Final = re.compile(r"\b(?:mijn|mn|m'n|ons|onze|my|our)\b")
_NEEDS_OF_PRODUCTS: Final = frozenset({"verduurzaming", "geld-investering", "digitalisering"})
"""Needs that are read from things, which a firm may also sell."""
_BUYING: Final = "geld-investering"
_OFFERED_WORDS: Final = 2
_MADE_WORDS: Final = 3
_ANSWER_WORDS: Final = 8
_YES_NO_WORDS: Final = 4
_ADDED_FROM: Final = {"needs": 0.5, "sector": 0.5, "phase": 0.55, "collaboration": 0.55, "technically_new": 0.6}
"""How sure the profile model has to be: rather not understood than misunderstood (see its cross-validation)."""
_BELIEVED_FROM: Final = {"needs": 0.1, "sector": 0.1, "phase": 0.03, "collaboration": 0.1}
"""A reading of the rules goes where the model believes it less than this; what is said to be new or not is said plainly."""
_LEAST_WORDS: Final = 5
_SHORT: Final = 15
_SURER: Final = 0.25
"""A short message leaves little to go by, and a later one mostly answers or corrects: what it adds has to be plainer."""
_NO_MEANS: Final = {"collaboration": "alleen"}
"""What a bare 'nee' says to a question that is about yes or no, though its field has more values."""


@dataclass
class _Read:
    """Readings gathered over the messages; a later one replaces an earlier one."""

    readings: dict[str, FieldReading] = field(default_factory=dict)
    needs: dict[str, str] = field(default_factory=dict)
    declined: set[str] = field(default_factory=set)
    last_numbers: frozenset[str] = frozenset()
    """The number fields that the message before gave."""
    messages: int = 0
    heard: set[Stated] = field(default_factory=set)
    """What the rules read in this message."""
    denied: set[Stated] = field(default_factory=set)
    """What this message mentions and denies."""
    ruled_out: set[Stated] = field(default_factory=set)
    """What was denied, of fields that may hold more than was said, and not said after all."""
    beside: set[Stated] = field(default_factory=set)
    """What holds beside the one value of its field."""
    learned: set[Stated] = field(default_factory=set)
    """What only the model read."""

    def forget_plan(self) -> None:
        for name in _PLAN_FIELDS:
            self.readings.pop(name, None)
        self.needs.clear()

    def put(self, name: str, value: Any, words: str) -> None:
        self.heard.add(Stated(name, value))
        self.ruled_out.discard(Stated(name, value))
        self.learned.discard(Stated(name, value))
        if name in LISTS:
            self.needs.setdefault(value, words.strip())
        else:
            self.readings[name] = FieldReading(field=name, value=value, words=words.strip())

    def drop(self, stated: Stated) -> None:
        """Not so after all."""
        self.heard.discard(stated)
        if stated.field in LISTS:
            self.needs.pop(stated.value, None)
        else:
            self.readings.pop(stated.field, None)

    def knows(self, stated: Stated) -> bool:
        """Is there a reading that this would add to or replace?"""
        if stated.field in LISTS:
            return stated.value in self.needs or stated.value in self.declined
        return stated.field in self.readings


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
        said = [message.content[:_LONGEST_MESSAGE] for message in messages if message.role == "user"]
        written = detect_language(said, _better_read(said))
        spoken = language or written
        read, asked = _Read(), []
        question: str | None = None
        answered = False
        for message in messages:
            if message.role == "assistant":
                question = self._question_in(message.content)
                if question:
                    asked.append(question)
            else:
                text = message.content[:_LONGEST_MESSAGE]
                self._read_message(text, detect_language([text], written), question, read)
                answered = any(stated.field == question for stated in read.heard)
                question = None
        readings = self._final(read, corrections or {})
        values = {reading.field: reading.value for reading in readings}
        profile = Profile(**values, ruled_out=frozenset(read.ruled_out), beside=frozenset(read.beside))
        intent = self._intents.read(messages, written, profile, answered=answered)
        return Understanding(
            language=spoken, intent=intent.intent, profile=profile, readings=readings, named=intent.named,
            asked=tuple(dict.fromkeys(asked)), written=written, query=_query(said, intent.named_last), aspect=intent.aspect,
            declined=tuple(sorted(read.declined)), off_topic=intent.off_topic,
        )  # fmt: skip

    def _question_in(self, answer: str) -> str | None:
        """The field that an earlier answer asked for."""
        for language in LANGUAGES:
            found = self._phrases[language].field_asked(answer)
            if found:
                return found
        return None

    def _read_message(self, text: str, language: Language, question: str | None, read: _Read) -> None:
        words = vocabulary(language)
        folded = fold(text)
        read.messages, read.heard, read.denied = read.messages + 1, set(), set()
        if read.readings and any(place.start < _SUBJECT_STARTS for place in words.new_subject.find(folded)):
            read.forget_plan()
        if question is not None and self._is_whole_answer(text, folded, question, words, read):
            return
        numbers = self._read_numbers(text, folded, question, words, read)
        place = gazetteer().firm_place(text, for_client=words.adviser.any_in(folded))
        if place:
            read.put("province", place.province, text[place.start : place.end])
        self._read_words(text, folded, words, read)
        if question is not None:
            self._read_answer(text, folded, question, words, read, numbers)
        read.last_numbers = numbers

    def states(self, text: str, language: Language) -> tuple[str, frozenset[Stated]]:
        """A message as the profile model reads it, and all that it states, whatever was said before."""
        read = _Read()
        named = self._read_words(text, fold(text), vocabulary(language), read)
        return masked(text, named), frozenset(read.heard)

    def _read_words(self, text: str, folded: str, words: Vocabulary, read: _Read) -> list[tuple[int, int]]:
        """Rules, and the model beside them; where instruments are named."""
        named = self._names_in(text, folded, words)
        self._read_by_rules(text, folded, _blanked(folded, named), words, read)
        if self._model:
            self._learn(self._model, text, named, read)
        return named

    def _read_by_rules(self, text: str, folded: str, unnamed: str, words: Vocabulary, read: _Read) -> None:
        # A region's name tells where a firm is, not what it makes: 'Food Valley'.
        trade = _blanked(unnamed, [(place.start, place.end) for place in gazetteer().find(text)])
        for name, options in words.choices.items():
            if name in LISTS:
                self._read_needs(text, unnamed, words, options, read)
            elif name != "province":
                # No scheme's name is a legal form, but 'KvK' is in "nog geen kvk".
                heard = {"sector": trade, "legal_form": folded}.get(name, unnamed)
                self._read_choice(text, heard, words, name, options, read)
        for name, truths in words.booleans.items():
            self._read_boolean(text, unnamed, words, name, truths, read)

    @staticmethod
    def _learn(model: ProfileModel, text: str, named: Sequence[tuple[int, int]], read: _Read) -> None:
        """What the rules have no words for and the model is sure of is added; what it does not believe at all goes."""
        length = len(text.split())
        if length < _LEAST_WORDS:
            return
        surer = _SURER if read.messages > 1 or length < _SHORT else 0.0
        likely = model.likelihood(masked(text, named), read.heard)
        for stated in [one for one in read.heard if likely.get(one, 1.0) < _BELIEVED_FROM.get(one.field, 0.0)]:
            read.drop(stated)
        for stated in sorted(likely, key=lambda one: -likely[one]):
            unknown = stated not in read.heard and stated not in read.denied and not read.knows(stated)
            if unknown and likely[stated] >= _ADDED_FROM[stated.field] + surer:
                read.put(stated.field, stated.value, model.words_for(text, stated))
                read.learned.add(stated)

    def _names_in(self, text: str, folded: str, words: Vocabulary) -> list[tuple[int, int]]:
        """Names of instruments say nothing about the firm ('Innovatiekrediet' is no wish for credit), but 'patent' does."""
        mentions = [(mention.start, mention.end) for mention in self._names.find(text)]
        return [(start, end) for start, end in mentions if not words.is_everyday(folded[start:end])]

    def _read_numbers(self, text: str, folded: str, question: str | None, words: Vocabulary, read: _Read) -> frozenset[str]:
        """Put the stated numbers; which fields they are."""
        stated = [q for q in words.quantities.read(text, self._now()) if not self._is_denied(folded, q.start)]
        merged = merge(stated, lambda start, end: words.changed.any_in(folded[start:end]))
        people = merged.get("employees")
        asked = question == "employees" or read.last_numbers == {"employees"}
        if people and "employees" in read.readings and not asked and not _is_newer(people, folded, words):
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

    def _read_choice(self, text: str, folded: str, words: Vocabulary, name: str, options: Mapping[str, Any], read: _Read) -> None:
        said: dict[str, tuple[float, int, Found]] = {}
        for value, patterns in options.items():
            mentioned = patterns.find(folded)
            found = [place for place in mentioned if not _negated(folded, place, words)]
            if mentioned and not found:
                read.denied.add(Stated(name, value))
                if name in OPEN:
                    read.ruled_out.add(Stated(name, value))
            if not found:
                continue
            weights = [self._weight(folded, place, words, name) for place in found]
            total = max(weights) + 0.25 * (sum(weights) - max(weights))
            if total > _SOFT_WEIGHT:
                said[value] = (total, -found[0].start, found[weights.index(max(weights))])
        if not said:
            return
        if name in OPEN:
            # Of those one works with, the contract keeps one: the last that it lists.
            best = max(said, key=CHOICES[name].index)
            read.beside = {Stated(name, value) for value in said if value not in (best, NOTHING_ELSE[name])}
        else:
            best = max(said, key=lambda value: said[value][:2])
        place = said[best][2]
        read.put(name, best, text[place.start : place.end])

    @staticmethod
    def _weight(folded: str, place: Found, words: Vocabulary, name: str) -> float:
        """Words for another's trade ('software voor tuinders', 'een app laten maken') count less than for one's own."""
        if name == "sector":
            clause = _CLAUSE_END.split(folded[: place.start])[-1]
            near = " ".join(clause.split()[-_OTHERS_WORDS:])
            named = f"{near} {folded[place.start : place.end]}"
            if words.others.any_in(near) or any(one.end > len(near) for one in words.passers_by.find(named)):
                return place.weight * _CUSTOMER_WEIGHT
            after = " ".join(_PAUSE.split(folded[place.end :])[0].split()[:1])
            if words.soft_after.any_in(after):
                return place.weight * _CUSTOMER_WEIGHT
            before = _PAUSE.split(folded[: place.start])[-1].split()[-4:]
            intro = next((at for at, word in enumerate(before[1:], start=1) if words.soft_intro.any_in(word)), None)
            if (
                intro
                and intro >= len(before) - 2
                and not _OWN.search(" ".join(before[intro:]))
                and not words.own_plan.any_in(before[intro - 1])
            ):
                return place.weight * _CUSTOMER_WEIGHT
            if words.own_intro.any_in(" ".join(clause.split()[-_INTRO_WORDS:])):
                return place.weight * _OWN_WEIGHT
        return place.weight

    def _read_needs(self, text: str, folded: str, words: Vocabulary, options: Mapping[str, Any], read: _Read) -> None:
        for value, patterns in options.items():
            found = patterns.find(folded)
            for pair in words.beside.get(value, ()):
                if pair.beside.any_in(folded):
                    found = [*found, *pair.words.find(folded)]
            found = [place for place in found if place.weight]
            if value in words.declined and words.declined[value].any_in(folded):
                read.declined.add(value)
                read.denied.add(Stated("needs", value))
                read.ruled_out.add(Stated("needs", value))
                read.needs.pop(value, None)
                continue
            if value in _NEEDS_OF_PRODUCTS:
                found = [place for place in found if not _is_offered(folded, place, words)]
            if value == _BUYING:
                found = [place for place in found if not _is_made(folded, place, words)]
            wanted = [place for place in found if not _negated(folded, place, words)]
            if found and not wanted:
                read.denied.add(Stated("needs", value))
                read.needs.pop(value, None)
            elif wanted:
                best = max(wanted, key=lambda place: place.weight)
                read.put("needs", value, text[best.start : best.end])
                read.declined.discard(value)

    def _read_boolean(
        self, text: str, folded: str, words: Vocabulary, name: str, truths: Mapping[bool, Any], read: _Read
    ) -> None:
        scores: dict[bool, tuple[float, Found]] = {}
        for truth, patterns in truths.items():
            found = [place for place in patterns.find(folded) if place.weight and not _negated(folded, place, words)]
            if found:
                scores[truth] = max(((place.weight, place) for place in found), key=lambda entry: entry[0])
        if scores:
            truth = max(scores, key=lambda value: (scores[value][0], not value))
            place = scores[truth][1]
            read.put(name, truth, text[place.start : place.end])

    def _is_whole_answer(self, text: str, folded: str, question: str, words: Vocabulary, read: _Read) -> bool:
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
        self, text: str, folded: str, question: str, words: Vocabulary, read: _Read, numbers: frozenset[str]
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
    def _put_answer(question: str, value: Any, text: str, read: _Read) -> None:
        if question in LISTS:
            for item in value if isinstance(value, list) else [value]:
                read.put(question, item, text)
        else:
            read.put(question, value, text)

    @staticmethod
    def _final(read: _Read, corrections: Mapping[str, Any]) -> tuple[FieldReading, ...]:
        readings = {
            name: reading.model_copy(update={"learned": Stated(name, reading.value) in read.learned})
            for name, reading in read.readings.items()
        }
        if read.needs:
            words = ", ".join(dict.fromkeys(read.needs.values()))
            learned = all(Stated("needs", need) in read.learned for need in read.needs)
            readings["needs"] = FieldReading(field="needs", value=list(read.needs), words=words, learned=learned)
        for name, value in corrections.items():
            readings.pop(name, None)
            if value not in (None, "", [], ()):
                readings[name] = FieldReading(field=name, value=value, words="")
        return tuple(reading for reading in readings.values() if _is_valid(reading))


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


def _blanked(folded: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with these parts unreadable, and as long as before."""
    for start, end in spans:
        folded = folded[:start] + "\x00" * (end - start) + folded[end:]
    return folded


def _is_valid(reading: FieldReading) -> bool:
    """A number out of all proportion ('9999999999 medewerkers') is not understood rather than an error."""
    if reading.field == "employees" and reading.words and reading.value > MOST_EMPLOYEES:
        return False
    try:
        Profile(**{reading.field: reading.value})
    except ValidationError:
        return False
    return True


def _is_newer(people: Quantity, folded: str, words: Vocabulary) -> bool:
    """Does a later number of people replace an earlier one? Not that of a partner ('een bedrijfje van vier man ontwikkelt …')."""
    if people.of_part:
        return False
    if len(folded.split()) <= _ANSWER_WORDS or words.correction.any_in(folded):
        return True
    phrase = _SENTENCE.split(folded[: people.start])[-1] + _SENTENCE.split(folded[people.start :])[0]
    return words.we.any_in(phrase) or words.changed.any_in(phrase)


def _negated(folded: str, place: Found, words: Vocabulary) -> bool:
    """Is a mention denied in its own clause? 'geen subsidie, wel een lening' denies the subsidy only."""
    if place.negates:
        return False
    before = _CLAUSE_END.split(folded[: place.start])[-1]
    near = " ".join(before.split()[-3:])
    if words.asked_negatively.any_in(" ".join(before.split()[-_ASKED_WORDS:])):
        return False  # "is er geen regeling?" asks for one
    if words.negators.any_in(near) or words.negators.any_in(folded[place.start : place.end]):
        return True
    after = _CLAUSE_END.split(folded[place.end :])[0]
    return words.negation_after.any_in(" ".join(after.split()[:4]))


def _is_offered(folded: str, place: Found, words: Vocabulary) -> bool:
    """Is it what the firm sells? 'Wij verkopen warmtepompen' asks for none."""
    clause = _PAUSE.split(folded[: place.start])[-1]
    return any(len(clause[verb.end :].split()) <= _OFFERED_WORDS for verb in words.offered.find(clause))


def _is_made(folded: str, place: Found, words: Vocabulary) -> bool:
    """Does the firm make it itself? 'Een prototype van een nieuwe machine bouwen' buys no machine."""
    before, after = _PAUSE.split(folded[: place.start])[-1], _PAUSE.split(folded[place.end :])[0]
    return words.made_before.any_in(" ".join(before.split()[-_MADE_WORDS:])) or words.made_after.any_in(
        " ".join(after.split()[:_MADE_WORDS])
    )


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
