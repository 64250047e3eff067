"""The page's own words, as data. A text or a variable that is missing is an error, never a blank."""

from __future__ import annotations

import string
from functools import lru_cache
from typing import Any

from assistant.phrases import Phrases, load_phrases
from assistant.vocabulary import read_data
from knowledge.models import LANGUAGES, Language

_MONTHS_AT = "dates.months"


class MissingTextError(LookupError):
    """A text that ``texts.yaml`` does not have, or a variable that it needs and was not given."""


class Texts:
    """One language's texts: ``texts("composer.label")``."""

    def __init__(self, language: Language, data: dict[str, Any], phrases: Phrases) -> None:
        self.language = language
        self.phrases = phrases
        self._data = data

    def __call__(self, key: str, /, **variables: object) -> str:
        """A text, filled in.

        Raises:
            MissingTextError: no such text, or a variable that is not given.
        """
        node = self._node(key)
        if not isinstance(node, str):
            raise MissingTextError(f"'{key}' in texts.yaml ({self.language}) is no text.")
        missing = {name for _, name, _, _ in string.Formatter().parse(node) if name} - set(variables)
        if missing:
            raise MissingTextError(f"The text '{key}' ({self.language}) needs {sorted(missing)}.")
        return node.format(**variables)

    def count(self, key: str, number: int) -> str:
        """The singular or the plural of a text: the keys ``one`` and ``many`` below ``key``."""
        return self(f"{key}.{'one' if number == 1 else 'many'}", n=number)

    def several(self, key: str) -> tuple[str, ...]:
        """A list of texts.

        Raises:
            MissingTextError: no such list.
        """
        node = self._node(key)
        if not isinstance(node, list):
            raise MissingTextError(f"'{key}' in texts.yaml ({self.language}) is no list.")
        return tuple(str(item) for item in node)

    def number(self, value: int) -> str:
        """A whole number with its thousands apart."""
        return f"{value:,}".replace(",", "." if self.language == "nl" else ",")

    def date(self, as_of: str) -> str:
        """A (partial) date in words: '2024-12-17' → '17 december 2024'."""
        parts = as_of.split("-")
        if not all(part.isdigit() for part in parts):
            return self("dates.unknown")
        if len(parts) == 1:
            return parts[0]
        month = self.several(_MONTHS_AT)[int(parts[1]) - 1]
        return f"{month} {parts[0]}" if len(parts) == 2 else f"{int(parts[2])} {month} {parts[0]}"

    def _node(self, key: str) -> Any:
        node: Any = self._data
        for part in key.split("."):
            try:
                node = node[part]
            except (KeyError, TypeError):
                raise MissingTextError(f"There is no text '{key}' in texts.yaml ({self.language}).") from None
        return node


@lru_cache(maxsize=len(LANGUAGES))
def load_texts(language: Language) -> Texts:
    """The packaged texts of a language."""
    return Texts(language, read_data("assistant.web", "texts.yaml")[language], load_phrases(language))
