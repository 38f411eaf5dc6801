from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from lending.bookkeeping import BadRequest, Bookkeeping, Message

DAY_S = 86_400


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Bookkeeping]:
    """Empty books."""
    kept = Bookkeeping(tmp_path / "books.sqlite")
    yield kept
    kept.close()


def claim(books: Bookkeeping, key: str, owner: str = "dc1", request: str = "r") -> Message:
    return books.answer({"op": "claim", "key": key, "owner": owner, "request": request}, 0)


def complete(books: Bookkeeping, key: str, fence: int, booking: Message | None = None, now_s: int = 0) -> Message:
    message = {"op": "complete", "key": key, "fence": fence, "status": 201, "answer": "{}", "booking": booking}
    return books.answer(message, now_s)


def grant(loan_id: str, fen: int, partner_fen: int = 0, rate_ppm: int = 0) -> Message:
    return {
        "kind": "grant",
        "id": loan_id,
        "product": "weilidai",
        "customer_id": "c",
        "tenant": None,
        "granted_fen": fen,
        "daily_rate_ppm": rate_ppm,
        "partner_fen": partner_fen,
        "guarantor_fen": 0,
        "instalments": 5,
    }


def book(books: Bookkeeping, key: str, booking: Message, now_s: int = 0) -> Message:
    return complete(books, key, claim(books, key)["fence"], booking, now_s)


def ledgers(books: Bookkeeping, audit: bool = False) -> Message:
    answer = books.answer({"op": "ledgers", "audit": audit}, 0)["ledgers"]
    assert isinstance(answer, dict)
    return answer


def loan(books: Bookkeeping, loan_id: str, now_s: int = 0) -> Message:
    found = books.answer({"op": "loan", "id": loan_id}, now_s)["loan"]
    assert isinstance(found, dict)
    return found


def test_the_newest_claimant_wins_and_the_older_one_cannot_complete(books: Bookkeeping) -> None:
    first = claim(books, "k", "dc1")["fence"]
    second = claim(books, "k", "dc2")["fence"]
    assert second > first
    assert complete(books, "k", first, grant("late", 100)) == {"state": "superseded"}
    assert complete(books, "k", second, grant("loan", 100))["state"] == "ok"
    late = complete(books, "k", first, grant("late", 100))
    assert (late["state"], late["answer"]) == ("superseded", "{}")
    assert books.answer({"op": "loan", "id": "late"}, 0) == {"state": "missing"}
    assert claim(books, "k", "dc1") == {"state": "done", "status": 201, "answer": "{}"}


def test_a_key_counts_as_first_answered_once_whatever_became_of_it(books: Bookkeeping) -> None:
    fence = claim(books, "k")["fence"]
    assert books.answer({"op": "fail", "key": "k"}, 0)["first"] is True
    assert books.answer({"op": "fail", "key": "k"}, 0)["first"] is False
    assert complete(books, "k", fence)["first"] is False
    other = claim(books, "l")["fence"]
    assert complete(books, "l", other)["first"] is True


def settle(books: Bookkeeping, key: str, booking: Message | None, request: str = "r") -> Message:
    message = {"op": "settle", "key": key, "owner": "dc1", "request": request, "status": 201, "answer": "{}"}
    return books.answer({**message, "booking": booking}, 0)


def test_a_key_settled_at_once_is_booked_once_and_then_replayed(books: Bookkeeping) -> None:
    assert settle(books, "k", grant("l", 1000, 800)) == {"state": "ok", "status": 201, "answer": "{}", "first": True}
    assert settle(books, "k", grant("l", 1000, 800)) == {"state": "done", "status": 201, "answer": "{}"}
    assert settle(books, "k", grant("l", 1000, 800), "another") == {"state": "conflict"}
    assert claim(books, "k")["state"] == "done"
    assert ledgers(books)["bank"] == {"postings": 1, "fen": 800, "cleared_postings": 0, "cleared_fen": 0}


def test_settling_at_once_takes_over_a_claim_that_is_open(books: Bookkeeping) -> None:
    """Whoever claimed before cannot complete any more; a key that was counted as failed is not counted again."""
    fence = claim(books, "k")["fence"]
    books.answer({"op": "fail", "key": "k"}, 0)
    assert settle(books, "k", grant("l", 1000)) == {"state": "ok", "status": 201, "answer": "{}", "first": False}
    assert complete(books, "k", fence, grant("l", 1000)) == {"state": "superseded", "status": 201, "answer": "{}"}
    assert loan(books, "l")["owed_fen"] == 1000


def test_a_refusal_settled_at_once_is_the_stored_answer(books: Bookkeeping) -> None:
    refused = settle(books, "k", {"kind": "repay", "loan_id": "none", "amount_fen": 1, "products": ["weilidai"]})
    assert (refused["status"], refused["first"]) == (422, True)
    assert claim(books, "k")["answer"] == refused["answer"]


