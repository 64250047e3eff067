"""Fits the ranking's weights on the training split.

The ranking is a weighted sum of parts between 0 and 1, so the chance that an expected instrument
comes first can be written as a softmax over the candidates (a conditional logit, McFadden 1974):

    loss = − mean over cases of log Σ_{expected} exp(s_i / T) / Σ_j exp(s_j / T) + λ‖w − w₀‖²

with weights ≥ 0, minimised by L-BFGS-B. Of the acceptable instruments nothing is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import minimize

from assistant.advisor import Advisor
from assistant.models import Message
from assistant.ranking import PARTS, Weights
from eval.cases import Case, Kind

_TEMPERATURE: Final = 0.05
_PULL: Final = 0.02
_LARGEST: Final = 3.0


@dataclass(frozen=True)
class Example:
    """One case: the parts of every candidate (n × parts), and which of them are expected."""

    case: str
    parts: np.ndarray
    expected: np.ndarray
    neutral: np.ndarray


@dataclass(frozen=True)
class Fit:
    weights: dict[str, float]
    loss_before: float
    loss_after: float
    recall_before: float
    recall_after: float
    examples: int


def examples(cases: Sequence[Case], advisor: Advisor) -> list[Example]:
    """The candidates of each case that expects a recommendation."""
    found = []
    for case in cases:
        wanted = {*case.expected, *case.expected_any}
        if case.kind is not Kind.RECOMMEND or not wanted or not case.question:
            continue
        ranked = advisor.candidates([Message(role="user", content=case.question)])
        parts = np.array([[entry.parts[name] for name in PARTS] for entry in ranked])
        expected = np.array([entry.instrument.id in wanted for entry in ranked])
        neutral = np.array([entry.instrument.id in case.acceptable for entry in ranked]) & ~expected
        if expected.any():
            found.append(Example(case.id, parts, expected, neutral))
    return found


def fit(training: Sequence[Example], weights: Weights) -> Fit:
    """The best weights near the present ones.

    Raises:
        ValueError: there is nothing to fit on.
    """
    if not training:
        raise ValueError("No case of the training split expects a recommendation; there is nothing to fit on.")
    present = np.array([getattr(weights, name) for name in PARTS])
    best = minimize(_loss, present, args=(training, present), method="L-BFGS-B", bounds=[(0.0, _LARGEST)] * len(PARTS), jac=False)
    scaled = best.x / max(best.x[0], 1e-6) if best.x[0] > 0 else best.x
    return Fit(
        weights={name: round(float(value), 3) for name, value in zip(PARTS, scaled, strict=True)},
        loss_before=_loss(present, training, present), loss_after=float(best.fun),
        recall_before=recall(training, present), recall_after=recall(training, best.x), examples=len(training),
    )  # fmt: skip


def recall(training: Sequence[Example], weights: np.ndarray, k: int = 3) -> float:
    """Share of expected instruments in the first ``k``."""
    shares = []
    for example in training:
        order = np.argsort(-(example.parts @ weights), kind="stable")[:k]
        shares.append(example.expected[order].sum() / min(k, example.expected.sum()))
    return float(np.mean(shares))


def _loss(weights: np.ndarray, training: Sequence[Example], present: np.ndarray) -> float:
    total = 0.0
    for example in training:
        scores = example.parts @ weights / max(weights.sum(), 1e-9) / _TEMPERATURE
        scores = scores[~example.neutral]
        expected = example.expected[~example.neutral]
        scores = scores - scores.max()
        chances = np.exp(scores)
        total -= np.log(chances[expected].sum() / chances.sum() + 1e-12)
    return float(total / len(training) + _PULL * np.sum((weights - present) ** 2))
