"""How a command refuses: one clear line, exit code 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class CommandError(Exception):
    """Bad input; the text is the line that the user reads and says what to do next."""


@contextmanager
def refusing(*causes: type[Exception]) -> Iterator[None]:
    """Turns a room's own refusal into the command's."""
    try:
        yield
    except BrokenPipeError:
        raise  # an OSError, but nobody's refusal: the reader of our output has seen enough
    except causes as error:
        raise CommandError(" ".join(str(error).split())) from error
