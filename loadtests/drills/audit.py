"""What the books say afterwards: what was granted is there once, and what failed may be there all the same.

A grant of this product posts exactly once in the bank's ledger, so that postings count bookings. The estate belongs to
the drill: nobody else books.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loadtests.drills.estate import LOOPBACK, OwnEstate
from loadtests.drills.line import Lines, request_bytes
from loadtests.drills.sending import AMOUNT_FEN, Sent, draw_bytes

MOST_LOANS_READ = 2_000
_GRANTED, _OK = 201, 200


@dataclass(frozen=True, slots=True)
class Audit:
    """``booked``: loans in the books; ``granted``: answered as granted; ``failed_committed``: of the failed requests,
    those that were booked; ``wrong_loans``: of the loans that were read back, those not owed as answered;
    ``counted``: transactions in the truth of all data centers; ``ledgers_differ_fen``: bank against partner."""

    booked: int
    granted: int
    failed_committed: int
    loans_read: int
    wrong_loans: int
    counted: int
    ledgers_differ_fen: int

    @property
    def duplicates(self) -> int:
        """Booked more often than asked for."""
        return max(0, self.booked - self.granted - self.failed_committed)

    @property
    def missing(self) -> int:
        """Answered as granted, and not in the books."""
        return max(0, self.granted + self.failed_committed - self.booked)


def postings(estate: OwnEstate, name: str) -> int:
    """Bookings so far, added up from the postings themselves."""
    return int(estate.ask(name, "GET", "/v1/ledgers?audit=true")["bank"]["postings"])


def counted(estate: OwnEstate) -> int:
    """Transactions of load tests in the truth of all data centers."""
    truths = [estate.ask(name, "GET", "/truth") for name in estate.ports]
    return sum(
        row["transactions"] for truth in truths for row in truth["transactions"] if row["traffic"] == "load_test"
    )


async def audited(estate: OwnEstate, name: str, sent: Sequence[Sent], before: tuple[int, int]) -> Audit:
    """The audit of a run; ``before``: postings and counted transactions at its beginning; ``name``: whom to ask."""
    ledgers = estate.ask(name, "GET", "/v1/ledgers?audit=true")
    granted = {one.loan_id for one in sent if one.loan_id}
    truth = counted(estate)
    lines = Lines(LOOPBACK, estate.ports[name])
    try:
        committed = await _replayed(lines, (one.key for one in sent if one.problem))
        read = sorted(granted)[:: max(1, len(granted) // MOST_LOANS_READ)]
        wrong = await _wrong(lines, read)
    finally:
        lines.close()
    return Audit(
        booked=ledgers["bank"]["postings"] - before[0],
        granted=len(granted),
        failed_committed=committed,
        loans_read=len(read),
        wrong_loans=wrong,
        counted=truth - before[1],
        ledgers_differ_fen=ledgers["difference_fen"],
    )


async def _replayed(lines: Lines, keys: Iterable[str]) -> int:
    """How many of these were booked before: the answer to a key that is settled is a replay."""
    replies = [await lines.ask(draw_bytes(key)) for key in keys]
    return sum(reply.replayed and reply.status == _GRANTED for reply in replies)


async def _wrong(lines: Lines, loan_ids: Iterable[str]) -> int:
    wrong = 0
    for loan_id in loan_ids:
        reply = await lines.ask(request_bytes("GET", f"/v1/loans/{loan_id}", {}))
        wrong += reply.status != _OK or json.loads(reply.body)["owed_fen"] != AMOUNT_FEN
    return wrong
