"""Each defect of an OpenSLO file: named by line and field, with the way to fix it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from alerts.openslo.findings import Weight, errors, warnings
from alerts.openslo.loading import Documents

Change = Callable[..., Documents]
TARGET = "    - target: 0.999\n"
WINDOW = "    - duration: 30d\n      isRolling: true\n"
RATIO = "        good:\n          metricSource: {type: Any, spec: {query: a}}\n"
TOTAL = "        total:\n          metricSource: {type: Any, spec: {query: b}}\n"
CALENDAR = "    - duration: 1M\n      calendar: {startTime: 2026-01-01 00:00:00, timeZone: Asia/Shanghai}\n"
OBJECTIVE = "spec.objectives[0]"
METRIC = "spec.indicator.spec.ratioMetric"


def test_nothing_is_said_against_the_sound_set(changed: Change) -> None:
    assert changed().findings == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "part"),
    [
        ("openslo/v1\n", "openslo/v2alpha\n", 1, "apiVersion", "only openslo/v1 is"),
        ("kind: SLO", "kind: Slo", 2, "kind", "did you mean SLO?"),
        ("kind: SLO\n", "", 1, "kind", "is missing"),
        ("  name: sound", "  name: Sound_1", 4, "metadata.name", "RFC 1123"),
        ("  name: sound", f"  name: {'a' * 64}", 4, "metadata.name", "has 64 characters"),
        ("  name: sound", "  name: -a", 4, "metadata.name", "begin and end with"),
        ("  name: sound", "  name: 7", 4, "metadata.name", "put it in quotes"),
        ("{team: sre}", "{team: true}", 5, "metadata.labels.team", "found true or false"),
        ("{team: sre}", "{team: [a, [b]]}", 5, "metadata.labels.team", "found a list"),
        ("{team: sre}", "{_team: sre}", 5, "metadata.labels._team", "is not a label key"),
        ("https://runbooks.example/a", "yes", 7, "", "put it in quotes"),
        ("https://runbooks.example/a", "ftp://x", 7, "", "write https://"),
        ("center.io/runbook", "center.io/runbok", 7, "", "did you mean lending-control-center.io/runbook?"),
        ("lending-control-center.io/runbook", "a b/c", 7, "", "is not an annotation key"),
        ("description: words", f"description: {'x' * 1051}", 9, "spec.description", "at most 1050"),
        ("  service: lending\n", "", 8, "spec.service", "is missing"),
        ("  service: lending\n", "  service: lending\n  servise: a\n", 11, "spec.servise", "did you mean service?"),
        ("    metadata: {name: answered}\n", "", 11, "spec.indicator.metadata", "is missing"),
        ("counter: false", "counter: sometimes", 15, f"{METRIC}.counter", "must be true or false"),
        (RATIO, "", 14, METRIC, "exactly one of good, bad"),
        (RATIO, RATIO + RATIO.replace("good", "bad"), 18, METRIC, "good and bad are given"),
        (TOTAL, "", 14, f"{METRIC}.total", "is missing"),
        (RATIO, RATIO + "        raw: {metricSource: {type: Any, spec: 1}}\n", 18, f"{METRIC}.raw", "cannot stand"),
        (RATIO, RATIO + "        rawType: success\n", 18, f"{METRIC}.rawType", "goes with raw only"),
        ("type: Any, spec: {query: a}", "spec: {query: a}", 17, f"{METRIC}.good.metricSource.type", "is missing"),
        ("type: Any, spec: {query: a}", "type: Any", 17, f"{METRIC}.good.metricSource.spec", "is missing"),
        ("query: a}", "query: a, query: b}", 17, f"{METRIC}.good.metricSource.spec.query", "given twice"),
        ("duration: 30d", "duration: 30s", 21, "spec.timeWindow[0].duration", "has no seconds"),
        ("duration: 30d", "duration: 0d", 21, "spec.timeWindow[0].duration", "lasts nothing"),
        ("duration: 30d", "duration: 30 d", 21, "spec.timeWindow[0].duration", "is not a duration"),
        ("duration: 30d", "duration: 30", 21, "spec.timeWindow[0].duration", "found a number"),
        ("isRolling: true", "isRolling: false", 21, "spec.timeWindow[0].calendar", "is missing"),
        ("      isRolling: true\n", "", 21, "spec.timeWindow[0].isRolling", "is missing"),
        (WINDOW, WINDOW + WINDOW, 20, "spec.timeWindow", "exactly one window"),
        (WINDOW, "    []\n", 20, "spec.timeWindow", "empty list"),
        (WINDOW, CALENDAR + "      isRolling: true\n", 22, "spec.timeWindow[0].calendar", "cannot be given"),
        (WINDOW, CALENDAR.replace("Asia/Shanghai", "Mars/X"), 22, "spec.timeWindow[0].calendar.timeZone", "IANA"),
        (WINDOW, CALENDAR.replace("01-01", "02-30"), 22, "spec.timeWindow[0].calendar.startTime", "YYYY-MM-DD"),
        (WINDOW, CALENDAR.replace(" 00:00:00", "T00:00:00Z"), 22, "spec.timeWindow[0].calendar.startTime", "YYYY"),
        ("budgetingMethod: Occurrences", "budgetingMethod: occurrences", 23, "spec.budgetingMethod", "did you mean"),
        ("  objectives:\n" + TARGET, "  objectives: []\n", 24, "spec.objectives", "empty list"),
        (TARGET, "    - target: 1.0\n", 25, f"{OBJECTIVE}.target", "no budget at all"),
        (TARGET, "    - targetPercent: 100\n", 25, f"{OBJECTIVE}.targetPercent", "no budget at all"),
        (TARGET, "    - target: 99.9\n", 25, f"{OBJECTIVE}.target", "did you mean targetPercent?"),
        (TARGET, "    - target: -0.1\n", 25, f"{OBJECTIVE}.target", "not in [0, 1)"),
        (TARGET, '    - target: "0.9"\n', 25, f"{OBJECTIVE}.target", "take the quotes away"),
        (TARGET, "    - target: .inf\n", 25, f"{OBJECTIVE}.target", "not a plain number"),
        (TARGET, "    - target: 0.9999999999999999999999\n", 25, f"{OBJECTIVE}.target", "more decimals"),
        (TARGET, "    - target: 0.9\n      targetPercent: 90\n", 26, OBJECTIVE, "exactly one of target"),
        (TARGET, "    - displayName: none\n", 25, OBJECTIVE, "none is given"),
        (TARGET, TARGET + "      value: 5\n", 26, f"{OBJECTIVE}.value", "thresholdMetric only"),
        (TARGET, TARGET + "      op: eq\n", 26, f"{OBJECTIVE}.op", "not one of lte, gte, lt, gt"),
        (TARGET, TARGET + "      timeSliceTarget: 0.9\n", 26, f"{OBJECTIVE}.timeSliceTarget", "has no meaning"),
        (TARGET, TARGET + "      timeSliceWindow: 1m\n", 26, f"{OBJECTIVE}.timeSliceWindow", "has no meaning"),
        (TARGET, TARGET + "      compositeWeight: 2\n", 26, f"{OBJECTIVE}.compositeWeight", "composite"),
        (TARGET, "    - 0.999\n", 25, OBJECTIVE, "must be a mapping"),
        ("    - alertPolicyRef: page", "    - 5", 27, "spec.alertPolicies[0]", "must be a mapping"),
        (
            "alertPolicyRef: page",
            "alertPolicyRef: pgae",
            27,
            "spec.alertPolicies[0].alertPolicyRef",
            "did you mean 'pa",
        ),
        ("alertPolicyRef: page", "{}", 27, "spec.alertPolicies[0].alertPolicyRef", "is missing"),
        ("conditionRef: burns", "conditionRef: x", 35, "spec.conditions[0].conditionRef", "no AlertCondition is named"),
        ("targetRef: on-call", "targetRef: x", 37, "spec.notificationTargets[0].targetRef", "no AlertNotificationT"),
        ("    - conditionRef: burns\n", "    - conditionRef: burns\n" * 2, 34, "spec.conditions", "allows 1"),
        ("  conditions:\n    - conditionRef: burns\n", "", 32, "spec.conditions", "is missing"),
        ("alertWhenBreaching: true", "alertWhenBreaching: maybe", 33, "spec.alertWhenBreaching", "true or false"),
        ("  severity: page\n", "", 42, "spec.severity", "is missing"),
        ("threshold: 2", "threshold: two", 46, "spec.condition.threshold", "must be a number"),
        ("threshold: 2", "threshold: -2", 46, "spec.condition.threshold", "is negative"),
        ("    lookbackWindow: 1h\n", "", 44, "spec.condition.lookbackWindow", "is missing"),
        ("op: gt", "kind: burn", 45, "spec.condition.kind", "did you mean burnrate?"),
        ("  target: pagerduty", "  {}", 52, "spec.target", "is missing"),
        ("kind: AlertNotificationTarget\nmetadata: {name: on-call}", "kind: Nothing", 50, "kind", "is not one of"),
    ],
)
def test_a_defect_is_named_by_line_and_field(
    changed: Change, old: str, new: str, *, line: int, field: str, part: str
) -> None:
    """One change to a sound set of 52 lines; the first error is the one that was put in."""
    found = errors(changed((old, new)).findings)
    assert found, "nothing was said"
    named = [each for each in found if part in each.message]
    assert named, [str(each) for each in found]
    assert named[0].line == line
    assert not field or named[0].field == field


def test_every_error_is_named_not_only_the_first(changed: Change) -> None:
    """In every part, broken objects and dangling names alike, in the order of lines."""
    found = changed(
        ("name: sound", "name: Sound"),
        ("service: lending", "servise: lending"),
        ("duration: 30d", "duration: 30s"),
        ("target: 0.999", "target: 2"),
        ("alertPolicyRef: page", "alertPolicyRef: pager"),
        ("threshold: 2", "threshold: [2]"),
    )
    lines = [each.line for each in errors(found.findings)]
    assert lines == [4, 8, 10, 21, 25, 27, 46]
    assert found.slos == ()


def test_what_refers_to_a_broken_object_is_not_in_the_wrong(changed: Change) -> None:
    """One defect in the policy is one error, not two."""
    found = errors(changed(("alertWhenBreaching: true", "alertWhenBreaching: 1")).findings)
    assert [each.line for each in found] == [33]


@pytest.mark.parametrize(
    ("method", "more", "missing"),
    [
        ("Timeslices", "", ["timeSliceTarget", "timeSliceWindow"]),
        ("RatioTimeslices", "", ["timeSliceWindow"]),
        ("Timeslices", "      timeSliceTarget: 0.9\n      timeSliceWindow: 1m\n", []),
        ("RatioTimeslices", "      timeSliceTarget: 0.9\n      timeSliceWindow: 5\n", ["timeSliceTarget"]),
        ("Timeslices", "      timeSliceTarget: 0\n      timeSliceWindow: 1m\n", ["timeSliceTarget"]),
        (
            "Timeslices",
            "      timeSliceTarget: 1.1\n      timeSliceWindow: 0.001\n",
            ["timeSliceTarget", "timeSliceWindow"],
        ),
        ("Timeslices", "      timeSliceTarget: 1\n      timeSliceWindow: 10x\n", ["timeSliceWindow"]),
    ],
)
def test_each_method_wants_its_own_fields(changed: Change, method: str, more: str, missing: list[str]) -> None:
    found = changed(("budgetingMethod: Occurrences", f"budgetingMethod: {method}"), (TARGET, TARGET + more))
    assert [each.field for each in errors(found.findings)] == [f"{OBJECTIVE}.{name}" for name in missing]


THRESHOLD = (
    "      ratioMetric:\n        counter: false\n" + RATIO + TOTAL,
    "      thresholdMetric:\n        metricSource: {type: Any, spec: {query: a}}\n",
)


@pytest.mark.parametrize(
    ("objectives", "fields"),
    [
        (TARGET, ["op", "value"]),
        (TARGET + "      op: lt\n", ["value"]),
        (TARGET + "      op: lt\n      value: 5\n", []),
        (TARGET + "      op: lt\n      value: yes\n", ["value"]),
    ],
)
def test_a_threshold_needs_op_and_value(changed: Change, objectives: str, fields: list[str]) -> None:
    found = changed(THRESHOLD, (TARGET, objectives))
    assert [each.field for each in errors(found.findings)] == [f"{OBJECTIVE}.{name}" for name in fields]


def test_a_threshold_has_one_objective(changed: Change) -> None:
    one = TARGET + "      op: lt\n      value: 5\n"
    found = errors(changed(THRESHOLD, (TARGET, one + one)).findings)
    assert [(each.field, "exactly one" in each.message) for each in found] == [("spec.objectives", True)]


def referenced(metric: str) -> tuple[tuple[str, str], ...]:
    """The sound SLO with its indicator in another document."""
    inline = "  indicator:\n    metadata: {name: answered}\n    spec:\n      ratioMetric:\n        counter: false\n"
    document = f"apiVersion: openslo/v1\nkind: SLI\nmetadata: {{name: answered}}\nspec: {{{metric}}}\n---\n"
    return ((inline + RATIO + TOTAL, "  indicatorRef: answered\n"), ("apiVersion", document + "apiVersion"))


@pytest.mark.parametrize(
    ("metric", "objectives", "said"),
    [
        ("thresholdMetric: {metricSource: {type: A, spec: a}}", TARGET, ["op: is missing", "value: is missing"]),
        ("thresholdMetric: {metricSource: {type: A, spec: a}}", TARGET * 2, ["op", "op", "value", "value", "exactly"]),
        ("ratioMetric: {rawType: success, raw: {metricSource: {type: A, spec: a}}}", TARGET, []),
        (
            "ratioMetric: {rawType: success, raw: {metricSource: {type: A, spec: a}}}",
            TARGET + "      op: lt\n      value: 3\n",
            ["value: goes with"],
        ),
        ("thresholdMetric: {}, ratioMetric: {}", TARGET, ["metricSource", "exactly one", "exactly one", "total"]),
    ],
)
def test_objectives_fit_an_indicator_that_stands_elsewhere(
    changed: Change, metric: str, objectives: str, said: list[str]
) -> None:
    found = [str(each) for each in errors(changed(*referenced(metric), (TARGET, objectives)).findings)]
    assert len(found) == len(said), found
    assert all(any(part in line for line in found) for part in said)


COMPOSITE = "    - target: 0.9\n      indicatorRef: answered\n"


@pytest.mark.parametrize(
    ("objectives", "field", "part"),
    [
        (COMPOSITE, "spec.indicator", "stands beside objectives"),
        (TARGET + COMPOSITE, "spec.objectives[0]", "each objective of a composite"),
        (COMPOSITE + "      compositeWeight: 0\n", "spec.objectives[0].compositeWeight", "not above 0"),
    ],
)
def test_a_composite_has_its_indicators_in_its_objectives_alone(
    changed: Change, objectives: str, field: str, part: str
) -> None:
    found = errors(changed((TARGET, objectives)).findings)
    assert any(each.field == field and part in each.message for each in found)


def test_an_slo_without_any_indicator_is_refused(changed: Change) -> None:
    inline = "  indicator:\n    metadata: {name: answered}\n    spec:\n      ratioMetric:\n        counter: false\n"
    found = errors(changed((inline + RATIO + TOTAL, "")).findings)
    assert [each.field for each in found] == ["spec"]


@pytest.mark.parametrize(
    ("changes", "weight"),
    [
        ([("type: Any, spec: {query: a}", "type: Any, metricSourceRef: x, spec: {query: a}")], Weight.WARNING),
        ([("type: Any, spec: {query: a}", "metricSourceRef: x, spec: {query: a}")], Weight.ERROR),
        (
            [
                ("type: Any, spec: {query: a}", "type: Any, metricSourceRef: x, spec: {query: a}"),
                (
                    "apiVersion",
                    "apiVersion: openslo/v1\nkind: DataSource\nmetadata: {name: y}\n"
                    "spec: {type: A, connectionDetails: {}}\n---\napiVersion",
                ),
            ],
            Weight.ERROR,
        ),
    ],
)
def test_a_missing_data_source_is_an_error_where_it_is_needed(
    changed: Change, changes: list[tuple[str, str]], weight: Weight
) -> None:
    """type beside it says enough, unless DataSources are given and this is none of them."""
    found = changed(*changes).findings
    assert [(each.weight, "no DataSource is named 'x'" in each.message) for each in found] == [(weight, True)]


def test_an_error_is_one_line_that_says_where_first(changed: Change) -> None:
    found = changed(("target: 0.999", "target: 1.0"))
    assert str(errors(found.findings)[0]).startswith("a.yaml:25: spec.objectives[0].target: 1.0 leaves no budget")
    assert all("\n" not in str(each) for each in found.findings)


@pytest.mark.parametrize(
    ("old", "new", "line", "part"),
    [
        ("duration: 30d", "duration: 1M", 21, "is taken as 30d"),
        ("op: gt", "op: lte", 45, "LOW"),
        ("op: gt", "op: lt", 45, "LOW"),
        ("    op: gt\n", "", 44, "read as gt"),
        (TARGET, TARGET + "      op: gt\n", 26, "is ignored"),
        ("target: 0.999", "target: 0.999999", 25, "less than one collection interval (15 s)"),
    ],
)
def test_traps_of_the_specification_warn(changed: Change, old: str, new: str, line: int, part: str) -> None:
    found = changed((old, new))
    assert errors(found.findings) == ()
    assert [(each.line, part in each.message) for each in warnings(found.findings)] == [(line, True)]


def test_a_minute_that_was_meant_as_a_month_warns(changed: Change) -> None:
    """The trap of the specification's own example."""
    found = changed((WINDOW, CALENDAR.replace("1M", "1m")), ("target: 0.999", "target: 0.5"))
    said = [(each.line, each.field, "did you mean 1M" in each.message) for each in found.findings]
    assert said == [(21, "spec.timeWindow[0].duration", True)]
    assert found.valid


def test_the_annotated_interval_decides_when_a_budget_is_too_small(changed: Change) -> None:
    """25.92 s are enough at 1 s collection and too few at 60 s."""
    for seconds, warned in ((1, 0), (60, 1)):
        note = f'    lending-control-center.io/collect-interval-seconds: "{seconds}"\nspec'
        assert len(changed(("target: 0.999", "target: 0.99999"), ("spec", note)).findings) == warned
