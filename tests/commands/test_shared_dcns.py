"""Two sources that count the same DCN are told by `check`; the same names elsewhere, and without DCNs, are not."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from commands.options import configuration
from commands.shared_dcns import shared_signs
from store.memory import MemoryStore
from store.records import Batch, Read, Source

ROOT = Path(__file__).resolve().parents[2]


def counter(dcn: str) -> str:
    """A request counter as a page shows it, without a data center of its own."""
    return f'lending_requests_total{{dcn="{dcn}",outcome="ok",product="weilidai",step="apply",traffic="customer"}}'


def told(tmp_path: Path, sources: dict[str, tuple[str, tuple[str, ...]]]) -> list[str]:
    """Lines about sources: id -> data center and DCNs that its counters name."""
    config = tmp_path / "control-center.yaml"
    lines = [
        f"  - {{id: {name}, kind: exposition, data_center: {center}, url: 'http://127.0.0.1:{n}/metrics'}}\n"
        for n, (name, (center, _)) in enumerate(sources.items(), 1)
    ]
    config.write_text(f"catalog: {ROOT}/config/catalog.yaml\nsources:\n{''.join(lines)}")
    store = MemoryStore()
    for name, (center, dcns) in sources.items():
        store.register(Source(name, "exposition", center, 1000), 0)
        series = (*map(counter, dcns), "lending_bad_loan_ratio")
        store.commit(Batch(name, 0, (Read(1, collected=True),), new_series=series))
    chosen = configuration(argparse.Namespace(config=config, data=tmp_path))
    return [sign.text for sign in shared_signs(chosen, store)]


@pytest.mark.parametrize(
    ("two", "said"),
    [
        (("dc1", ("n1", "n2", "n3")), ["duplicate: sources one and two both count n1 of dc1 (2 DCNs in all)"]),
        (("dc1", ("n2", "n9")), ["duplicate: sources one and two both count n2 of dc1"]),
        (("dc2", ("n1", "n2")), []),
        (("dc1", ("n9",)), []),
        (("dc1", ("",)), []),
    ],
)
def test_sources_that_count_the_same_dcn_are_told(
    tmp_path: Path, two: tuple[str, tuple[str, ...]], said: list[str]
) -> None:
    """A copied line whose data center was left as it was; a source that is in the store alone counts for nobody."""
    assert told(tmp_path, {"one": ("dc1", ("n1", "n2", "")), "two": two}) == said
