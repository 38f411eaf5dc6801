"""Borrowers for Locust: ``locust -f loadtests/locustfile.py --host http://127.0.0.1:8101`` (docs/load-testing.md).

Their steps, weights, amounts and think times are data: config/loadtests.yaml.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # Locust knows this folder only

import locust  # noqa: F401 - it patches the standard library and must come first

from loadtests.borrowers.users import Borrower
from loadtests.running.locust_run import listen
from loadtests.running.sending import OpenBorrower


class MicroLoanBorrower(Borrower):
    """A person who borrows a few thousand yuan from a phone."""

    borrower = "micro"


class SmeOwner(Borrower):
    """The owner of a small firm: tax data with consent, money within minutes."""

    borrower = "sme"


class TechnologyFirm(Borrower):
    """A firm with patents."""

    borrower = "technology"


class Dealer(Borrower):
    """A dealer who borrows against invoices."""

    borrower = "dealer"


class CarBuyer(Borrower):
    """Somebody who buys a car."""

    borrower = "car"


class PartnerBank(Borrower):
    """A partner bank's customers, through the SaaS+ gateway."""

    borrower = "partner"


class ClearingBatch(Borrower):
    """The batch that settles joint loans with the partner bank."""

    borrower = "clearing"


class BySchedule(OpenBorrower):
    """Everybody above, arriving by schedule (``--profile``) instead of waiting for answers."""

    abstract = False
    weight = 0


listen(BySchedule)
