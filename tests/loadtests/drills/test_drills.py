"""Drills against a real estate behind a real HAProxy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from loadtests.drills.card import Card, card_of
from loadtests.drills.drill import Plan, Timing, run
from loadtests.drills.estate import OwnEstate
from loadtests.drills.faults import FAULTS, SOAK_KINDS
from loadtests.drills.sending import Load

pytestmark = pytest.mark.alone  # answers of more than 300 ms are tried elsewhere: load from others would be a fault
ROOT = Path(__file__).resolve().parents[3]


def drilled(estate: OwnEstate, template: str, faults: list[str], hold_s: float, name: str) -> Card:
    load = Load(rate_per_second=100, give_up_s=3.0, seed=7, name=name)
    plan = Plan(template, load, Timing(0.5, hold_s, 0.5), [FAULTS[fault] for fault in faults])
    return card_of(run(estate, plan))


def test_the_loss_of_a_data_center_costs_nothing_behind_the_shipped_configuration(own_estate: OwnEstate) -> None:
    """Two data centers are lost: one is killed, one stops and later wakes up with everything it had been sent."""
    card = drilled(own_estate, "shipped", ["kill", "stop"], 1.5, "kept")
    assert (card.failed, card.duplicates, card.missing, card.wrong_loans) == (0, 0, 0, 0), card
    assert card.booked > 200
    killed, stopped = card.losses
    assert killed.marked_down_after_s is not None
    assert killed.marked_down_after_s < 2
    assert stopped.retries > 0
    assert stopped.redispatches > 0


def test_the_naive_configuration_loses_requests_and_books_some_of_them_all_the_same(own_estate: OwnEstate) -> None:
    """What a stopped data center had been sent fails for its borrowers, and is booked when it wakes up."""
    card = drilled(own_estate, "naive", ["stop"], 3.5, "lost")
    assert card.failed > 0
    assert card.causes == {"gave up": card.failed}
    assert card.failed_but_committed > 0
    assert (card.duplicates, card.missing) == (0, 0)
    assert not card.lossless
    assert card.verdict["verdict"] == "refuted"


def test_the_command_lists_drills_and_refuses_what_it_does_not_know() -> None:
    command = [sys.executable, "-m", "loadtests.drills"]
    listed = subprocess.run([*command, "list"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [line.split()[0] for line in listed.splitlines()] == list(FAULTS)
    refused = subprocess.run([*command, "run", "flood"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert refused.stderr == f"error: no drill 'flood'; known: {', '.join(FAULTS)}\n"
    wrong = subprocess.run(
        [*command, "run", "kill", "--template", "best"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert wrong.returncode == 2
    assert wrong.stderr.count("\n") == 1
    assert "--template: 'best' is none of shipped, redispatch, naive" in wrong.stderr


@pytest.mark.soak
def test_a_soak_of_five_kinds_of_faults_loses_nothing(tmp_path: Path) -> None:
    words = ["soak", "--faults", str(len(SOAK_KINDS)), "--template", "shipped", "--json", "--out", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "loadtests.drills", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    card = json.loads(done.stdout)
    assert (card["failed"], card["slow"], card["duplicates"], card["missing"]) == (0, 0, 0, 0)
    assert [loss["fault"] for loss in card["losses"]] == list(SOAK_KINDS)
    assert (tmp_path / "soak-shipped" / "timeline.svg").read_text(encoding="utf-8").startswith("<svg")
