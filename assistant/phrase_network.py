"""A small convolutional network that reads phrases: which labels do the words of a text state, and where?

Pieces of words get vectors, windows of three and of five pieces are read by filters, and each label
looks with attention of its own for the windows that speak of it (CNN with label-wise attention:
Mullenbach et al. 2018, "Explainable Prediction of Medical Codes"). Learnt with torch
(``phrase_training.py``); read here with numpy, in a millisecond.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from knowledge.embedding import packaged_pieces

WINDOWS: Final = (3, 5)
_LONGEST: Final = 200
_ARRAYS: Final = ("pieces", *(f"window{size}" for size in WINDOWS), "filters", "attention", "value", "flags", "bias")


class PhraseNetwork:
    """Scores (logits) of labels for a text and its flags: what rules read in it."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        """``arrays``: pieces p×d, window<k> (k·d)×f, filters f·windows, attention and value (f·windows)×labels,
        flags flags×labels, bias labels.
        """
        self._of = {name: np.ascontiguousarray(arrays[name], dtype=np.float32) for name in _ARRAYS}

    def arrays(self) -> dict[str, np.ndarray]:
        """What to store: half precision is enough."""
        return {name: array.astype(np.float16) for name, array in self._of.items()}

    def scores(self, text: str, flags: np.ndarray) -> np.ndarray:
        """One logit per label."""
        return np.asarray(_spoken(self, text)[1].sum(axis=0) + flags @ self._of["flags"] + self._of["bias"])

    def spoken_by(self, text: str, spans: Sequence[tuple[int, int]], label: int) -> list[float]:
        """How much each span of a text speaks for a label."""
        starts, spoken = _spoken(self, text)
        return [float(spoken[(starts >= start) & (starts < end), label].sum()) for start, end in spans]

    def read(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Where each piece starts (n), and what it says for each label (n × labels)."""
        ids, starts = pieces_of(text)
        vectors = self._of["pieces"][ids]
        windows = [_windows(vectors, size) @ self._of[f"window{size}"] for size in WINDOWS]
        heard = np.maximum(np.concatenate(windows, axis=1) + self._of["filters"], 0)
        looks = heard @ self._of["attention"]
        looks = np.exp(looks - looks.max(axis=0))
        return np.array(starts), looks / looks.sum(axis=0) * (heard @ self._of["value"])


@lru_cache(maxsize=64)
def _spoken(network: PhraseNetwork, text: str) -> tuple[np.ndarray, np.ndarray]:
    """Remembered: scores and words are asked of the same message."""
    return network.read(text)


def pieces_of(text: str) -> tuple[list[int], list[int]]:
    """The pieces of a text, at least one, and where each starts."""
    encoded = packaged_pieces()[0].encode(text, add_special_tokens=False)
    starts = [start for start, _ in encoded.offsets[:_LONGEST]]
    return (encoded.ids[:_LONGEST], starts) if starts else ([0], [0])


def _windows(vectors: np.ndarray, size: int) -> np.ndarray:
    """Each vector with its neighbours, nothing beyond the ends: n × d → n × (size · d)."""
    length, reach = len(vectors), size // 2
    padded = np.pad(vectors, ((reach, reach), (0, 0)))
    return np.concatenate([padded[at : at + length] for at in range(size)], axis=1)