def test_a_key_stands_for_one_request(books: Bookkeeping) -> None:
    claim(books, "k", request="one")
    assert claim(books, "k", request="two") == {"state": "conflict"}


def test_a_refused_booking_is_stored_as_the_answer_and_books_nothing(books: Bookkeeping) -> None:
    book(books, "a", grant("loan", 1_000))
    refused = book(books, "b", {"kind": "repay", "loan_id": "loan", "amount_fen": 1_001, "products": ["weilidai"]})
    assert refused["status"] == 422
    assert "more than the 1000 fen" in refused["answer"]
    assert claim(books, "b")["status"] == 422
    assert loan(books, "loan")["owed_fen"] == 1_000


def test_a_loan_of_another_product_cannot_be_repaid_here(books: Bookkeeping) -> None:
    book(books, "a", grant("loan", 1_000))
    refused = book(books, "b", {"kind": "repay", "loan_id": "loan", "amount_fen": 1, "products": ["weyedai"]})
    assert "no such loan" in refused["answer"]


def test_interest_grows_by_whole_days_and_is_paid_first(books: Bookkeeping) -> None:
    book(books, "a", grant("loan", 1_000_000, rate_ppm=450))
    assert loan(books, "loan", DAY_S - 1)["owed_fen"] == 1_000_000
    assert loan(books, "loan", 10 * DAY_S)["owed_fen"] == 1_004_500
    repay = {"kind": "repay", "loan_id": "loan", "amount_fen": 104_500, "products": ["weilidai"]}
    book(books, "b", repay, 10 * DAY_S + 5)
    after = loan(books, "loan", 10 * DAY_S + 5)
    assert (after["principal_fen"], after["interest_fen"], after["interest_paid_fen"]) == (900_000, 0, 4_500)
    assert loan(books, "loan", 11 * DAY_S)["owed_fen"] == 900_405


@pytest.mark.parametrize("seed", range(5))
def test_both_ledgers_agree_to_the_fen_and_with_their_postings(books: Bookkeeping, seed: int) -> None:
    """Joint loans are drawn, repaid and cleared in any order: balances equal the sum of postings, both sides equal."""
    rng = random.Random(seed)
    granted: list[str] = []
    for number in range(120):
        kind = rng.choice(["grant", "grant", "repay", "clear"])
        if kind == "grant" or not granted:
            fen = rng.randrange(1, 10**6)
            book(books, f"k{number}", grant(f"loan{number}", fen, fen * 4 // 5, 450))
            granted.append(f"loan{number}")
        elif kind == "repay":
            owed = loan(books, chosen := rng.choice(granted), number * DAY_S)["owed_fen"]
            paid = rng.randint(1, max(1, owed))
            repay = {"kind": "repay", "loan_id": chosen, "amount_fen": paid, "products": ["weilidai"]}
            book(books, f"k{number}", repay, number * DAY_S)
        else:
            book(books, f"k{number}", {"kind": "clear", "postings": rng.randrange(1, 30)})
        kept = ledgers(books)
        assert kept == ledgers(books, audit=True)
        assert kept["difference_fen"] == 0
        assert kept["bank"] == kept["partner"]
    expected = sum(
        one["principal_fen"] * one["partner_fen"] // one["granted_fen"]
        for one in (loan(books, name) for name in granted)
    )
    assert ledgers(books)["bank"]["fen"] == expected


def test_clearing_settles_the_oldest_postings_once(books: Bookkeeping) -> None:
    for number in range(5):
        book(books, f"k{number}", grant(f"loan{number}", 100, 10**number))
    first = book(books, "c1", {"kind": "clear", "postings": 3})["answer"]
    assert '"postings":3' in first
    assert '"net_fen":111' in first
    second = book(books, "c2", {"kind": "clear", "postings": 3})["answer"]
    assert '"net_fen":11000' in second
    assert '"postings":0' in book(books, "c3", {"kind": "clear", "postings": 3})["answer"]


def test_a_key_is_forgotten_after_a_day_and_its_loan_is_not_granted_twice(books: Bookkeeping) -> None:
    book(books, "k", grant("loan", 100))
    books.forget_old_keys(DAY_S)
    assert claim(books, "k")["state"] == "done"
    books.forget_old_keys(DAY_S + 1)
    again = book(books, "k", grant("loan", 100))
    assert again["status"] == 422
    assert "granted before" in again["answer"]


@pytest.mark.parametrize(
    "message",
    [{}, {"op": "steal"}, {"op": "claim"}, {"op": "complete", "key": "k", "fence": 1, "booking": {"kind": "gift"}}],
)
def test_a_message_of_another_kind_is_refused_and_books_nothing(books: Bookkeeping, message: Message) -> None:
    claim(books, "k")
    with pytest.raises(BadRequest):
        books.answer(message, 0)
    assert ledgers(books)["bank"]["postings"] == 0
