"""How our commands beside Locust refuse their arguments: one line that says what to do next, exit code 2."""

from __future__ import annotations

import argparse
from typing import NoReturn

REFUSED = 2


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        """Ends the command."""
        self.exit(REFUSED, f"error: {' '.join(message.split())}; {self.prog} --help\n")
