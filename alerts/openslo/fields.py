"""Typed reading of one mapping: every wrong, missing or unknown field is named, and reading goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path

from alerts.openslo.durations import UNITS, Duration
from alerts.openslo.findings import Finding, Weight
from alerts.openslo.model import Kind, Place, Reference
from alerts.openslo.tree import Entry, Listing, Node, Scalar, Table, Type, is_true, plain

LONGEST_NAME = 63
LONGEST_DESCRIPTION = 1050
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?")
_SHOWN = 40
_NOUNS = {Listing: "a list", Table: "a mapping"}
_TYPE_NOUNS = {
    Type.TEXT: "text",
    Type.WHOLE: "a number",
    Type.DECIMAL: "a number",
    Type.FLAG: "true or false",
    Type.NULL: "nothing",
    Type.TIME: "a date",
}


class Gathered:
    """What reading one file has brought: findings, and references whose names must exist."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.references: list[Reference] = []
        self.objects = 0

    def error(self, line: int, field: str, message: str) -> None:
        """Names a defect."""
        self.findings.append(Finding(self.file, line, field, message))

    def warning(self, line: int, field: str, message: str) -> None:
        """Names a trap."""
        self.findings.append(Finding(self.file, line, field, message, Weight.WARNING))


class Section:
    """A mapping being read. A null counts as absent; ``close`` names the fields that nobody asked for.

    ``line``: that of its key, where it has one.
    """

    def __init__(self, gathered: Gathered, table: Table, path: str, line: int = 0) -> None:
        self.gathered, self.path, self.begin = gathered, path, line or table.line
        self._entries: dict[str, Entry] = {}
        self._asked: list[str] = []
        for entry in table.entries:
            if entry.key in self._entries:
                gathered.error(entry.line, self.at(entry.key), "is given twice; keep one")
            else:
                self._entries[entry.key] = entry

    def at(self, name: str) -> str:
        """Path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def line(self, name: str) -> int:
        """Line of a field's key, else where the mapping begins."""
        entry = self._entries.get(name)
        return entry.line if entry else self.begin

    def place(self, name: str = "") -> Place:
        """Where a field, or the mapping, stands."""
        return Place(self.gathered.file, self.line(name), self.at(name) if name else self.path)

    def error(self, name: str, message: str) -> None:
        """Names a defect of a field."""
        self.gathered.error(self.line(name), self.at(name), message)

    def warning(self, name: str, message: str) -> None:
        """Names a trap of a field."""
        self.gathered.warning(self.line(name), self.at(name), message)

    def written(self, name: str) -> bool:
        """Whether the key stands there, be it with nothing behind it."""
        return name in self._entries

    def has(self, name: str) -> bool:
        """Whether a field has a value."""
        return self._node(name) is not None

    def node(self, name: str, *, required: bool = False) -> Node | None:
        """The value of a field; a required one that is absent is named."""
        if name not in self._asked:
            self._asked.append(name)
        found = self._node(name)
        if found is None and required:
            self.error(name, "is missing")
        return found

    def text(self, name: str, *, required: bool = False, longest: int | None = None) -> str | None:
        """A text that is not empty."""
        found = self._scalar(name, {Type.TEXT}, "text", required=required)
        if found is None:
            return None
        if required and not found.text.strip():
            self.error(name, "is empty; write a text")
            return None
        if longest is not None and len(found.text) > longest:
            self.error(name, f"has {len(found.text)} characters; at most {longest} are allowed")
            return None
        return found.text

    def description(self) -> str:
        """``description``, at most 1050 characters."""
        return self.text("description", longest=LONGEST_DESCRIPTION) or ""

    def name(self, field: str, *, required: bool = False) -> str | None:
        """A name after RFC 1123."""
        found = self.text(field, required=required)
        if found is None:
            return None
        if len(found) > LONGEST_NAME:
            self.error(field, f"has {len(found)} characters; a name has at most {LONGEST_NAME} (RFC 1123)")
            return None
        if not _NAME.fullmatch(found):
            self.error(
                field,
                f"{found!r} is not a name of RFC 1123: use a-z, 0-9 and -, begin and end with a letter or digit",
            )
            return None
        return found

    def reference(self, field: str, kind: Kind, *, required: bool = False, optional: bool = False) -> Reference | None:
        """A name of another object; whether that exists is seen when all files are read."""
        found = self.name(field, required=required)
        if found is None:
            return None
        made = Reference(kind, found, self.place(field), optional)
        self.gathered.references.append(made)
        return made

    def choice(self, name: str, choices: Iterable[str], *, required: bool = False) -> str | None:
        """One of a few words."""
        known = tuple(choices)
        node = self.node(name, required=required)
        if node is None:
            return None
        if isinstance(node, Scalar) and node.text in known:
            return node.text
        self.error(name, f"{_shown(node)} is not one of {', '.join(known)}{_meant(node, known)}")
        return None

    def flag(self, name: str) -> bool | None:
        """true or false."""
        found = self._scalar(name, {Type.FLAG}, "true or false")
        return None if found is None else is_true(found)

    def number(self, name: str, *, required: bool = False) -> Fraction | None:
        """A number, exact."""
        found = self._scalar(name, {Type.WHOLE, Type.DECIMAL}, "a number", required=required)
        if found is None:
            return None
        if not _NUMBER.fullmatch(found.text):
            self.error(name, f"{_shown(found)} is not a plain number; write digits, such as 0.999")
            return None
        return Fraction(Decimal(found.text))

    def duration(self, name: str, *, required: bool = False, zero: bool = False) -> Duration | None:
        """duration-shorthand. ``zero``: 0m is allowed."""
        found = self.text(name, required=required)
        if found is None:
            return None
        made = Duration.parse(found)
        if made is None:
            seconds = " (OpenSLO v1 has no seconds)" if re.fullmatch(r"[0-9]+s", found) else ""
            self.error(name, f"{found[:_SHOWN]!r} is not a duration{seconds}; write a number and {UNITS}: 30d")
            return None
        if made.count == 0 and not zero:
            self.error(name, f"{found!r} lasts nothing; write a positive number and {UNITS}")
            return None
        return made

    def section(self, name: str, *, required: bool = False) -> Section | None:
        """A mapping inside this one."""
        node = self.node(name, required=required)
        return None if node is None else self._opened(node, self.at(name), self.line(name))

    def sections(self, name: str, *, required: bool = False, named: str = "") -> list[Section]:
        """A list of mappings; a required one is not empty. ``named``: plain text is read as a mapping of this key, for
        earlier drafts of v1 listed names alone."""
        node = self.node(name, required=required)
        if node is None:
            return []
        if not isinstance(node, Listing):
            self.error(name, f"must be a list, found {noun(node)}; begin each item with -")
            return []
        if required and not node.items:
            self.error(name, "is an empty list; give at least one item")
        items = [self._as_mapping(each, f"{self.at(name)}[{i}]", named) for i, each in enumerate(node.items)]
        opened = (self._opened(each, f"{self.at(name)}[{i}]", each.line) for i, each in enumerate(items))
        return [each for each in opened if each is not None]

    def anything(self, name: str) -> object:
        """Whatever stands there, as plain values."""
        node = self.node(name)
        if node is None:
            return None
        self._repeated(node, self.at(name))
        return plain(node)

    def entries(self) -> Iterator[tuple[str, Node, int]]:
        """Every key with its value and line, for mappings whose keys are free."""
        for entry in self._entries.values():
            self._asked.append(entry.key)
            yield entry.key, entry.value, entry.line

    def exactly_one(self, *names: str, why: str) -> str | None:
        """Which of several fields is given; none or more than one is named."""
        given = [name for name in names if self.has(name)]
        if len(given) == 1:
            return given[0]
        found = "none is given" if not given else f"{' and '.join(given)} are given"
        self.gathered.error(
            self.line(given[-1]) if given else self.begin,
            self.path,
            f"needs exactly one of {', '.join(names)} and {found}; {why}",
        )
        return None

    def close(self) -> None:
        """Names every field that is not part of this mapping."""
        for name, entry in self._entries.items():
            if name not in self._asked:
                close = get_close_matches(name, self._asked, n=1)
                hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(self._asked)}"
                self.gathered.error(entry.line, self.at(name[:_SHOWN]), f"is not a field of OpenSLO v1 here; {hint}")

    def _node(self, name: str) -> Node | None:
        entry = self._entries.get(name)
        if entry is None or (isinstance(entry.value, Scalar) and entry.value.type is Type.NULL):
            return None
        return entry.value

    def _scalar(self, name: str, types: set[Type], wanted: str, *, required: bool = False) -> Scalar | None:
        node = self.node(name, required=required)
        if node is None:
            return None
        if isinstance(node, Scalar) and node.type in types:
            return node
        quote = ""
        if isinstance(node, Scalar):
            quote = "; put it in quotes" if Type.TEXT in types else "; take the quotes away, or write a plain value"
        self.error(name, f"must be {wanted}, found {noun(node)} ({_shown(node)}){quote}")
        return None

    def _as_mapping(self, node: Node, path: str, named: str) -> Node:
        if not named or not isinstance(node, Scalar) or node.type is not Type.TEXT:
            return node
        self.gathered.warning(node.line, path, f"is read as {named}: {node.text[:40]}; write that")
        return Table(node.line, (Entry(node.line, named, node),))

    def _opened(self, node: Node, path: str, line: int) -> Section | None:
        if isinstance(node, Table):
            return Section(self.gathered, node, path, line)
        self.gathered.error(line, path, f"must be a mapping, found {noun(node)} ({_shown(node)})")
        return None

    def _repeated(self, node: Node, path: str) -> None:
        """Names keys given twice inside a free value."""
        if isinstance(node, Listing):
            for i, item in enumerate(node.items):
                self._repeated(item, f"{path}[{i}]")
        elif isinstance(node, Table):
            inner = Section(self.gathered, node, path)
            for entry in inner._entries.values():
                self._repeated(entry.value, inner.at(entry.key))


def noun(node: Node) -> str:
    """What a value is, in words."""
    return _TYPE_NOUNS[node.type] if isinstance(node, Scalar) else _NOUNS[type(node)]


def _shown(node: Node) -> str:
    """A value as a message may quote it: one short line."""
    if not isinstance(node, Scalar):
        return f"{len(node.items if isinstance(node, Listing) else node.entries)} items"
    return repr(node.text if len(node.text) <= _SHOWN else f"{node.text[:_SHOWN]}...")


def _meant(node: Node, known: tuple[str, ...]) -> str:
    if not isinstance(node, Scalar):
        return ""
    lower = {word.lower(): word for word in known}
    close = get_close_matches(node.text[:_SHOWN].lower(), list(lower), n=1)
    return f"; did you mean {lower[close[0]]}?" if close else ""
