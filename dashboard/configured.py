"""What is configured, as plain text without secrets, and from where: handed in by the command that serves it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from access.rights import SHIPPED, RolePolicy


class Origin(StrEnum):
    """Where a value comes from."""

    OWN = "own"
    """A file of this installation."""
    SHIPPED = "shipped"
    """A file that came with the program."""
    DEFAULT = "default"
    """Nothing is written: the program's own value."""


@dataclass(frozen=True, slots=True)
class Item:
    """One value. ``key``: dots between its parts; ``value``: redacted text; ``line``: None for a default. ``is_set``:
    of a name of an environment variable, whether the process that serves has it; None for anything else."""

    key: str
    value: str
    origin: Origin
    line: int | None = None
    is_set: bool | None = None


@dataclass(frozen=True, slots=True)
class ConfiguredFile:
    """One file of the configuration. ``name``: what it is about; ``path``: as it was found."""

    name: str
    path: str
    origin: Origin
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Configured:
    """Everything that a process was started with. ``store``: where counts are, without user or password."""

    files: tuple[ConfiguredFile, ...] = ()
    store: str = ""
    schema_revision: str = ""
    data: str = ""
    demo: bool = False
    started_ms: int | None = None
    roles: RolePolicy = SHIPPED


NOTHING = Configured()
