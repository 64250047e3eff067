"""Learns a phrase network (``phrase_network.py``), from a start at the packaged embedder's vectors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from assistant.features import NEXT_TURN
from assistant.phrase_network import DIMENSIONS, PhraseNetwork, pieces_of
from knowledge.embedding import packaged_pieces

_EPOCHS: Final = 11
_BATCH: Final = 64
_POOL: Final = 1024
"""Texts of about one length go in one batch, chosen from so many."""
_RATE: Final = 0.005
_RATE_OF_PIECES: Final = 0.0025
_STEEPEST: Final = 1.0
_START_LENGTH: Final = 3.0
_LEFT_OUT: Final = 0.05
_UNFLAGGED: Final = 0.15
"""Of the texts, so many learn without their flags, or the network would only repeat these."""
_SELDOM: Final = -3.0
_REORDERED: Final = 0.25
"""Of the texts, so many are learnt with their sentences in another order: people tell their story in any."""
_SENTENCE: Final = re.compile(r"(?<=[.!?;])\s+")


def learn(texts: Sequence[str], flags: np.ndarray, truths: np.ndarray, seed: int) -> PhraseNetwork:
    """``flags``: texts × flags, ``truths``: texts × labels, both 0 or 1. On one thread half an hour for 26,000 texts."""
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    network = _fresh(flags.shape[1], truths.shape[1])
    told = [_in_sentences(text) for text in texts]
    rest = [weight for name, weight in network.named_parameters() if name != "pieces.weight"]
    rates = [_RATE, _RATE_OF_PIECES]
    groups = [{"params": rest, "lr": rates[0]}, {"params": [network.pieces.weight], "lr": rates[1]}]
    optimizer = torch.optim.AdamW(groups, weight_decay=1e-4)
    steps = _EPOCHS * -(-len(texts) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=steps, pct_start=0.2)
    for _ in range(_EPOCHS):
        for chosen in _batches([sum(map(len, sentences)) for sentences in told], dice):
            rows = [_retold(told[at], dice) for at in chosen]
            kept = torch.from_numpy(dice.random((len(chosen), 1)) > _UNFLAGGED)
            logits = network(_padded(rows, network.nothing), torch.from_numpy(flags[chosen]).float() * kept)
            loss = binary_cross_entropy_with_logits(logits, torch.from_numpy(truths[chosen]).float())
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), _STEEPEST)
            optimizer.step()
            schedule.step()
    return PhraseNetwork.stored(network.arrays())


def _fresh(flags: int, labels: int) -> PhraseNetwork:
    """Starts at the embedder's vectors of its pieces in fewer dimensions (their principal components), of one typical length."""
    vectors = packaged_pieces()[1]
    vectors = vectors - vectors.mean(axis=0)
    _, _, components = np.linalg.svd(vectors, full_matrices=False)
    fewer = vectors @ components[:DIMENSIONS].T
    start = np.asarray(fewer / np.linalg.norm(fewer, axis=1).mean() * _START_LENGTH, dtype=np.float32)
    network = PhraseNetwork(len(start), flags, labels)
    network.pieces.weight.data[: len(start)] = torch.from_numpy(start)
    nn.init.zeros_(network.flags.weight)
    nn.init.constant_(network.flags.bias, _SELDOM)
    return network


def _in_sentences(text: str) -> list[list[int]]:
    """The pieces of each sentence; what is said in turns, where a later one may correct an earlier one, is one."""
    sentences = [text] if NEXT_TURN in text else _SENTENCE.split(text)
    return [pieces_of(sentence)[0] for sentence in sentences if sentence.strip()] or [pieces_of(text)[0]]


def _retold(sentences: Sequence[list[int]], dice: np.random.Generator) -> list[int]:
    """A text's pieces with some left out, and now and then its sentences in another order."""
    order = dice.permutation(len(sentences)) if dice.random() < _REORDERED else range(len(sentences))
    pieces = [piece for at in order for piece in sentences[at]]
    return [piece for piece in pieces if dice.random() > _LEFT_OUT] or pieces


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
