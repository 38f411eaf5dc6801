"""From SLO documents to what the engine watches."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from alerts.model import Severity
from alerts.openslo.binding import Bound, bind, slos_of
from alerts.openslo.findings import Weight
from alerts.openslo.loading import load, load_text
from alerts.policy import Policy, Tier

ROOT = Path(__file__).resolve().parents[3]
FAST = Tier("fast", 3600, 300, Fraction(2, 100), Severity.PAGE)
LEAK = Tier("leak", 259_200, 21_600, Fraction(10, 100), Severity.TICKET)
POLICY = Policy("1", (FAST, LEAK), 5)
LIVE = """\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: a
  displayName: A
  annotations: {lending-control-center.io/display-name-zh: 甲, lending-control-center.io/runbook: "https://x.example/a"}
spec:
  service: lending
  indicator:
    metadata: {name: b}
    spec:
      ratioMetric:
        bad: {metricSource: {type: LendingControlCenter, spec: {product: weilidai}}}
        total: {metricSource: {type: LendingControlCenter, spec: {product: weilidai}}}
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - target: 0.99999
  alertPolicies: []
"""
POLICIES = """\
  alertPolicies:
    - metadata: {name: p}
      spec:
        alertWhenBreaching: true
        conditions:
          - metadata: {name: own}
            spec: {severity: sev1, condition: {op: gte, threshold: 6, lookbackWindow: 6h}}
