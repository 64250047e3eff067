"""Places abroad in a text, and words for what comes from there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from assistant.patterns import any_of, fold
from assistant.vocabulary import read_data
from knowledge.models import LANGUAGES


class Foreign:
    """Finds countries and cities abroad, and words such as 'Deense', in Dutch and in English.

    They need a capital ('Porto', 'the US'), or a text that has none at all, unless they are everyday words too.
    """

    def __init__(self, classes: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        both, exceptions = [classes[language] for language in LANGUAGES], classes["abroad"]
        self._everyday, not_abroad = frozenset(map(fold, exceptions["with_capital"])), set(exceptions["not_abroad"])
        self._places = self._names({word for words in both for name in ("land", "stad") for word in words[name]} - not_abroad)
        self._adjectives = self._names([word for words in both for word in words["landse"]])

    def places(self, text: str) -> list[tuple[int, int]]:
        return self._find(self._places, text)

    def adjectives(self, text: str) -> list[tuple[int, int]]:
        return self._find(self._adjectives, text)

    def _find(self, regex: re.Pattern[str], text: str) -> list[tuple[int, int]]:
        without_capitals = text == text.lower()
        return [
            match.span()
            for match in regex.finditer(fold(text))
            if any(letter.isupper() for letter in text[match.start() : match.end()])
            or (without_capitals and match[0] not in self._everyday)
        ]

    @staticmethod
    def _names(names: Iterable[str]) -> re.Pattern[str]:
        """Names only: 'het buitenland' and 'foreign' say by themselves what they are."""
        written = [name for name in names if any(letter.isupper() for letter in name)]
        return re.compile(rf"(?<![\w-]){any_of(written)}(?![\w-])")


@lru_cache(maxsize=1)
def foreign() -> Foreign:
    return Foreign(read_data("assistant.lexicon", "classes.yaml"))
