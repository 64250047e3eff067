"""The same message, told less neatly: made on the fly, always the same for the same text and seed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final

TYPO_EVERY: Final = 4
_SHORTEST: Final = 4
_NEIGHBOURS: Final = {
    "q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "rty", "y": "tuh", "u": "yij", "i": "uok", "o": "ipl",
    "p": "ol", "a": "qsz", "s": "adw", "d": "sfe", "f": "dgr", "g": "fht", "h": "gjy", "j": "hku", "k": "jli",
    "l": "kop", "z": "asx", "x": "zdc", "c": "xfv", "v": "cgb", "b": "vhn", "n": "bjm", "m": "nk",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def typos(text: str, seed: str) -> str | None:
    """One slip of the fingers in every four words: letters swapped, left out, doubled or beside the right key.

    After the noise of Belinkov & Bisk, "Synthetic and natural noise both break neural machine
    translation" (ICLR 2018). First letters stay, as they mostly do with people; words under four
    letters and words with digits stay too. None where no word can carry a slip.
    """
    words = list(re.finditer(r"\S+", text))
    able = [match for match in _WORD.finditer(text) if len(match[0]) >= _SHORTEST]
    wanted = min(max(1, round(len(words) / TYPO_EVERY)), len(able))
    if not wanted:
        return None
    generator = random.Random(f"typos:{seed}")
    chosen = {match.start() for match in generator.sample(able, wanted)}
    return _WORD.sub(lambda match: _slip(match[0], generator) if match.start() in chosen else match[0], text)


def _slip(word: str, generator: random.Random) -> str:
    at = generator.randrange(1, len(word) - 1)
    kind = generator.choice(("swap", "drop", "double", "neighbour"))
    if kind == "swap" and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "neighbour" and word[at].lower() in _NEIGHBOURS:
        return word[:at] + generator.choice(_NEIGHBOURS[word[at].lower()]) + word[at + 1 :]
    return word[: at + 1] + word[at] + word[at + 1 :]


def lower_case(text: str, _seed: str) -> str | None:
    """No capitals, as on a phone. None where there were none."""
    lowered = text.lower()
    return lowered if lowered != text else None


def other_order(text: str, seed: str) -> str | None:
    """The sentences in another order. None where there is only one."""
    sentences = [piece for piece in _SENTENCE.split(text.strip()) if piece]
    if len(set(sentences)) < 2:
        return None
    generator = random.Random(f"order:{seed}")
    shuffled = sentences
    while shuffled == sentences:
        shuffled = generator.sample(sentences, len(sentences))
    return " ".join(shuffled)


PERTURBATIONS: Final[dict[str, Callable[[str, str], str | None]]] = {
    "typos": typos,
    "lower_case": lower_case,
    "order": other_order,
}
