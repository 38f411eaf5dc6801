"""Command lines of files for operation, read by the program's own options."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence

from app import COMMANDS


def understood(words: Sequence[str]) -> argparse.Namespace:
    """What the program makes of ``serve --port 1``; fails for a command or an option that it does not know."""
    name = words[0]
    assert name in COMMANDS, f"no command {name!r}"
    module = importlib.import_module(f"commands.{name.replace('-', '_')}")
    parser = argparse.ArgumentParser(prog=name, exit_on_error=False)
    module.configure(parser)
    return parser.parse_args(list(words[1:]))
