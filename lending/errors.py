"""What the reference estate refuses, by cause.

EstateError
|- BadEstate         the estate file does not say what it must, with file, line and field
|- PortTaken         somebody else listens there already
|- DataUnwritable    the data folder cannot be created or written
|- DataBusy          another process of the same data center owns the folder
|- TruthDamaged      the truth log cannot be read back
|- BooksUnavailable  the books cannot be reached or did not answer in time
`- DetailGone        the truth of that stretch is only known as a total
"""

from __future__ import annotations

from pathlib import Path


class EstateError(Exception):
    """Anything the reference estate refuses, in one line for the person who reads it."""


class BadEstate(EstateError):
    """The estate file does not say what it must. ``line`` counts from 1."""

    def __init__(self, file: Path, line: int, field: str, problem: str) -> None:
        super().__init__(f"{file}:{line}: {field}: {problem}")
        self.line = line
        self.field = field


class PortTaken(EstateError):
    """The address cannot be listened on."""

    def __init__(self, host: str, port: int, cause: str) -> None:
        super().__init__(f"cannot listen on {host}:{port}: {cause}; choose another port or stop what listens there")


class DataUnwritable(EstateError):
    """The data folder cannot be created or written."""

    def __init__(self, folder: Path, cause: str) -> None:
        super().__init__(f"data folder {folder}: {cause}")


class DataBusy(EstateError):
    """Another living process owns the data folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"data folder {folder}: another process of this data center is using it")


class TruthDamaged(EstateError):
    """A truth segment cannot be read back although it was finished."""

    def __init__(self, file: Path, problem: str) -> None:
        super().__init__(f"truth {file}: {problem}")


class BooksUnavailable(EstateError):
    """The books cannot be reached, or gave no answer in time: what became of the request is unknown."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"books: {cause}")


class DetailGone(EstateError):
    """The truth of that stretch is only kept as a total."""

    def __init__(self, asked: int, oldest: int) -> None:
        super().__init__(f"truth after {asked} is gone; detail begins after {oldest}")
