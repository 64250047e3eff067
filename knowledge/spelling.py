"""Mends slips of the keyboard in a question, towards words that the indexed texts use.

Only a word that nobody knows is mended, and only where one slip (a letter too many, too few, wrong, or two
swapped: Damerau 1964) makes it a word that they do have. Of several the most used one is taken.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from knowledge.analysis import fold, words

_SHORTEST: Final = 4
_WORD: Final = re.compile(rf"[^\W\d_]{{{_SHORTEST},}}")


class Speller:
    """Mends towards the words of some texts, and towards ``right``: words that people use though no text has them."""

    def __init__(self, texts: Iterable[str], right: Collection[str] = ()) -> None:
        self._known = Counter(word for text in texts for word in words(text))
        self._known.update(fold(word) for word in right)
        self._near: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in self._known:
            if len(word) >= _SHORTEST:
                self._near[word[0], len(word)].append(word)
        self._mend = lru_cache(maxsize=10_000)(self._nearest)

    def mend(self, text: str) -> str:
        """The text with its slips mended; all else stays as it is."""
        return _WORD.sub(lambda found: self._mend(found[0]), text)

    def _nearest(self, word: str) -> str:
        folded = fold(word)
        if folded in self._known:
            return word
        lengths = range(len(folded) - 1, len(folded) + 2)
        # A slip in the first letter is rare, and looking everywhere is slow.
        near = (known for length in lengths for known in self._near[folded[0], length])
        one_off = [known for known in near if OSA.distance(folded, known, score_cutoff=1) <= 1]
        return max(one_off, key=lambda known: (self._known[known], known), default=word)
