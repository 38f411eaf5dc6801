"""Every value of a configuration file with the line that says it, redacted; what no line says is a default.

Values are shown as they stand in the file. Secrets stand elsewhere (environment, files), whose names are shown; what
looks like a secret all the same is hidden (``outgoing.redaction``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel

from configuration.reading import compose
from dashboard.configured import ConfiguredFile, Item, Origin
from outgoing.redaction import HIDDEN, Redactor, shown_address

Place = tuple[str | int, ...]

_SECRET_KEY = re.compile(r"(?i)(password|passwd|secret|token|api_?key|routing_?key|signature|bearer|cookie)")
_NAMES_A_PLACE = re.compile(r"(_env|_file|_files)$")
_PLAIN_ADDRESSES = re.compile(r"^(sources\.\d+\.url|probes\.\d+\.url|truth\.[^.]+|(notify|reports)\.base_url)$")
"""Addresses whose path is no secret: what is read, and where we are."""
_HIDDEN_VALUES = re.compile(r"(^|\.)(headers|parameters)\.")


@dataclass(frozen=True, slots=True)
class Shower:
    """Turns values into text that people may see. ``environment``: of the process that serves."""

    redactor: Redactor
    environment: Mapping[str, str]

    def item(self, place: Place, text: str, line: int | None, origin: Origin) -> Item:
        """One value; ``line`` None for a default."""
        key = ".".join(map(str, place))
        is_set = bool(self.environment.get(text)) if text and str(place[-1]).endswith("_env") else None
        return Item(key, _shown(key, text, self.redactor), origin, line, is_set)


def described(name: str, path: Path, model: BaseModel, origin: Origin, shower: Shower) -> ConfiguredFile:
    """A file that was read as a model. Raises SettingsError when it cannot be read any more."""
    written = list(_leaves(compose(path), ()))
    items = [shower.item(place, text, line, origin) for place, text, line in written]
    said = {place for place, _, _ in written}
    rest = _defaults(model.model_dump(mode="json", by_alias=True), ())
    items += [shower.item(place, text, None, Origin.DEFAULT) for place, text in rest if not _is_said(place, said)]
    return ConfiguredFile(name, str(path), origin, tuple(items))


def _is_said(place: Place, said: set[Place]) -> bool:
    """Whether a line says this value, or the whole that it was made from."""
    if any(place[:length] in said for length in range(1, len(place) + 1)):
        return True
    return any(each[: len(place)] == place for each in said)


def _leaves(node: yaml.Node, place: Place) -> Iterator[tuple[Place, str, int]]:
    if isinstance(node, yaml.MappingNode) and node.value:
        for key, value in node.value:
            yield from _leaves(value, (*place, str(key.value)))
        return
    if isinstance(node, yaml.SequenceNode) and any(not isinstance(each, yaml.ScalarNode) for each in node.value):
        for index, value in enumerate(node.value):
            yield from _leaves(value, (*place, index))
        return
    yield place, _text_of(node), node.start_mark.line + 1


def _text_of(node: yaml.Node) -> str:
    if isinstance(node, yaml.SequenceNode):
        return ", ".join(str(each.value) for each in node.value)
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _defaults(value: object, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _defaults(inner, (*place, str(key)))
    elif isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        for index, inner in enumerate(value):
            yield from _defaults(inner, (*place, index))
    elif isinstance(value, list):
        yield place, ", ".join(map(str, value))
    else:
        yield place, _plain(value)


def _plain(value: object) -> str:
    if value is None or value == {}:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(key: str, text: str, redactor: Redactor) -> str:
    last = key.rpartition(".")[2]
    if _NAMES_A_PLACE.search(last):
        return redactor(text)
    if text and (_SECRET_KEY.search(last) or _HIDDEN_VALUES.search(key)):
        return HIDDEN
    if "://" in text:
        return redactor(_address(text)) if not _PLAIN_ADDRESSES.match(key) else _with_path(text, redactor)
    return redactor(text)


def _address(text: str) -> str:
    return shown_address(text) if text.strip() == text and " " not in text else text


def _with_path(url: str, redactor: Redactor) -> str:
    """Scheme, host and path; user and query may be secret."""
    host = shown_address(url).removesuffix(f"/{HIDDEN}")
    parts = urlsplit(url)
    return f"{host}{redactor(parts.path)}{f'?{HIDDEN}' if parts.query else ''}"
