"""YAML files read into their models; every defect is named by file, line and field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from configuration.notify import TAGS as CHANNEL_TAGS

LARGEST_FILE_BYTES = 1_000_000
MOST_VALUES = 100_000
DEEPEST = 50
UNION_TAGS = CHANNEL_TAGS | {"exposition", "prometheus"}
"""Kinds of sources and channels: pydantic puts them into the place of a defect, where no file has them."""
Model = TypeVar("Model", bound=BaseModel)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN_TAGS = (None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


@dataclass(frozen=True, slots=True)
class Problem:
    """One defect of a configuration file."""

    file: Path
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{where}: {self.field}: {self.message}" if self.field else f"{where}: {self.message}"


class SettingsError(Exception):
    """A configuration that cannot be used; ``problems`` holds every defect, the text the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        more = f" (and {len(problems) - 1} more; python app.py check lists them)" if len(problems) > 1 else ""
        super().__init__(f"{problems[0]}{more}")


def load(path: Path, model: type[Model]) -> Model:
    """Reads one file as its model. Raises SettingsError with every defect."""
    node = compose(path)
    problems = list(_repeated_keys(path, node))
    if problems:
        raise SettingsError(problems)
    try:
        return model.model_validate(_constructed(path, node))
    except ValidationError as error:
        raise SettingsError([_problem(path, node, dict(detail)) for detail in error.errors()]) from error


def compose(path: Path) -> yaml.Node:
    """The file as nodes that know their lines. Raises SettingsError unless it is one mapping."""
    try:
        node = _composed(path, _text(path))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise SettingsError([Problem(path, line, "", f"not YAML: {error.problem}")]) from error
    except yaml.YAMLError as error:
        raise SettingsError([Problem(path, 0, "", f"not YAML: {' '.join(str(error).split())}")]) from error
    if not isinstance(node, yaml.MappingNode):
        raise SettingsError([Problem(path, 1, "", "must be a mapping of keys to values")])
    return node


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE_BYTES + 1)
        if len(content) > LARGEST_FILE_BYTES:
            raise SettingsError([Problem(path, 0, "", f"larger than {LARGEST_FILE_BYTES} bytes")])
        return content.decode("utf-8")
    except OSError as error:
        raise SettingsError([Problem(path, 0, "", error.strerror or str(error))]) from error
    except UnicodeDecodeError as error:
        raise SettingsError([Problem(path, 0, "", f"not UTF-8 text at byte {error.start}")]) from error


def _composed(path: Path, text: str) -> yaml.Node | None:
    """Nodes of a text whose events were looked at first: what composes them knows no limit of its own."""
    depth = values = 0
    for event in yaml.parse(text, Loader=_LOADER):
        refused = _refused(event)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        values += isinstance(event, yaml.NodeEvent)
        if depth > DEEPEST:
            refused = f"nested more than {DEEPEST} deep; flatten it"
        elif values > MOST_VALUES:
            refused = f"more than {MOST_VALUES:,} values; split it"
        if refused:
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise SettingsError([Problem(path, line, "", refused)])
    return yaml.compose(text, Loader=_LOADER)


def _refused(event: yaml.Event) -> str:
    if isinstance(event, yaml.AliasEvent):
        return f"YAML aliases (*{event.anchor}) are not accepted; write the value out"
    if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag not in _PLAIN_TAGS:
        return f"tag {event.tag} is not accepted; write a plain value"
    return ""


def _constructed(path: Path, node: yaml.Node) -> Any:
    """The values that the nodes mean. Raises SettingsError for what looks like a date or number and is none."""
    try:
        return yaml.SafeLoader("").construct_document(node)
    except (yaml.constructor.ConstructorError, ValueError) as error:
        bad = next(filter(_is_no_value, _scalars(node)), node)
        shown = f"{str(bad.value)[:60]!r} is no value; put quotes around it if it is text"
        problem = shown if isinstance(bad, yaml.ScalarNode) else f"not YAML: {error}"
        raise SettingsError([Problem(path, bad.start_mark.line + 1, "", problem)]) from error


def _is_no_value(node: yaml.Node) -> bool:
    try:
        yaml.SafeLoader("").construct_document(node)
    except (yaml.constructor.ConstructorError, ValueError):
        return True
    return False


def _scalars(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.ScalarNode):
        yield node
        return
    for child in node.value:
        for each in child if isinstance(child, tuple) else (child,):
            yield from _scalars(each)


def _repeated_keys(path: Path, node: yaml.Node) -> Iterator[Problem]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                yield Problem(path, key.start_mark.line + 1, "", "a list or mapping cannot be a key; write a name")
                continue
            name = key.value
            if name in seen:
                yield Problem(path, key.start_mark.line + 1, name, "is given twice; keep one")
            seen.add(name)
            yield from _repeated_keys(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(path, item)


def _problem(path: Path, node: yaml.Node, detail: dict[str, Any]) -> Problem:
    location = tuple(part for part in detail["loc"] if part not in UNION_TAGS)
    message = str(detail["msg"]).removeprefix("Value error, ")
    given = detail.get("input")
    if detail["type"] not in {"missing", "value_error"} and isinstance(given, str | int | float):
        message = f"{message} (found {given!r})"
    return Problem(path, line_of(node, location), ".".join(str(part) for part in location), message)


def line_of(node: yaml.Node, location: tuple[Any, ...]) -> int:
    """Line of the innermost part of a place that is there."""
    line = node.start_mark.line + 1
    for part in location:
        child = _child(node, part)
        if child is None:
            return line
        node = child
        line = node.start_mark.line + 1
    return line


def _child(node: yaml.Node, part: Any) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return _node(node.value[part])
    if isinstance(node, yaml.MappingNode):
        return next((_node(value) for key, value in node.value if key.value == part), None)
    return None


def _node(value: Any) -> yaml.Node | None:
    return value if isinstance(value, yaml.Node) else None
