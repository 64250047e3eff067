"""Written examples: files of lines with tabs between their columns."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

Row = TypeVar("Row")


def read_rows(folder: Path, expected: str, read: Callable[[Path, list[str]], Row]) -> list[Row]:
    """Every line of every ``*.tsv`` in a folder, in order. ``read``: file and cells → what the line says.

    Raises:
        ValueError: ``read`` raised one; the message names file and line, and the columns ``expected``.
    """
    rows = []
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            try:
                rows.append(read(path, line.split("\t")))
            except ValueError as error:
                raise ValueError(f"{path}, line {number}: {error}. Expected, with tabs between: {expected}.") from None
    return rows


def digest_of(lines: Iterable[str]) -> str:
    """Changes when a line does; what was learnt from the lines keeps it, so that a test can tell that it is of today."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
