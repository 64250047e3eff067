"""Phrases as data: fill them in, pick a variant, and recognise a question that was asked.

A list holds variants. One of the form ``{words: [...], say: ...}`` is for a message that has one of those
words in its last line (patterns as in the lexicon); the first that fits is said, else one without words.
"""

from __future__ import annotations

import hashlib
import string
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz

from assistant.patterns import PatternSet, fold
from assistant.vocabulary import read_data
from knowledge.models import Language

_SAME = 90.0


class MissingPhraseError(LookupError):
    """A phrase, or a variable in it, that the phrase file does not have."""


class Phrases:
    """One language's phrases."""

    def __init__(self, language: Language, data: dict[str, Any]) -> None:
        self.language = language
        self._data = data
        self._questions: dict[str, str] = {field: fold(entry["text"]) for field, entry in data["questions"].items()}

    def say(self, key: str, /, seed: str = "", **variables: object) -> str:
        """A phrase, filled in. Of several variants ``seed`` (for a reply: the message) picks one, always the same.

        Raises:
            MissingPhraseError: no such phrase, or a variable that is not given.
        """
        node: Any = self._data
        for part in key.split("."):
            try:
                node = node[part]
            except (KeyError, TypeError):
                raise MissingPhraseError(f"There is no phrase '{key}' in {self.language}.yaml.") from None
        if isinstance(node, list):
            node = self._variant(key, node, seed)
        wanted = {name for _, name, _, _ in string.Formatter().parse(node) if name}
        missing = wanted - set(variables)
        if missing:
            raise MissingPhraseError(f"The phrase '{key}' in {self.language}.yaml needs {sorted(missing)}.")
        return str(node).format(**variables)

    @staticmethod
    def _variant(key: str, variants: list[Any], seed: str) -> Any:
        meant = [entry for entry in variants if isinstance(entry, dict)]
        if meant:
            folded = fold(seed.strip().rpartition("\n")[2])
            found = next((entry for entry in meant if _patterns(tuple(entry["words"])).any_in(folded)), None)
            if found:
                return found["say"]
        others = [entry for entry in variants if not isinstance(entry, dict)]
        return others[int(hashlib.sha256(f"{key}{seed}".encode()).hexdigest(), 16) % len(others)]

    def label(self, field: str, value: object) -> str:
        """A profile value in everyday words."""
        labels = self._data["labels"].get(field, {})
        key = str(value).lower() if isinstance(value, bool) else str(value)
        return str(labels.get(key, value))

    def field_name(self, field: str) -> str:
        return self.say(f"fields.{field}")

    def question(self, field: str) -> str:
        return self.say(f"questions.{field}.text")

    def options(self, field: str) -> list[tuple[str, Any]]:
        """The options of a question, as (label, value)."""
        entry = self._data["questions"][field].get("options")
        if isinstance(entry, list):
            return [(option["label"], option["value"]) for option in entry]
        labels = self._data["labels"].get(field, {})
        convert = {"true": True, "false": False}
        return [(label, convert.get(value, value)) for value, label in labels.items()]

    @property
    def asks(self) -> tuple[str, ...]:
        """The fields that there is a question for."""
        return tuple(self._questions)

    def field_asked(self, answer: str) -> str | None:
        """The field whose question stands in an earlier answer."""
        folded = fold(answer)
        found = [(folded.rfind(text), field) for field, text in self._questions.items() if text in folded]
        return max(found)[1] if found else None

    def option_value(self, field: str, reply: str) -> Any:
        """The value behind an option's label, or None when the reply is no such label."""
        if field not in self._questions:
            return None
        said = fold(reply).strip(" .!?")
        for label, value in self.options(field):
            if said == fold(label) or (len(said) > 3 and fuzz.ratio(said, fold(label)) >= _SAME):
                return value
        return None


@lru_cache(maxsize=64)
def _patterns(words: tuple[str, ...]) -> PatternSet:
    return PatternSet(words)


@lru_cache(maxsize=2)
def load_phrases(language: Language) -> Phrases:
    """The packaged phrases of a language."""
    return Phrases(language, read_data("assistant.phrases", f"{language}.yaml"))
