"""YAML text as a tree that keeps lines, in bounded time and memory.

Built from the parser's events rather than by ``yaml.compose``: aliases, depth and size are refused while they are read,
so that no file, however made, costs more than its first so many nodes.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

MOST_NODES = 20_000
DEEPEST = 50
_MOST_REFUSED = 100
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_EXPONENT = re.compile(r"[+-]?[0-9]{1,30}[eE][+-]?[0-9]{1,9}")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PREFIX = "tag:yaml.org,2002:"
_COLLECTIONS = (None, "!", f"{_PREFIX}map", f"{_PREFIX}seq")


class BadYaml(Exception):
    """Text that is no YAML, or more of it than is read."""

    def __init__(self, line: int, message: str) -> None:
        self.line, self.message = line, message
        super().__init__(f"line {line}: {message}")


class Type(enum.Enum):
    """What a plain scalar is; quoted ones are always text."""

    TEXT = "str"
    WHOLE = "int"
    DECIMAL = "float"
    FLAG = "bool"
    NULL = "null"
    TIME = "timestamp"


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value, as it was written."""

    line: int
    type: Type
    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of nodes."""

    line: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping with its value."""

    line: int
    key: str
    value: Node


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; a key may stand in it more than once, which its reader names."""

    line: int
    entries: tuple[Entry, ...]


Node: TypeAlias = Scalar | Listing | Table


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end was not read yet."""

    line: int
    mapping: bool
    nodes: list[Node] = field(default_factory=list)

    def closed(self) -> Node:
        if not self.mapping:
            return Listing(self.line, tuple(self.nodes))
        pairs = zip(self.nodes[::2], self.nodes[1::2], strict=True)
        return Table(self.line, tuple(_entry(key, value) for key, value in pairs))


def documents(text: str) -> tuple[tuple[Node, ...], tuple[BadYaml, ...]]:
    """Every document of a text that is not empty, and why others cannot be read.

    Behind an error reading goes on with the next line that begins a document (``---``), so that one mistake does not
    hide those of other documents.
    """
    strange = _CONTROL.search(text)
    if strange:
        line = text.count("\n", 0, strange.start()) + 1
        return (), (BadYaml(line, f"holds the control character {strange.group()!r}; take it out"),)
    reading = _Reading([], 0)
    refused: list[BadYaml] = []
    rows, begin = text.split("\n"), 0
    while len(refused) < _MOST_REFUSED:
        problem = _read("\n".join(rows[begin:]), begin, reading)
        if problem is None:
            break
        refused.append(problem)
        following = _next_document(rows, max(problem.line - 1, begin + 1))
        if following is None or reading.count > MOST_NODES:
            break
        begin = following
    return tuple(reading.nodes), tuple(refused)


def plain(node: Node) -> object:
    """The same as dicts, lists, texts, booleans and None; numbers and times stay the text that was written."""
    if isinstance(node, Listing):
        return [plain(item) for item in node.items]
    if isinstance(node, Table):
        return {entry.key: plain(entry.value) for entry in reversed(node.entries)}
    if node.type is Type.FLAG:
        return is_true(node)
    return None if node.type is Type.NULL else node.text


def is_true(node: Scalar) -> bool:
    """What a FLAG says."""
    return node.text.lower() in {"true", "yes", "on"}


@dataclass(slots=True)
class _Reading:
    """Documents of a text so far, and how many values they have."""

    nodes: list[Node]
    count: int


def _read(text: str, before: int, reading: _Reading) -> BadYaml | None:
    """Reads documents that begin ``before`` lines into their file, up to the first that is no YAML."""
    try:
        _trees(text, before, reading)
    except BadYaml as error:
        return error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        return BadYaml(before + line, f"not YAML: {error.problem}{_hint(text, line)}")
    except yaml.YAMLError as error:
        return BadYaml(before + 1, f"not YAML: {' '.join(str(error).split())}")
    return None


def _next_document(rows: list[str], after: int) -> int | None:
    """Index of the first line from ``after`` on that begins a document."""
    return next((i for i in range(after, len(rows)) if re.match(r"---(\s|$)", rows[i])), None)


def _trees(text: str, before: int, reading: _Reading) -> None:
    stack = [_Open(1, False)]
    for event in yaml.parse(text, Loader=_LOADER):
        line = before + event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            raise BadYaml(line, f"YAML aliases (*{event.anchor}) are not accepted; write the value out")
        if isinstance(event, yaml.DocumentEndEvent):
            reading.nodes += (node for node in stack[0].nodes if not _is_null(node))
            stack[0].nodes.clear()
        if not isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
            continue
        reading.count += 1
        if reading.count > MOST_NODES:
            raise BadYaml(line, f"more than {MOST_NODES:,} values; split the file")
        _grow(stack, event, line)


def _grow(stack: list[_Open], event: yaml.Event, line: int) -> None:
    """Adds what one event says to the innermost list or mapping."""
    if isinstance(event, yaml.ScalarEvent):
        stack[-1].nodes.append(_scalar(event, line))
        return
    if isinstance(event, yaml.CollectionEndEvent):
        node = stack.pop().closed()
        stack[-1].nodes.append(node)
        return
    if isinstance(event, yaml.CollectionStartEvent) and event.tag not in _COLLECTIONS:
        raise BadYaml(line, f"tag {event.tag} is not accepted; write a plain value")
    if len(stack) > DEEPEST:
        raise BadYaml(line, f"nested more than {DEEPEST} deep; flatten it")
    stack.append(_Open(line, isinstance(event, yaml.MappingStartEvent)))


def _scalar(event: yaml.ScalarEvent, line: int) -> Scalar:
    tag = event.tag
    if tag in (None, "!"):
        tag = _implied(event.value) if event.implicit[0] else None
    name = str(tag).removeprefix(_PREFIX) if tag else Type.TEXT.value
    if event.implicit[0] and _EXPONENT.fullmatch(event.value):
        name = Type.DECIMAL.value  # YAML 1.1 wants a point in it; YAML 1.2 and JSON do not
    try:
        return Scalar(line, Type(name), event.value)
    except ValueError:
        if name in {"merge", "value"}:  # << and = mean something to YAML 1.1 alone; here they are keys like others
            return Scalar(line, Type.TEXT, event.value)
        raise BadYaml(line, f"tag {tag} is not accepted; write a plain value") from None


def _implied(text: str) -> str | None:
    """The tag that YAML 1.1 reads out of a value without quotes."""
    resolvers = yaml.SafeLoader.yaml_implicit_resolvers
    rows = (*resolvers.get(text[:1], ()), *resolvers.get(None, ()))
    return next((tag for tag, pattern in rows if pattern.match(text)), None)


def _entry(key: Node, value: Node) -> Entry:
    if not isinstance(key, Scalar):
        raise BadYaml(key.line, "a list or mapping cannot be a key; write a name")
    return Entry(key.line, key.text, value)


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.type is Type.NULL


def _hint(text: str, line: int) -> str:
    """What is most often behind an error on this line."""
    rows = text.split("\n", line)
    row = rows[line - 1] if 0 < line <= len(rows) else ""
    indent = row[: len(row) - len(row.lstrip())]
    return "; the line is indented by a tab, use spaces" if "\t" in indent else ""
