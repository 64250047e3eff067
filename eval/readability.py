"""How easily an answer reads.

Bounds of B1 as this project takes them. Guides for plain Dutch ask for sentences of ten to fifteen
words on average and none that is much longer; the Flesch scale calls 60 to 70 'standard'. Hence:

* a *sentence* is within bounds with at most 20 words and, on average, at most 2.5 syllables per word
  in Dutch (which writes compounds as one word) or 2.2 in English. It gets no Flesch score: that is
  made for samples of a hundred words and says nothing of one short sentence;
* an *answer* of at least 30 words is within bounds with a score of 60 or more;
* no sentence has more than 25 words.

Names that can't be avoided (of instruments and desks) are left out before counting, as WCAG 2.1's
criterion 3.1.5 does with proper names and titles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from eval.text import Place, Sentence, words_of
from knowledge.models import Language

B1_MOST_WORDS: Final = 20
B1_MOST_SYLLABLES_PER_WORD: Final[dict[Language, float]] = {"nl": 2.5, "en": 2.2}
B1_LEAST_FLESCH_OF_ANSWER: Final = 60.0
LONGEST_ALLOWED: Final = 25
_SHORTEST_SCORED: Final = 30
_SHORTEST_WEIGHED: Final = 5

_VOWELS = {
    "nl": re.compile(
        r"aai|ooi|oei|eeu|ieu|auw|ouw|aa|ee|oo|uu|ij|ie|oe|eu|ui|ou|au|ei|ai|oi|[aeiouyàáâèéêëìíîïòóôöùúûü]",
        re.IGNORECASE,
    ),
    "en": re.compile(r"[aeiouy]+", re.IGNORECASE),
}
_SILENT_E = re.compile(r"(?:[^aeiouyl]e|[^aeiouyszxgch]es|[^aeiouydt]ed)$", re.IGNORECASE)


class Weights(NamedTuple):
    base: float
    words_per_sentence: float
    syllables_per_word: float


_FLESCH: Final[dict[Language, Weights]] = {
    "nl": Weights(206.84, 0.93, 77.0),
    "en": Weights(206.835, 1.015, 84.6),
}


def flesch(words: int, sentences: int, syllables: int, language: Language) -> float:
    """Reading ease: higher is easier, 60 to 70 is standard.

    English: 206.835 − 1.015·words/sentence − 84.6·syllables/word (Flesch, "A new readability
    yardstick", Journal of Applied Psychology 32, 1948). Dutch: 206.84 − 0.93·words/sentence −
    0.77·syllables per 100 words (Douma, "De leesbaarheid van landbouwbladen", 1960): the weights
    that the maintained package textstat has for ``nl`` as well.
    """
    weights = _FLESCH[language]
    return weights.base - weights.words_per_sentence * words / sentences - weights.syllables_per_word * syllables / words


def syllables(word: str, language: Language) -> int:
    """Syllables of a word: its groups of vowels. A number or an acronym counts as one."""
    letters = "".join(char for char in word if char.isalpha())
    if not letters or (letters.isupper() and len(letters) > 1):
        return 1
    count = len(_VOWELS[language].findall(letters))
    if language == "en" and count > 1 and _SILENT_E.search(letters):
        count -= 1
    return max(count, 1)


def score(texts: Sequence[str], language: Language) -> float | None:
    """The reading ease of sentences taken together; None where there are too few words to tell."""
    words = [word for text in texts for word in words_of(text)]
    if len(words) < _SHORTEST_SCORED:
        return None
    return flesch(len(words), len(texts), sum(syllables(word, language) for word in words), language)


def without_names(text: str, names: Iterable[str]) -> str:
    """A text without the names that it has to use; the longest go first."""
    for name in sorted(names, key=len, reverse=True):
        if name and name.lower() in text.lower():
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "", text, flags=re.IGNORECASE)
    return text


def is_prose(sentence: Sentence) -> bool:
    """Headings and cells of tables are read at a glance: no sentence to measure."""
    return sentence.place in (Place.PROSE, Place.ITEM)


def within_b1(text: str, language: Language) -> bool:
    """Is one sentence (its names left out) within the bounds above?"""
    words = words_of(text)
    if len(words) > B1_MOST_WORDS:
        return False
    if len(words) < _SHORTEST_WEIGHED:
        return True
    weight = sum(syllables(word, language) for word in words) / len(words)
    return weight <= B1_MOST_SYLLABLES_PER_WORD[language]
