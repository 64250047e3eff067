"""A small recurrent network that reads phrases: which labels do the words of a text state, and where?

Pieces of words get vectors, filters read windows of three and of five of them, a recurrent layer reads
these from both sides, so that it knows whose trade and whose wish a phrase tells of, and each label looks
with attention of its own for the places that speak of it (label-wise attention: Mullenbach et al. 2018,
"Explainable Prediction of Medical Codes"; recurrent over convolutions: Lai et al. 2015, "Recurrent
Convolutional Neural Networks for Text Classification"). Learnt by ``phrase_training.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from knowledge.embedding import packaged_pieces

DIMENSIONS: Final = 128
_WINDOWS: Final = (3, 5)
_FILTERS: Final = 128
_STATE: Final = 128
_DROPPED: Final = 0.35
_DROPPED_OF_PIECES: Final = 0.2
_LONGEST: Final = 400
_NOT_THERE: Final = -1e4


class PhraseNetwork(nn.Module):
    """Scores (logits) of labels for a text and its flags: what rules read in it."""

    def __init__(self, pieces: int, flags: int, labels: int) -> None:
        super().__init__()
        self.nothing = pieces
        self.pieces = nn.Embedding(pieces + 1, DIMENSIONS, padding_idx=pieces)
        self.windows = nn.ModuleList(nn.Conv1d(DIMENSIONS, _FILTERS, size, padding=size // 2) for size in _WINDOWS)
        self.context = nn.GRU(_FILTERS * len(_WINDOWS), _STATE, batch_first=True, bidirectional=True)
        self.attention = nn.Linear(2 * _STATE, labels, bias=False)
        self.value = nn.Linear(2 * _STATE, labels, bias=False)
        self.flags = nn.Linear(flags, labels)
        self.dropout, self.dropout_of_pieces = nn.Dropout(_DROPPED), nn.Dropout(_DROPPED_OF_PIECES)

    @classmethod
    def stored(cls, arrays: Mapping[str, np.ndarray]) -> Self:
        """The network of which ``arrays()`` gave these."""
        labels, flags = arrays["flags.weight"].shape
        network = cls(len(arrays["pieces.weight"]) - 1, flags, labels)
        network.load_state_dict({name: torch.from_numpy(array.astype(np.float32)) for name, array in arrays.items()})
        return network.eval()

    def arrays(self) -> dict[str, np.ndarray]:
        """What to store: half precision is enough."""
        return {name: weights.numpy().astype(np.float16) for name, weights in self.state_dict().items()}

    def spoken(self, pieces: Tensor) -> Tensor:
        """Pieces (texts × longest, padded) → what each says for each label (texts × longest × labels)."""
        there = pieces != self.nothing
        vectors = self.dropout_of_pieces(self.pieces(pieces)).transpose(1, 2)
        phrases = self.dropout(torch.cat([window(vectors).relu() for window in self.windows], dim=1).transpose(1, 2))
        packed = pack_padded_sequence(phrases, there.sum(dim=1), batch_first=True, enforce_sorted=False)
        heard, _ = pad_packed_sequence(self.context(packed)[0], batch_first=True, total_length=pieces.shape[1])
        heard = self.dropout(heard)
        looks = self.attention(heard).masked_fill(~there[..., None], _NOT_THERE).softmax(dim=1)
        spoken: Tensor = looks * self.value(heard)
        return spoken

    def forward(self, pieces: Tensor, flags: Tensor) -> Tensor:
        """Pieces (texts × longest, padded) and flags (texts × flags) → logits (texts × labels)."""
        scores: Tensor = self.spoken(pieces).sum(dim=1) + self.flags(flags)
        return scores

    def scores(self, text: str, flags: np.ndarray) -> np.ndarray:
        """One logit per label."""
        with torch.inference_mode():
            of_flags = self.flags(torch.from_numpy(flags).float()).numpy()
        return np.asarray(_read(self, text)[1].sum(axis=0) + of_flags)

    def spoken_by(self, text: str, spans: Sequence[tuple[int, int]], label: int) -> list[float]:
        """How much each span of a text speaks for a label."""
        starts, spoken = _read(self, text)
        return [float(spoken[(starts >= start) & (starts < end), label].sum()) for start, end in spans]


@lru_cache(maxsize=256)
def _read(network: PhraseNetwork, text: str) -> tuple[np.ndarray, np.ndarray]:
    """Where each piece of a text starts (n), and what it says for each label (n × labels).

    Remembered: each turn reads the messages of the conversation again.
    """
    ids, starts = pieces_of(text)
    with torch.inference_mode():
        return np.array(starts), network.spoken(torch.tensor([ids]))[0].numpy()


def pieces_of(text: str) -> tuple[list[int], list[int]]:
    """The pieces of a text, at least one, and where each starts."""
    encoded = packaged_pieces()[0].encode(text, add_special_tokens=False)
    starts = [start for start, _ in encoded.offsets[:_LONGEST]]
    return (encoded.ids[:_LONGEST], starts) if starts else ([0], [0])