"""


def bound(*pairs: tuple[str, str], products: list[str] | None = None) -> Bound:
    """What comes of the live SLO with pieces replaced; its file must be valid."""
    text = LIVE
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    found = load_text(text, Path("a.yaml"))
    assert found.valid, found.findings
    return bind(found, POLICY, products)


def test_a_product_is_watched_at_its_target_and_window() -> None:
    (slo,) = bound(products=["weilidai"]).slos
    assert (slo.id, slo.product, slo.objective.text, slo.period_seconds) == ("a", "weilidai", "99.999", 2_592_000)
    assert (slo.names, slo.runbook) == ({"zh": "甲", "en": "A"}, "https://x.example/a")
    assert slo.policy == POLICY


def test_the_whole_bank_has_no_product() -> None:
    assert [slo.product for slo in bound(("product: weilidai", "bank: true")).slos] == [""]


def test_a_calendar_window_begins_anew_by_its_own_clock() -> None:
    rolling = "[{duration: 30d, isRolling: true}]"
    calendar = "{startTime: 2026-01-01 12:00:00, timeZone: America/New_York}"
    (slo,) = bound((rolling, f"[{{duration: 1M, isRolling: false, calendar: {calendar}}}]")).slos
    assert slo.calendar is not None
    assert slo.calendar.window(1_795_233_600).from_s == 1_793_548_800 + 3600  # 2026-11-01, an hour after it fell back
    assert bound().slos[0].calendar is None


def test_each_objective_is_watched_on_its_own() -> None:
    made = bound(("    - target: 0.99999\n", "    - target: 0.99999\n    - {displayName: low, target: 0.99}\n"))
    assert [(slo.id, slo.objective.text) for slo in made.slos] == [("a", "99.999"), ("a.2", "99")]
    assert made.slos[1].names == {"zh": "甲 - low", "en": "A - low"}


def test_the_annotation_chooses_tiers() -> None:
    chosen = bound(("  annotations: {", "  annotations: {lending-control-center.io/alert-tiers: leak, "))
    assert chosen.slos[0].policy.tiers == (LEAK,)
    strange = bound(("  annotations: {", '  annotations: {lending-control-center.io/alert-tiers: "leak,flat", '))
    assert "no tier 'flat' in the alert policy; known: fast, leak" in strange.findings[0].message


@pytest.mark.parametrize(
    ("target", "window", "names"),
    [("0.96", "60d", "fast"), ("0.6", "1Q", "fast, leak"), ("0.96", "30d", "")],
)
def test_a_tier_that_not_even_a_full_outage_sets_off_is_warned_of(target: str, window: str, names: str) -> None:
    """28.8 x 4 % of failures over 60 days are more than all requests; 14.4 x 4 % over 30 days are not."""
    made = bound(("0.99999", target), ("30d", window))
    said = [each for each in made.findings if "can never fire" in each.message]
    assert [(each.weight, each.message.split(" can")[0]) for each in said] == (
        [(Weight.WARNING, names)] if names else []
    )


def test_alert_policies_of_the_file_are_tiers_with_one_window() -> None:
    """Burn rate 6 over 6 hours is 5 % of a 30-day budget, between fast and leak."""
    made = bound(("  alertPolicies: []\n", POLICIES)).slos[0]
    own = made.policy.tiers[1]
    assert [tier.name for tier in made.policy.tiers] == ["fast", "own", "leak"]
    assert (own.long_seconds, own.short_seconds, own.budget_share) == (21_600, 21_600, Fraction(5, 100))
    assert (own.factor(made.period_seconds), own.severity) == (6, Severity.PAGE)


@pytest.mark.parametrize(
    ("old", "new", "part", "tiers"),
    [
        ("op: gte", "op: lt", "lt is not watched live", 2),
        ("severity: sev1", "severity: purple", "is taken as ticket", 3),
        ("alertWhenBreaching: true", "alertWhenBreaching: false", "", 2),
    ],
)
def test_what_of_a_policy_cannot_be_done_live_is_said(old: str, new: str, part: str, tiers: int) -> None:
    made = bound(("  alertPolicies: []\n", POLICIES.replace(old, new)))
    assert len(made.slos[0].policy.tiers) == tiers
    assert [(each.weight, part in each.message) for each in made.findings] == ([(Weight.WARNING, True)] if part else [])


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("product: weilidai", "product: weilidia", "no product 'weilidia' in the catalog; known: weilidai"),
        ("product: weilidai", "step: apply", "has step; known: product, bank, events"),
        ("{product: weilidai}", "{}", "needs either product"),
        ("product: weilidai", "product: weilidai, bank: true", "needs either product"),
        ("product: weilidai", "product: weilidai, events: good", "asks for good events where bad stands"),
        ("total: {metricSource: {type: LendingControlCenter, spec: {product: weilidai}",
         "total: {metricSource: {type: LendingControlCenter, spec: {bank: true}", "name one unit in all"),
    ],
)  # fmt: skip
def test_what_cannot_be_bound_is_an_error_with_its_place(old: str, new: str, part: str) -> None:
    made = bound((old, new), products=["weilidai"])
    assert made.slos == ()
    assert part in made.findings[0].message
    assert made.findings[0].weight is Weight.ERROR
    assert 9 <= made.findings[0].line <= 14


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("type: LendingControlCenter, spec: {product: weilidai}}}\n  time", "type: Any, spec: 1}}\n  time", "mixes"),
        ("bad: {metricSource: {type: LendingControlCenter, spec: {product: weilidai}}}\n",
         "rawType: success\n", "needs good/total"),
    ],
)  # fmt: skip
def test_what_our_store_cannot_say_is_loaded_with_a_warning(old: str, new: str, part: str) -> None:
    pairs = [(old, new)]
    if "raw" in new:
        pairs.append(("        total: {", "        raw: {"))
    made = bound(*pairs)
    assert (made.slos, made.sliced) == ((), ())
    assert [(each.weight, part in each.message) for each in made.findings] == [(Weight.WARNING, True)]


def test_alert_after_is_waited_for() -> None:
    waiting = POLICIES.replace("lookbackWindow: 6h", "lookbackWindow: 6h, alertAfter: 5m")
    made = bound(("  alertPolicies: []\n", waiting))
    assert [tier.after_seconds for tier in made.slos[0].policy.tiers] == [0, 300, 0]
    assert made.findings == ()


def test_other_sources_are_left_to_others() -> None:
    made = bound(("LendingControlCenter", "Prometheus"))
    assert (made.slos, made.findings) == ((), ())


def test_what_ships_is_watched_without_a_word() -> None:
    """The bank and 14 products, at five nines over 30 days, with every tier of config/alerts.yaml."""
    documents = load([ROOT / "config" / "slos"])
    assert documents.findings == ()
    made = slos_of(documents, Policy("1", (FAST, LEAK), 5))
    assert len(made) == 15
    assert {slo.objective.text for slo in made} == {"99.999"}
    assert sum(not slo.product for slo in made) == 1
