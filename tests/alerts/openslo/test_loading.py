"""OpenSLO files that are as they should be: the public examples, and a set of our own with every field."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from alerts.openslo.findings import errors, warnings
from alerts.openslo.loading import MOST_FILES, load, load_text
from alerts.openslo.model import Kind, RatioMetric, RawType, Sli, SloDocument, ThresholdMetric, Unknown
from slo.budgeting import Method, Operator

DATA = Path(__file__).resolve().parents[2] / "data" / "openslo"


def slo(name: str) -> SloDocument:
    """One SLO of our own set."""
    return next(each for each in load([DATA / "own.yaml"]).slos if each.metadata.name == name)


def sli(name: str) -> Sli:
    """One SLI of our own set."""
    found = load([DATA / "own.yaml"]).objects
    return next(each for each in found if isinstance(each, Sli) and each.metadata.name == name)


@pytest.mark.parametrize(
    ("file", "objects", "said"),
    [
        ("examples/occurrences.yaml", 1, ["spec is empty"]),
        ("examples/ratio-timeslices.yaml", 1, ["op has no meaning"]),
        ("examples/low-traffic.yaml", 1, ["op has no meaning"]),
        (
            "examples/timeslices.yaml",
            1,
            ["1m makes a calendar window", "budget of 0.3 s", "op has no meaning", "budget of 0.6 s"],
        ),
        ("sdk/alert_conditions.yaml", 2, ["lte alerts while the burn rate is LOW"]),
        ("sdk/alert_notification_targets.yaml", 2, []),
        ("sdk/alert_policies.yaml", 3, ["no AlertCondition", "no AlertNotif", "no AlertNotif", "no AlertCondition"]),
        ("sdk/data_sources.yaml", 2, []),
        ("sdk/services.yaml", 1, []),
        ("sdk/slis.yaml", 4, ["no DataSource"] * 6),
        ("sdk/slos.yaml", 1, ["aggregates counters", "aggregates counters", "op has no meaning"]),
    ],
)
def test_the_public_examples_load_with_these_warnings(file: str, objects: int, said: list[str]) -> None:
    """Nothing in them is an error; their traps are named."""
    found = load([DATA / file])
    assert (found.valid, len(found.objects), found.seen) == (True, objects, objects)
    lines = [f"{each.field.rpartition('.')[2]} {each.message}" for each in warnings(found.findings)]
    assert len(lines) == len(said)
    assert all(part in line for part, line in zip(said, lines, strict=True))


def test_the_public_examples_load_together() -> None:
    """As one folder: references across files are found, what is missing in an unused library only warns."""
    found = load([DATA / "examples", DATA / "sdk"])
    assert found.valid
    assert {each.kind for each in found.declared} == set(Kind)


def test_a_set_with_every_kind_and_field_warns_of_nothing() -> None:
    found = load([DATA / "own.yaml"])
    assert found.findings == ()
    assert {each.kind for each in found.declared} == set(Kind)


def test_targets_are_exact_and_in_the_words_of_the_file() -> None:
    goals = slo("drawdown").goals
    assert [goal.objective.target for goal in goals] == [Fraction(99999, 100000), Fraction(999, 1000)]
    assert [goal.objective.text for goal in goals] == ["99.999", "99.9"]


def test_annotations_of_ours_say_what_v1_cannot() -> None:
    terms = slo("drawdown").terms
    assert (terms.collect_seconds, terms.tiers, terms.excludes_maintenance) == (15, ("fast", "leak"), False)
    assert (terms.unknown, terms.runbook) == (Unknown.BAD, "https://runbooks.example/drawdown")
    assert slo("journey").terms.unknown is Unknown.BOUND


def test_windows_methods_and_slices_are_read() -> None:
    quick = slo("quick-answers")
    goal = quick.goals[0]
    assert quick.window.calendar is not None
    assert (str(quick.window.duration), quick.window.calendar.zone) == ("1Q", "Asia/Shanghai")
    assert (quick.method, goal.operator, goal.value) == (Method.TIMESLICES, Operator.LT, 500)
    assert (goal.slice_target, goal.slice_seconds) == (1, 300)


def test_a_composite_brings_an_indicator_and_a_weight_per_objective() -> None:
    journey = slo("journey")
    assert journey.composite
    assert [goal.weight for goal in journey.goals] == [2, Fraction(1, 2)]
    assert isinstance(journey.goals[1].indicator, Sli)


def test_indicators_are_ratios_raw_shares_or_values() -> None:
    answered, refused, latency = (sli(name).metric for name in ("answered", "refused-share", "latency"))
    assert isinstance(answered, RatioMetric)
    assert isinstance(refused, RatioMetric)
    assert (answered.good, answered.counter, refused.raw_type) == (None, True, RawType.FAILURE)
    assert isinstance(latency, ThresholdMetric)


def test_a_file_that_is_given_twice_is_read_once(tmp_path: Path) -> None:
    shutil.copy(DATA / "own.yaml", tmp_path / "a.yml")
    (tmp_path / "notes.txt").write_text("not read")
    found = load([tmp_path, tmp_path / "a.yml", tmp_path])
    assert (found.valid, len(found.files)) == (True, 1)


def test_json_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    text = '{"apiVersion": "openslo/v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {}}'
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load([tmp_path]).valid


def test_every_path_that_gives_nothing_is_named(tmp_path: Path) -> None:
    """Missing, without files, too many; what can be read is read all the same."""
    empty, many = tmp_path / "empty", tmp_path / "many"
    empty.mkdir()
    many.mkdir()
    for number in range(MOST_FILES + 1):
        (many / f"{number}.yaml").touch()
    found = load([tmp_path / "gone", empty, many, Path("/dev/zero"), DATA / "own.yaml"])
    reasons = [each.message for each in found.unreadable]
    assert [reason.split(" ")[0] for reason in reasons] == ["holds", "holds", "cannot", "is"]
    assert len(found.files) == 1
    assert not found.valid


def test_a_name_may_be_in_two_folders_but_not_twice_in_one(tmp_path: Path) -> None:
    """Collections of examples repeat names."""
    service = "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: a}\nspec: {}\n"
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.yaml").write_text(service)
    apart = load([tmp_path])
    assert apart.valid
    assert "in another folder too" in apart.findings[0].message
    (tmp_path / "one" / "b.yaml").write_text(service)
    together = errors(load([tmp_path / "one"]).findings)
    assert [(each.file.name, each.line, each.field) for each in together] == [("b.yaml", 3, "metadata.name")]


def test_text_can_be_read_without_a_file() -> None:
    """For what is typed into a form."""
    found = load_text("apiVersion: openslo/v1\nkind: Service\nmetadata: {name: A}\n", Path("typed"))
    assert str(found.findings[0]).startswith("typed:3: metadata.name: 'A' is not a name")
