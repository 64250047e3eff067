"""Learns a phrase network (``phrase_network.py``) with torch, from a start at the packaged embedder's vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from assistant.phrase_network import WINDOWS, PhraseNetwork, pieces_of
from knowledge.embedding import packaged_pieces

_DIMENSIONS: Final = 128
_FILTERS: Final = 128
_EPOCHS: Final = 16
_BATCH: Final = 64
_POOL: Final = 1024
"""Texts of about one length go in one batch, chosen from so many."""
_RATE: Final = 0.005
_RATE_OF_PIECES: Final = 0.0025
_START_LENGTH: Final = 3.0
_DROPPED: Final = 0.35
_DROPPED_OF_PIECES: Final = 0.2
_LEFT_OUT: Final = 0.05
_UNFLAGGED: Final = 0.15
"""Of the texts, so many learn without their flags, or the network would only repeat these."""
_SELDOM: Final = -3.0
_NOT_THERE: Final = -1e4


class _Network(nn.Module):
    def __init__(self, start: np.ndarray, flags: int, labels: int) -> None:
        super().__init__()
        self.nothing = len(start)
        self.pieces = nn.Embedding(self.nothing + 1, _DIMENSIONS, padding_idx=self.nothing)
        self.pieces.weight.data[: self.nothing] = torch.from_numpy(start)
        self.windows = [nn.Conv1d(_DIMENSIONS, _FILTERS, size, padding=size // 2) for size in WINDOWS]
        self.reader = nn.ModuleList(self.windows)
        self.attention = nn.Linear(_FILTERS * len(WINDOWS), labels, bias=False)
        self.value = nn.Linear(_FILTERS * len(WINDOWS), labels, bias=False)
        self.flags = nn.Linear(flags, labels)
        nn.init.zeros_(self.flags.weight)
        nn.init.constant_(self.flags.bias, _SELDOM)
        self.dropout, self.dropout_of_pieces = nn.Dropout(_DROPPED), nn.Dropout(_DROPPED_OF_PIECES)

    def forward(self, pieces: Tensor, flags: Tensor) -> Tensor:
        """Pieces (texts × longest, padded) and flags (texts × flags) → logits (texts × labels)."""
        vectors = self.dropout_of_pieces(self.pieces(pieces)).transpose(1, 2)
        heard = self.dropout(torch.cat([window(vectors).relu() for window in self.windows], dim=1).transpose(1, 2))
        looks = self.attention(heard).masked_fill((pieces == self.nothing)[..., None], _NOT_THERE).softmax(dim=1)
        spoken: Tensor = (looks * self.value(heard)).sum(dim=1) + self.flags(flags)
        return spoken

    def arrays(self) -> dict[str, np.ndarray]:
        found: dict[str, Tensor] = {
            "pieces": self.pieces.weight[: self.nothing],
            "filters": torch.cat([window.bias for window in self.windows if window.bias is not None]),
            "attention": self.attention.weight.T,
            "value": self.value.weight.T,
            "flags": self.flags.weight.T,
            "bias": self.flags.bias,
        }
        for window, size in zip(self.windows, WINDOWS, strict=True):
            found[f"window{size}"] = window.weight.permute(2, 1, 0).reshape(size * _DIMENSIONS, _FILTERS)
        return {name: array.detach().numpy() for name, array in found.items()}


def learn(texts: Sequence[str], flags: np.ndarray, truths: np.ndarray, seed: int) -> PhraseNetwork:
    """``flags``: texts × flags, ``truths``: texts × labels, both 0 or 1. A minute for 6,000 texts."""
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    network = _Network(_start(), flags.shape[1], truths.shape[1])
    ids = [pieces_of(text)[0] for text in texts]
    rest = [weight for name, weight in network.named_parameters() if name != "pieces.weight"]
    rates = [_RATE, _RATE_OF_PIECES]
    groups = [{"params": rest, "lr": rates[0]}, {"params": [network.pieces.weight], "lr": rates[1]}]
    optimizer = torch.optim.AdamW(groups, weight_decay=1e-4)
    steps = _EPOCHS * -(-len(texts) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=steps, pct_start=0.2)
    for _ in range(_EPOCHS):
        for chosen in _batches([len(row) for row in ids], dice):
            rows = [[piece for piece in ids[at] if dice.random() > _LEFT_OUT] or ids[at] for at in chosen]
            kept = torch.from_numpy(dice.random((len(chosen), 1)) > _UNFLAGGED)
            logits = network(_padded(rows, network.nothing), torch.from_numpy(flags[chosen]).float() * kept)
            loss = binary_cross_entropy_with_logits(logits, torch.from_numpy(truths[chosen]).float())
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return PhraseNetwork(network.arrays())


def _start() -> np.ndarray:
    """The embedder's vectors of its pieces in fewer dimensions (their principal components), of one typical length."""
    vectors = packaged_pieces()[1]
    vectors = vectors - vectors.mean(axis=0)
    _, _, components = np.linalg.svd(vectors, full_matrices=False)
    fewer = vectors @ components[:_DIMENSIONS].T
    return np.asarray(fewer / np.linalg.norm(fewer, axis=1).mean() * _START_LENGTH, dtype=np.float32)


def _padded(rows: Sequence[list[int]], nothing: int) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [nothing] * (longest - len(row)) for row in rows])


def _batches(lengths: Sequence[int], dice: np.random.Generator) -> list[np.ndarray]:
    """Every text once, in batches of about one length, in any order."""
    order = dice.permutation(len(lengths))
    pools = np.split(order, range(_POOL, len(order), _POOL))
    ordered = np.concatenate([pool[np.argsort([lengths[at] for at in pool], kind="stable")] for pool in pools])
    batches = np.split(ordered, range(_BATCH, len(ordered), _BATCH))
    return [batches[at] for at in dice.permutation(len(batches))]
