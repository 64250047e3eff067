"""Dutch or English: by the small words that every sentence has."""

from __future__ import annotations

from functools import lru_cache

from assistant.patterns import fold
from assistant.vocabulary import read_data
from knowledge.models import Language


@lru_cache(maxsize=1)
def _marker_words() -> dict[str, frozenset[str]]:
    return {language: frozenset(words) for language, words in read_data("assistant.lexicon", "languages.yaml").items()}


def language_scores(text: str) -> dict[str, int]:
    """Marker words of each known language in a text."""
    words = fold(text).replace("'", " ").replace(",", " ").replace(".", " ").replace("?", " ").split()
    return {language: sum(word in markers for word in words) for language, markers in _marker_words().items()}


def detect_language(texts: list[str], otherwise: Language = "nl") -> Language:
    """The language of a conversation: the last message that shows one decides."""
    for text in reversed(texts):
        scores = language_scores(text)
        if scores["nl"] != scores["en"]:
            return "nl" if scores["nl"] > scores["en"] else "en"
    return otherwise


def is_foreign(text: str) -> bool:
    """Clearly another language than Dutch or English."""
    scores = language_scores(text)
    other = max(score for language, score in scores.items() if language not in {"nl", "en"})
    return other >= 3 and other > 1.5 * max(scores["nl"], scores["en"])
