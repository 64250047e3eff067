"""What can go wrong in an evaluation: each message says what is wrong, where, and what to do."""

from __future__ import annotations


class EvaluationError(Exception):
    """The evaluation can't be run as asked."""


class CaseError(EvaluationError):
    """A file of cases (or corrections) is wrong; the message names file, line and field."""


class GateError(EvaluationError):
    """The file of gates, or the stored baseline, is wrong."""
