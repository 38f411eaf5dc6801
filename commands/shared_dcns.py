"""Signs of DCNs that two configured sources count: one may be a copy of the other, its data center left as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import combinations

from collectors.errors import GarbagePage
from collectors.mapping import MetricMap, RequestLeaf
from commands.options import Configuration
from commands.signs import Sign, warning
from store.leases import lease_name
from store.port import Store

MOST_SIGNS = 20


def shared_signs(chosen: Configuration, store: Store) -> Iterator[Sign]:
    """One for each pair of configured sources that count requests of the same product and step in the same DCN."""
    counted: dict[str, set[RequestLeaf]] = {source.id: set() for source in chosen.settings.sources}
    with store.reading() as reader:
        known = [status.source for status in reader.sources()]
    for source in known:
        if lease_name(source.id) in counted:
            series = store.resume(source.id).series
            counted[lease_name(source.id)] |= requests(series, chosen.mapping, source.data_center)
    yield from _signs(counted)


def requests(series: Iterable[str], mapping: MetricMap, data_center: str) -> set[RequestLeaf]:
    """What the counters of a source count in DCNs; those that fit the catalog no more are left out."""
    found: set[RequestLeaf] = set()
    for one in series:
        with suppress(GarbagePage):
            leaf = mapping.leaf(one, data_center)
            if isinstance(leaf, RequestLeaf) and leaf.dcn:
                found.add(leaf)
    return found


def _signs(counted: Mapping[str, set[RequestLeaf]]) -> Iterator[Sign]:
    told = 0
    for (one, its), (other, theirs) in combinations(counted.items(), 2):
        places = sorted({(leaf.data_center, leaf.dcn) for leaf in its & theirs})
        if not places or told == MOST_SIGNS:
            continue
        told += 1
        center, dcn = places[0]
        more = f" ({len(places)} DCNs in all)" if len(places) > 1 else ""
        text = f"duplicate: sources {one} and {other} both count {dcn} of {center}{more}"
        fix = "two processes of one DCN: nothing to do; else give one of them its own data_center, or remove it"
        yield warning("source", text, fix)
