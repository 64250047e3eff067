"""Train and test: weights and thresholds are fitted on the one and reported on the other."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Final, Literal

from eval.cases import Case

Split = Literal["train", "test"]
TRAIN_SHARE: Final = 0.4


def position(root: str) -> float:
    """A case's place between 0 and 1, which never changes: the SHA-256 of its (root) id."""
    return int.from_bytes(hashlib.sha256(root.encode()).digest()[:8], "big") / 2**64


def split(cases: Iterable[Case], train_share: float = TRAIN_SHARE) -> dict[str, Split]:
    """Each case's side, by id.

    Within each kind the stories with the lowest hashes are train, so that every kind is split in the
    same proportion and a case that is added moves at most one other. A case that retells another's
    story (``variant_of``) goes where that one goes, or the story would leak.
    """
    by_kind: dict[str, set[str]] = defaultdict(set)
    listed = list(cases)
    kind_of_root = {case.id: case.kind.value for case in listed}
    for case in listed:
        by_kind[kind_of_root.get(case.root, case.kind.value)].add(case.root)
    train: set[str] = set()
    for roots in by_kind.values():
        ordered = sorted(roots, key=position)
        train.update(ordered[: int(len(ordered) * train_share + 0.5)])
    return {case.id: "train" if case.root in train else "test" for case in listed}
