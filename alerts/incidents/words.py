"""Words and templates of incidents, as data beside this module: one set per language."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from string import Template
from types import MappingProxyType
from zoneinfo import ZoneInfo

import yaml

from alerts.incidents.model import Incident
from alerts.incidents.radius import area_of
from alerts.model import Level, Subject
from slo.catalog import Catalog

FOLDER = Path(__file__).with_name("texts")
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Words:
    """One language: words by key, and the template of a post-mortem. Raises KeyError for a word that is not there."""

    language: str
    words: Mapping[str, str]
    postmortem: Template

    def __call__(self, key: str, **values: object) -> str:
        """The words of a key, with ``{name}`` replaced by the values."""
        return self.words[key].format(**values) if values else self.words[key]


@lru_cache(maxsize=len(LANGUAGES))
def words_of(language: str) -> Words:
    """The words of ``zh`` or ``en``."""
    words = yaml.safe_load((FOLDER / f"words.{language}.yaml").read_text(encoding="utf-8"))
    template = Template((FOLDER / f"postmortem.{language}.md").read_text(encoding="utf-8"))
    return Words(language, MappingProxyType(words), template)


@dataclass(frozen=True, slots=True)
class Names:
    """Names of products and data centers by id, each by language; the zone that times are printed in."""

    products: Mapping[str, Mapping[str, str]]
    data_centers: Mapping[str, Mapping[str, str]]
    zone: str

    @classmethod
    def of(cls, catalog: Catalog) -> Names:
        """As the catalog has them."""
        return cls(
            {p.id: p.names for p in catalog.products}, {d.id: d.names for d in catalog.data_centers}, catalog.zone
        )

    def product(self, id: str, language: str) -> str:
        """The product's name; its id when the catalog does not know it."""
        return self.products.get(id, {}).get(language, id)

    def data_center(self, id: str, language: str) -> str:
        """The data center's name; its id when the catalog does not know it."""
        return self.data_centers.get(id, {}).get(language, id)

    def time(self, at_ms: int) -> str:
        """Local time to the millisecond with its offset: ``2026-11-21 22:03:18.300 +08:00``."""
        local = datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(ZoneInfo(self.zone))
        offset = local.strftime("%z")
        return f"{local:%Y-%m-%d %H:%M:%S}.{at_ms % 1000:03d} {offset[:3]}:{offset[3:]}"


def titles(incident: Incident, names: Names) -> dict[str, str]:
    """What failed, in the names that people use, by language."""
    parts = {area_of(subject) for subject in incident.subjects}  # few, however many alerts speak of them
    wide = [(area, *_breadth(area, parts)) for area in incident.areas]
    found = {}
    for language in LANGUAGES:
        words = words_of(language)
        found[language] = words("between").join(_area_title(*each, names, words) for each in wide)
    return found


def title(incident: Incident, names: Names, language: str) -> str:
    """The title in one language."""
    return titles(incident, names)[language]


def _breadth(area: Subject, known: Collection[Subject]) -> tuple[int, int]:
    """Of how many products and of how many data centers parts of an area failed."""
    parts = [part for part in known if area.holds(part)]
    products = {part.product for part in parts if part.product}
    return len(products), len({part.data_center for part in parts if part.data_center})


def _area_title(area: Subject, products: int, places: int, names: Names, words: Words) -> str:
    key, values = f"area.{area.level.value}", _values(area, names, words.language)
    if area.level is Level.PRODUCT and places:
        return words(f"{key}.places", places=places, **values)
    if area.level is Level.DATA_CENTER and products > 1:
        return words(f"{key}.products", products=products, **values)
    return words(key, **values)


def _values(area: Subject, names: Names, language: str) -> dict[str, str]:
    return {
        "product": names.product(area.product, language),
        "data_center": names.data_center(area.data_center, language),
        "dcn": area.dcn,
        "other": area.other,
    }
