"""What a borrower owes, beside the books of the bank."""

from __future__ import annotations

import random
from pathlib import Path

from lending.bookkeeping import Bookkeeping
from loadtests.borrowers.account import Account

DAY_S = 86_400
GRANTED_S = 1_790_000_000


def account(**changes: object) -> Account:
    fields: dict[str, object] = {"principal_fen": 760_000, "granted_s": (GRANTED_S, GRANTED_S)} | changes
    return Account("loan-1", 760_000, 450, 10, **fields)  # type: ignore[arg-type]


def test_interest_is_by_whole_days_on_the_principal_rounded_down() -> None:
    """760,000 fen at 450 millionths a day are 342 fen a day."""
    assert [account().owed_after(days) for days in (0, 1, 3)] == [760_000, 760_342, 761_026]
    assert account(principal_fen=1_111).interest_after(1) == 0


def test_a_repayment_pays_the_interest_first() -> None:
    after = account().repaid(1_000, days=2)
    assert (after.interest_paid_fen, after.interest_fen, after.principal_fen) == (684, 0, 759_684)
    less = account().repaid(500, days=2)
    assert (less.interest_paid_fen, less.interest_fen, less.principal_fen) == (500, 184, 760_000)


def test_instalments_add_up_to_the_loan() -> None:
    for granted_fen, parts in ((760_000, 20), (1_000_001, 5), (7, 10), (999_999, 3)):
        owes = Account("loan", granted_fen, 0, parts, (0, 0), granted_fen)
        paid = 0
        for _ in range(parts):
            if not owes.principal_fen:
                break
            paid += owes.instalment_fen(0)
            owes = owes.repaid(owes.instalment_fen(0), 0)
        assert (paid, owes.owed_after(0)) == (granted_fen, 0)


def test_a_day_is_in_doubt_only_near_its_end() -> None:
    """The bank's clock may be some seconds off."""
    owes = account()
    assert list(owes.possible_days(GRANTED_S + DAY_S - 60, GRANTED_S + DAY_S - 50)) == [0]
    assert list(owes.possible_days(GRANTED_S + DAY_S - 2, GRANTED_S + DAY_S)) == [0, 1]
    assert list(owes.possible_days(GRANTED_S + DAY_S + 60, GRANTED_S + DAY_S + 60)) == [1]
    assert list(owes.possible_days(GRANTED_S - 3, GRANTED_S)) == [0]


def test_the_borrowers_account_agrees_with_the_banks_books_to_the_fen(tmp_path: Path) -> None:
    """Months of repayments at odd moments, both sides computing on their own."""
    chance = random.Random(5)
    books = Bookkeeping(tmp_path / "books.sqlite")
    for number in range(30):
        granted_fen = chance.randrange(50_000, 20_000_000)
        loan = {
            "id": f"loan-{number}", "product": "weilidai", "customer_id": "c", "tenant": None,
            "granted_fen": granted_fen, "daily_rate_ppm": 450, "partner_fen": 0, "guarantor_fen": 0, "instalments": 20,
        }  # fmt: skip
        books._grant(loan, GRANTED_S)
        owes = Account(f"loan-{number}", granted_fen, 450, 20, (GRANTED_S, GRANTED_S), granted_fen)
        now_s = GRANTED_S
        while owes.principal_fen:
            now_s += chance.randrange(1, 20 * DAY_S)
            days = (now_s - GRANTED_S) // DAY_S
            found = books.answer({"op": "loan", "id": owes.loan_id}, now_s)["loan"]
            assert found["owed_fen"] == owes.owed_after(days)
            fen = min(
                owes.owed_after(days), chance.choice([owes.instalment_fen(days), chance.randrange(1, granted_fen)])
            )
            answer = books._repay({"loan_id": owes.loan_id, "amount_fen": fen, "products": ["weilidai"]}, now_s)
            owes = owes.repaid(fen, days)
            assert answer["owed_fen"] == owes.owed_after(days)
        assert (
            books.answer({"op": "loan", "id": owes.loan_id}, now_s)["loan"]["interest_paid_fen"]
            == owes.interest_paid_fen
        )
    books.close()
