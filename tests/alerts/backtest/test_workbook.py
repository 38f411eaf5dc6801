"""The workbook's cases: sampled every 15 s, evaluated every 15 s, a backtest and a Prometheus with the exported rules
change state at the same instants, to the step, for the tiers from fast to leak."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from alerts.backtest.replay import Replay
from alerts.model import AlertState, Level
from alerts.policy import Slo, Tier
from alerts.rules.export import RULES_FILE, rule_files, write_files
from alerts.rules.metrics import Dimension, RequestMetric
from alerts.rules.recording import Estate

STEP_S = 15
ESTATE = Estate(
    (RequestMetric("lending_requests_total", Dimension("product"), Dimension("outcome")),),
    ("ok",),
    ("system_error",),
    ("client_abort",),
)
Slots = list[tuple[int, int] | None]
"""Good and bad of each slot; None where nothing was seen."""


def calm(steps: int, total: int = 1500) -> Slots:
    """Nothing fails."""
    return [(total, 0)] * steps


def failing(steps: int, bad: int, total: int = 1500) -> Slots:
    """So many of a slot's requests fail."""
    return [(total - bad, bad)] * steps


BUSY = 15_000_000
CASES: dict[str, Slots] = {
    "full outage of five minutes": calm(40) + failing(20, 1500) + calm(160),
    "one in ten": calm(40) + failing(40, 150) + calm(160),
    "one in a hundred": calm(40) + failing(60, 15) + calm(160),
    "one in a thousand": calm(60, BUSY) + failing(80, BUSY // 1000, BUSY) + calm(100, BUSY),
    "slow leak": calm(60, BUSY) + failing(300, BUSY * 8 // 100_000, BUSY) + calm(100, BUSY),
    "exactly the target": failing(100, BUSY // 100_000, BUSY) + failing(100, BUSY // 100_000 + 1, BUSY),
    "flapping": calm(20) + (failing(2, 1500) + calm(30)) * 8 + calm(40),
    "low traffic": ([(1, 0)] * 7 + [(0, 1)]) * 30 + [(0, 0)] * 20 + [(1, 0)] * 40,
    "series vanish for half an hour of an outage": calm(20) + failing(8, 750) + [None] * 120 + calm(80),
    "a restart in the middle": calm(20) + failing(10, 300) + calm(100),
}
RESTARTS = {"a restart in the middle": 25}


def series(slots: Slots, column: int, restart: int | None) -> str:
    """A counter of these events as promtool reads it: a sample after each slot, the first before them all."""
    value, text = 0, ["0"]
    for number, slot in enumerate(slots):
        if slot is None:
            text.append("stale" if number and slots[number - 1] is not None else "_")
            continue
        if number == restart:
            value = 0
        if number and slots[number - 1] is None:
            text[-1] = str(value)  # seen again: the first sample tells where the counter stands
        value += slot[column]
        text.append(str(value))
    return " ".join(text)


def changes(slo: Slo, slots: Slots) -> list[tuple[int, str, AlertState]]:
    """What the backtest says: second, tier, state."""
    rows = [(number * STEP_S, {"": slot}) for number, slot in enumerate(slots) if slot is not None]
    return [(c.at_ms // 1000, c.key.rule, c.state) for c in Replay(slo, STEP_S).run(rows)]


def firing_at(found: Iterable[tuple[int, str, AlertState]], at_s: int) -> list[str]:
    """Tiers that fire after everything up to an instant."""
    states = {tier: state for changed_s, tier, state in found if changed_s <= at_s}
    return sorted(tier for tier, state in states.items() if state is AlertState.FIRING)


def scenario(name: str, slots: Slots, found: Sequence[tuple[int, str, AlertState]]) -> dict[str, object]:
    """A unit test: at each change, one step before it, and at the end, what fires is what the backtest says."""
    labels = 'product="weilidai", data_center="dc1", dcn="dcn01", traffic="customer"'
    restart = RESTARTS.get(name)
    moments = {at for changed_s, _, _ in found for at in (changed_s - STEP_S, changed_s)} | {len(slots) * STEP_S}
    return {
        "name": name,
        "interval": f"{STEP_S}s",
        "input_series": [
            {"series": f'lending_requests_total{{{labels}, outcome="ok"}}', "values": series(slots, 0, restart)},
            {
                "series": f'lending_requests_total{{{labels}, outcome="system_error"}}',
                "values": series(slots, 1, restart),
            },
        ],
        "promql_expr_test": [
            {
                "expr": 'count by (tier) (ALERTS{alertstate="firing", level="product", tier!="unknown"})',
                "eval_time": f"{at_s}s",
                "exp_samples": [{"labels": f'{{tier="{tier}"}}', "value": 1} for tier in firing_at(found, at_s)],
            }
            for at_s in sorted(moments)
        ],
    }


@pytest.fixture
def objective(slo: Callable[..., Slo], tiers: tuple[Tier, ...]) -> Slo:
    """The tiers that scrapes of 15 s can tell, of a product as a whole."""
    made = slo(tiers=tiers[1:])
    return replace(made, policy=replace(made.policy, levels=(Level.PRODUCT,)))


@pytest.fixture
def promtool(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs scenarios against the exported rules."""

    def run(slo: Slo, tests: list[dict[str, object]]) -> subprocess.CompletedProcess[str]:
        write_files(tmp_path, rule_files(ESTATE, [slo], STEP_S))
        content = {"rule_files": [RULES_FILE], "evaluation_interval": f"{STEP_S}s", "tests": tests}
        (tmp_path / "workbook.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
        line = ["promtool", "test", "rules", "workbook.yml"]
        return subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False)

    return run


def test_prometheus_changes_state_when_the_backtest_does(
    objective: Slo, promtool: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """All cases, all four tiers, firing and resolved."""
    found = {name: changes(objective, slots) for name, slots in CASES.items()}
    assert {tier for each in found.values() for _, tier, _ in each} == {"fast", "medium", "slow", "leak"}
    assert {state for each in found.values() for _, _, state in each} == {AlertState.FIRING, AlertState.RESOLVED}
    done = promtool(objective, [scenario(name, slots, found[name]) for name, slots in CASES.items()])
    assert done.returncode == 0, done.stdout + done.stderr


def test_one_step_off_would_be_found(objective: Slo, promtool: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """The comparison itself can fail."""
    name = "one in ten"
    late = [(at_s + STEP_S, tier, state) for at_s, tier, state in changes(objective, CASES[name])]
    assert promtool(objective, [scenario(name, CASES[name], late)]).returncode == 1
