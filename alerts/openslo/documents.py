"""One document of a file: a single object, or a list of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from alerts.openslo.alerting import read_condition, read_policy, read_target
from alerts.openslo.fields import Gathered, Section, noun
from alerts.openslo.findings import Weight
from alerts.openslo.indicators import read_sli
from alerts.openslo.metadata import read_metadata
from alerts.openslo.model import DataSource, Kind, OpenSlo, Place, Reference, Service
from alerts.openslo.slos import read_slo
from alerts.openslo.tree import Listing, Node, Scalar, Table

API_VERSION = "openslo/v1"


@dataclass(frozen=True, slots=True)
class Declared:
    """One object of a file. ``value`` is None when it cannot be used; its name counts all the same.

    ``references``: what it needs, in itself and in what stands inside it.
    """

    kind: Kind
    name: str
    place: Place
    references: tuple[Reference, ...]
    value: OpenSlo | None


def read_document(node: Node, gathered: Gathered) -> Iterator[Declared]:
    """Every object of one document; defects go to ``gathered``."""
    for item in node.items if isinstance(node, Listing) else (node,):
        if not isinstance(item, Table):
            gathered.error(
                item.line, "", f"an object is a mapping with apiVersion, kind, metadata, spec; found {noun(item)}"
            )
            continue
        gathered.objects += 1
        made = _object(Section(gathered, item, ""))
        if made is not None:
            yield made


def _object(section: Section) -> Declared | None:
    gathered = section.gathered
    defects, references = len(gathered.findings), len(gathered.references)
    kind = _kind(section)
    if kind is None:
        return None
    value = _READERS[kind](section)
    section.close()
    broken = any(each.weight is Weight.ERROR for each in gathered.findings[defects:])
    name = value.metadata.name if value else _name_of(section)
    if name is None:
        return None
    needs = tuple(gathered.references[references:])
    return Declared(kind, name, section.place("metadata"), needs, None if broken else value)


def _kind(section: Section) -> Kind | None:
    """What an object is; None when that is unknown, or when it is of another version, whose fields are others."""
    version = section.text("apiVersion", required=True)
    word = section.choice("kind", tuple(Kind), required=True)
    if version is not None and version != API_VERSION:
        section.error("apiVersion", f"{version[:40]!r} is not read here; only {API_VERSION} is")
        return None
    return Kind(word) if word else None


def _name_of(section: Section) -> str | None:
    """Name of an object that is broken elsewhere: what refers to it is not in the wrong."""
    node = section.node("metadata")
    if not isinstance(node, Table):
        return None
    return next((e.value.text for e in node.entries if e.key == "name" and isinstance(e.value, Scalar)), None)


def _data_source(section: Section) -> DataSource | None:
    metadata = read_metadata(section)
    spec = section.section("spec", required=True)
    if spec is None:
        return None
    description, source_type = spec.description(), spec.text("type", required=True)
    connection = spec.anything("connectionDetails")
    if not spec.has("connectionDetails"):
        spec.error("connectionDetails", "is missing; say how to reach it, such as url: https://...")
    spec.close()
    if metadata is None or source_type is None:
        return None
    return DataSource(metadata, section.place(), description, source_type, connection)


def _service(section: Section) -> Service | None:
    metadata = read_metadata(section)
    spec = section.section("spec")
    description = spec.description() if spec else ""
    if spec is not None:
        spec.close()
    return Service(metadata, section.place(), description) if metadata else None


_READERS: Mapping[Kind, Callable[[Section], OpenSlo | None]] = {
    Kind.DATA_SOURCE: _data_source,
    Kind.SERVICE: _service,
    Kind.SLI: read_sli,
    Kind.SLO: read_slo,
    Kind.ALERT_POLICY: read_policy,
    Kind.ALERT_CONDITION: read_condition,
    Kind.ALERT_NOTIFICATION_TARGET: read_target,
}
