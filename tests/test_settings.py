"""Configuration files: what is accepted, and how each defect is named."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from lending.estate import load_estate
from settings import SettingsError, load_catalog, load_settings
from slo.outcomes import Kind
from store.records import Level

CONFIG = Path(__file__).resolve().parent.parent / "config"

GOOD = """\
data: var
sources:
  - {id: dc1, kind: exposition, data_center: dc1, url: "http://127.0.0.1:8101/metrics"}
"""


def problems(tmp_path: Path, text: str) -> list[str]:
    """Every defect of a configuration text, without the path before the line number."""
    path = tmp_path / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    return [str(problem).removeprefix(f"{path}") for problem in caught.value.problems]


def test_the_shipped_configuration_is_accepted() -> None:
    """Six data centers, read once a second."""
    settings = load_settings(CONFIG / "control-center.yaml")
    assert [source.id for source in settings.sources] == ["dc1", "dc2", "dc3", "dc4", "dc5", "dc6"]
    assert settings.states.policy().degraded_burn == Fraction(864)
    assert settings.retention.retention().seconds[Level.DAY] is None


@pytest.mark.parametrize(("interval", "hours"), [(1, 2), (5, 10), (14, 28), (15, 48), (60, 48)])
def test_slots_are_kept_as_the_shortest_interval_makes_sense_of(tmp_path: Path, interval: int, hours: int) -> None:
    """Two hours when looking each second, two days at the usual scrape interval and above."""
    path = tmp_path / "settings.yaml"
    other = (
        '  - {id: dc2, kind: exposition, data_center: dc2, url: "http://127.0.0.1:1/metrics", interval_seconds: 60}\n'
    )
    path.write_text(GOOD.replace('/metrics"}', f'/metrics", interval_seconds: {interval}}}') + other)
    assert load_settings(path).kept().seconds[Level.SLOT] == hours * 3600


def test_written_retention_wins_over_what_follows_from_intervals(tmp_path: Path) -> None:
    """Every level that is ever pruned can be set."""
    path = tmp_path / "settings.yaml"
    path.write_text(GOOD + "retention: {slots_hours: 7, minutes_days: 40, hours_days: 800}\n")
    kept = {Level.SLOT: 7 * 3600, Level.MINUTE: 40 * 86400, Level.HOUR: 800 * 86400, Level.DAY: None}
    assert load_settings(path).kept().seconds == kept


def test_the_shipped_catalog_is_accepted() -> None:
    """Objectives are exact and a credit refusal is a good event."""
    catalog = load_catalog(CONFIG / "catalog.yaml")
    assert catalog.objective.target == Fraction(99999, 100000)
    assert catalog.outcomes.kind("business_reject") is Kind.GOOD
    assert catalog.outcomes.kind("never heard of") is Kind.BAD


def test_the_catalog_names_the_products_of_the_reference_estate() -> None:
    """What the estate sells and what the wall shows are two files that must agree."""
    catalog = load_catalog(CONFIG / "catalog.yaml")
    estate = load_estate(CONFIG / "estate.yaml")
    assert [product.id for product in catalog.products] == [product.id for product in estate.products]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD + "datta: x\n", ":4: datta: Extra inputs are not permitted (found 'x')"),
        (GOOD.replace("http://127", "htp://127"), ":3: sources.0.url: String should match pattern"),
        (GOOD.replace("kind: exposition, ", ""), ":3: sources.0: Unable to extract tag using discriminator 'kind'"),
        (
            GOOD + "server: {port: 99999}\n",
            ":4: server.port: Input should be less than or equal to 65535 (found 99999)",
        ),
        (GOOD + "data: other\n", ":4: data: is given twice; keep one"),
        ("data: [\n", ":2: not YAML: "),
        ("- 1\n", ":1: must be a mapping of keys to values"),
        ("", ":1: must be a mapping of keys to values"),
        (GOOD + "a: &x 1\nb: *x\n", ":5: YAML aliases (*x) are not accepted; write the value out"),
    ],
)
def test_a_defect_is_named_with_line_and_field(tmp_path: Path, text: str, expected: str) -> None:
    """One clear line: what, where and, where it is not plain, how to fix it."""
    assert problems(tmp_path, text)[0].startswith(expected)


def test_every_defect_is_named_not_only_the_first(tmp_path: Path) -> None:
    """`check` prints them all."""
    found = problems(tmp_path, GOOD + "server: {port: -1}\ndemo: 7\n")
    assert len(found) == 2


def test_one_page_read_by_two_sources_is_refused(tmp_path: Path) -> None:
    """Its events would be counted twice; a data center may have many targets."""
    second = '  - {id: other, kind: exposition, data_center: dc1, url: "http://127.0.0.1:8101/metrics"}\n'
    assert "counted twice" in problems(tmp_path, GOOD + second)[0]


def test_direct_and_prometheus_sources_do_not_share_a_store(tmp_path: Path) -> None:
    """Both would see the same events."""
    second = '  - {id: prom, kind: prometheus, job: lending, url: "http://127.0.0.1:9090"}\n'
    assert "count the same events twice" in problems(tmp_path, GOOD + second)[0]


def test_a_source_id_is_used_once(tmp_path: Path) -> None:
    """Ids are what the store and the wall go by."""
    second = '  - {id: dc1, kind: exposition, data_center: dc2, url: "http://127.0.0.1:1/metrics"}\n'
    assert "give each source its own id" in problems(tmp_path, GOOD + second)[0]


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    """No traceback for a wrong path."""
    with pytest.raises(SettingsError, match="No such file or directory"):
        load_settings(tmp_path / "none.yaml")


@pytest.mark.parametrize("objective", ['"100"', '"1e2"', "five nines", '"-1"', '"99,9"'])
def test_a_bad_objective_is_named_where_it_stands(tmp_path: Path, objective: str) -> None:
    """The line is that of the objective, not of the file."""
    path = tmp_path / "catalog.yaml"
    text = (CONFIG / "catalog.yaml").read_text(encoding="utf-8").replace('"99.999"', objective, 1)
    path.write_text(text, encoding="utf-8")
    line = next(number for number, content in enumerate(text.splitlines(), 1) if content.startswith("objective"))
    with pytest.raises(SettingsError) as caught:
        load_catalog(path)
    assert str(caught.value).startswith(f"{path}:{line}: objective: objective ")


def test_an_unknown_time_zone_is_refused(tmp_path: Path) -> None:
    """Days would begin at the wrong hour."""
    path = tmp_path / "catalog.yaml"
    text = (CONFIG / "catalog.yaml").read_text(encoding="utf-8").replace("Asia/Shanghai", "Asia/Shanghigh")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="time zone 'Asia/Shanghigh' is not known"):
        load_catalog(path)


def test_an_outcome_means_one_thing(tmp_path: Path) -> None:
    """Good and bad at once would be neither."""
    path = tmp_path / "catalog.yaml"
    text = (CONFIG / "catalog.yaml").read_text(encoding="utf-8").replace("bad: [system_error]", "bad: [ok]")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="'ok' is listed 2 times"):
        load_catalog(path)
