"""The console command: the assistant's commands, and those that measure it.

It stands here because imports point one way: the evaluation knows the assistant, not the reverse.
"""

from __future__ import annotations

import os
import sys

from assistant.cli import app, err


def main() -> None:
    """``instrumentwijzer``: run a command; interruptions and closed pipes end it quietly."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        app()
    except KeyboardInterrupt:
        err.print("Stopped.")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
