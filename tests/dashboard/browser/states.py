"""The six states in which a wall is looked at: what the server says in each, and when a page shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.dashboard.browser.canned import Estate
from tests.dashboard.browser.test_wall_room import raise_alarm

PATIENCE_MS = 60_000
NO_SOURCE = "refused: 127.0.0.1:9104"


@dataclass(frozen=True, slots=True)
class State:
    """``prepare`` runs before the page is opened, ``turn`` once it has painted; ``shown`` is a script that is true when
    the page shows the state."""

    prepare: Callable[[Estate], None]
    shown: str
    turn: Callable[[Estate], None] = lambda _estate: None


def open_state(page: Page, address: str, estate: Estate, state: State) -> None:
    """The wall in a state, once it shows it; its moment stands still, its readings go on."""
    estate.standing = True
    estate.snapshot["normal_since"] = "2026-11-21T01:02:00Z"
    state.prepare(estate)
    page.goto("about:blank")
    page.goto(address, timeout=PATIENCE_MS)
    if estate.has_data:
        page.wait_for_selector("#wall:not(.is-waiting)", timeout=PATIENCE_MS)
        page.wait_for_selector("#curve-plot .main-svg", timeout=PATIENCE_MS)
    state.turn(estate)
    page.wait_for_function(state.shown, timeout=PATIENCE_MS)


def _calm(estate: Estate) -> None:
    """As it is."""
    estate.snapshot["attention"] = []


def _degraded(estate: Estate) -> None:
    """One product fails in part in one data center, another data center cannot be read."""
    product = estate.product("weilidai")
    product["state"] = "degraded"
    product["data_centers"]["dc3"].update(state="degraded", bad=9_120)
    estate.attend("weilidai", "dc3", "degraded", "2026-11-21T03:02:00Z")
    estate.data_center_unknown("dc4")
    estate.snapshot.update(bank=estate.snapshot["bank"] | {"state": "degraded"}, normal_since=None)


def _outage(estate: Estate) -> None:
    """A product is down everywhere, an alert pages, nobody has it."""
    raise_alarm(estate)
    estate.snapshot["normal_since"] = None


def _maintenance(estate: Estate) -> None:
    """A data center is maintained as planned."""
    estate.data_center("dc2")["state"] = "maintenance"
    for product in estate.snapshot["products"]:
        product["data_centers"]["dc2"].update(state="maintenance", per_second=0)
    estate.attend(None, "dc2", "maintenance", "2026-11-21T02:00:00Z", "SCR-2026-118")


def _empty(estate: Estate) -> None:
    """Nothing was read yet."""
    estate.has_data = False


def _fall_silent(estate: Estate) -> None:
    estate.advancing = False


STATES: Mapping[str, State] = {
    "calm": State(_calm, "() => document.getElementById('strip').className.includes('level-calm')"),
    "degraded": State(_degraded, "() => document.getElementById('strip').className.includes('level-warning')"),
    "outage": State(_outage, "() => document.getElementById('strip').className.includes('level-alarm')"),
    "maintenance": State(
        _maintenance, "() => document.getElementById('cell/weilidai/dc2').className.includes('maintenance')"
    ),
    "stale": State(_calm, "() => !document.getElementById('stale').hidden", _fall_silent),
    "empty": State(_empty, "() => document.getElementById('waiting-reason')?.innerText.length > 12"),
}
