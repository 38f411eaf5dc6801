"""What the books hold, in one SQLite file: idempotency keys, loans, and the ledgers of the bank and its partner.

Everything here happens inside a transaction that the caller begins and commits. Money is in integer fen.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from lending.errors import DataUnwritable

KEY_SECONDS = 86_400
"""An answer can be replayed for this long."""

_FORGET_AT_ONCE = 2_000
_SECONDS_PER_DAY = 86_400
_SCHEMA = """
CREATE TABLE IF NOT EXISTS claim (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, owner TEXT NOT NULL, fence INTEGER NOT NULL, at_s INTEGER NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0, status INTEGER, answer TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS claim_age ON claim (at_s);
CREATE TABLE IF NOT EXISTS loan (
    id TEXT PRIMARY KEY, product TEXT NOT NULL, customer_id TEXT NOT NULL, tenant TEXT, granted_fen INTEGER NOT NULL,
    principal_fen INTEGER NOT NULL, interest_fen INTEGER NOT NULL, interest_paid_fen INTEGER NOT NULL,
    daily_rate_ppm INTEGER NOT NULL, partner_fen INTEGER NOT NULL, guarantor_fen INTEGER NOT NULL,
    instalments INTEGER NOT NULL, granted_s INTEGER NOT NULL, interest_until_s INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS posting (
    ledger TEXT NOT NULL, number INTEGER NOT NULL, loan_id TEXT NOT NULL, fen INTEGER NOT NULL, batch INTEGER,
    PRIMARY KEY (ledger, number)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS posting_pending ON posting (ledger, number) WHERE batch IS NULL;
CREATE TABLE IF NOT EXISTS balance (
    ledger TEXT PRIMARY KEY, postings INTEGER NOT NULL, fen INTEGER NOT NULL,
    cleared_postings INTEGER NOT NULL, cleared_fen INTEGER NOT NULL, batches INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO balance VALUES ('bank', 0, 0, 0, 0, 0), ('partner', 0, 0, 0, 0, 0);
"""
_LOAN_FIELDS = (
    "id, product, customer_id, tenant, granted_fen, principal_fen, interest_fen, interest_paid_fen, daily_rate_ppm, "
    "partner_fen, guarantor_fen, instalments, granted_s, interest_until_s"
)
LEDGERS = ("bank", "partner")

Message = dict[str, Any]
"""One request or answer of the books: a JSON object."""


class BookingRefused(Exception):
    """A booking that the business does not allow; the message is the reason the customer reads."""


class BadRequest(Exception):
    """A message that the books do not understand."""


class Bookkeeping:
    """The operations of the books on one SQLite connection in autocommit mode.

    Raises DataUnwritable when the file cannot be opened or written.
    """

    def __init__(self, file: Path) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(file, isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=2000", "cache_size=-4000"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise DataUnwritable(file.parent, str(error)) from None
        self._operations: dict[str, Callable[[Message, int], Message]] = {
            "claim": self._claim,
            "complete": self._complete,
            "settle": self._settle,
            "fail": self._fail,
            "loan": self._loan,
            "ledgers": self._ledgers,
        }
        self._bookings: dict[str, Callable[[Message, int], Message]] = {
            "grant": self._grant,
            "repay": self._repay,
            "clear": self._clear,
            "reconcile": self._reconcile,
        }

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def begin(self) -> None:
        """Begins the transaction of one turn. Raises sqlite3.Error when the file cannot be written now."""
        self._db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Makes the turn permanent."""
        self._db.execute("COMMIT")

    def roll_back(self) -> None:
        """Undoes the turn."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def answer(self, message: Message, now_s: int) -> Message:
        """The answer to one message. Raises BadRequest for what is no message of ours."""
        operation = self._operations.get(message.get("op", ""))
        if operation is None:
            raise BadRequest(f"unknown operation {message.get('op')!r}")
        try:
            return operation(message, now_s)
        except (KeyError, TypeError) as error:
            raise BadRequest(f"{message['op']}: {error}") from None

    def forget_old_keys(self, now_s: int) -> None:
        """Drops keys that are too old to be replayed, a bounded number at a time."""
        self._db.execute(
            "DELETE FROM claim WHERE key IN (SELECT key FROM claim WHERE at_s < ? ORDER BY at_s LIMIT ?)",
            (now_s - KEY_SECONDS, _FORGET_AT_ONCE),
        )

    def _claim(self, message: Message, now_s: int) -> Message:
        """The newest claimant of an open key holds it: a higher fence, and older holders cannot complete any more."""
        key, request, owner = message["key"], message["request"], message["owner"]
        found = self._db.execute("SELECT request, fence, status, answer FROM claim WHERE key = ?", (key,)).fetchone()
        if found is None:
            self._db.execute(
                "INSERT INTO claim (key, request, owner, fence, at_s) VALUES (?, ?, ?, 1, ?)",
                (key, request, owner, now_s),
            )
            return {"state": "granted", "fence": 1}
        known, fence, status, answer = found
        if known != request:
            return {"state": "conflict"}
        if status is not None:
            return {"state": "done", "status": status, "answer": answer}
        self._db.execute("UPDATE claim SET owner = ?, fence = ? WHERE key = ?", (owner, fence + 1, key))
        return {"state": "granted", "fence": fence + 1}

    def _complete(self, message: Message, now_s: int) -> Message:
        """Books and answers a key in one step; only the newest holder can."""
        key = message["key"]
        found = self._db.execute("SELECT fence, settled, status, answer FROM claim WHERE key = ?", (key,)).fetchone()
        if found is None:
            return {"state": "superseded"}
        fence, settled, status, answer = found
        if status is not None:
            return {"state": "superseded", "status": status, "answer": answer}
        if fence != message["fence"]:
            return {"state": "superseded"}
        status, answer = self._booked(message, now_s)
        self._db.execute("UPDATE claim SET settled = 1, status = ?, answer = ? WHERE key = ?", (status, answer, key))
        return {"state": "ok", "status": status, "answer": answer, "first": not settled}

    def _settle(self, message: Message, now_s: int) -> Message:
        """Claims and completes at once, for whoever has nothing to do in between; as claim, else as complete."""
        key = message["key"]
        if self._db.execute("SELECT 1 FROM claim WHERE key = ?", (key,)).fetchone() is not None:
            claim = self._claim(message, now_s)
            granted = claim["state"] == "granted"
            return self._complete({**message, "fence": claim["fence"]}, now_s) if granted else claim
        status, answer = self._booked(message, now_s)
        self._db.execute(
            "INSERT INTO claim (key, request, owner, fence, at_s, settled, status, answer) "
            "VALUES (?, ?, ?, 1, ?, 1, ?, ?)",
            (key, message["request"], message["owner"], now_s, status, answer),
        )
        return {"state": "ok", "status": status, "answer": answer, "first": True}

    def _booked(self, message: Message, now_s: int) -> tuple[int, str]:
        booking = message.get("booking")
        if booking is None:
            return message["status"], message["answer"]
        self._db.execute("SAVEPOINT booking")
        try:
            result = self._bookings[booking["kind"]](booking, now_s)
        except BookingRefused as refusal:
            refused = {"outcome": "business_reject", "reason": str(refusal)}
            return 422, orjson.dumps(refused).decode()
        except (KeyError, TypeError):
            self._db.execute("ROLLBACK TO booking")
            raise
        finally:
            self._db.execute("RELEASE booking")
        if not result:
            return message["status"], message["answer"]
        return message["status"], orjson.dumps(orjson.loads(message["answer"]) | result).decode()

    def _fail(self, message: Message, _now_s: int) -> Message:
        """Notes that a key was answered with an error: its transaction is counted, the key stays open for a retry."""
        changed = self._db.execute(
            "UPDATE claim SET settled = 1 WHERE key = ? AND settled = 0", (message["key"],)
        ).rowcount
        return {"state": "ok", "first": changed == 1}

    def _grant(self, loan: Message, now_s: int) -> Message:
        fen, partner_fen = loan["granted_fen"], loan["partner_fen"]
        row = (
            loan["id"], loan["product"], loan["customer_id"], loan["tenant"], fen, fen, 0, 0, loan["daily_rate_ppm"],
            partner_fen, loan["guarantor_fen"], loan["instalments"], now_s, now_s,
        )  # fmt: skip
        if self._loan({"id": loan["id"]}, now_s)["state"] == "found":
            raise BookingRefused("this loan was granted before")
        self._db.execute(f"INSERT INTO loan ({_LOAN_FIELDS}) VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608 - names are constants
        if partner_fen:
            self._post(loan["id"], partner_fen)
        return {}

    def _repay(self, booking: Message, now_s: int) -> Message:
        """Interest first, then principal; the partner gets its share of the principal. More than owed is refused."""
        fen = booking["amount_fen"]
        found = self._loan({"id": booking["loan_id"]}, now_s)
        if found["state"] != "found" or found["loan"]["product"] not in booking["products"]:
            raise BookingRefused("no such loan")
        loan = found["loan"]
        if fen > loan["owed_fen"]:
            raise BookingRefused(f"{fen} fen is more than the {loan['owed_fen']} fen that are owed")
        interest_fen = min(fen, loan["interest_fen"])
        principal_fen = loan["principal_fen"] - (fen - interest_fen)
        self._db.execute(
            "UPDATE loan SET principal_fen = ?, interest_fen = ?, interest_paid_fen = interest_paid_fen + ?, "
            "interest_until_s = ? WHERE id = ?",
            (
                principal_fen,
                loan["interest_fen"] - interest_fen,
                interest_fen,
                loan["interest_until_s"],
                booking["loan_id"],
            ),
        )
        if loan["partner_fen"]:
            before = loan["principal_fen"] * loan["partner_fen"] // loan["granted_fen"]
            after = principal_fen * loan["partner_fen"] // loan["granted_fen"]
            if before != after:
                self._post(booking["loan_id"], after - before)
        return {"owed_fen": loan["owed_fen"] - fen, "interest_paid_fen": interest_fen}

    def _post(self, loan_id: str, fen: int) -> None:
        """Writes one amount into both ledgers under the same number."""
        for ledger in LEDGERS:
            self._db.execute(
                "UPDATE balance SET postings = postings + 1, fen = fen + ? WHERE ledger = ?", (fen, ledger)
            )
            self._db.execute(
                "INSERT INTO posting (ledger, number, loan_id, fen) "
                "SELECT ledger, postings, ?, ? FROM balance WHERE ledger = ?",
                (loan_id, fen, ledger),
            )

    def _clear(self, booking: Message, _now_s: int) -> Message:
        """Settles the oldest open postings: the same numbers in both ledgers, the net amount moves once."""
        pending = self._db.execute(
            "SELECT number FROM posting WHERE ledger = 'bank' AND batch IS NULL ORDER BY number LIMIT ?",
            (booking["postings"],),
        ).fetchall()
        if not pending:
            return {"batch": None, "postings": 0, "net_fen": 0}
        span = (pending[0][0], pending[-1][0])
        batch = self._db.execute("SELECT batches + 1 FROM balance WHERE ledger = 'bank'").fetchone()[0]
        net: dict[str, int] = {}
        for ledger in LEDGERS:
            selected = "ledger = ? AND number BETWEEN ? AND ? AND batch IS NULL"
            net[ledger] = self._db.execute(
                f"SELECT sum(fen) FROM posting WHERE {selected}",  # noqa: S608 - a constant condition
                (ledger, *span),
            ).fetchone()[0]
            self._db.execute(f"UPDATE posting SET batch = ? WHERE {selected}", (batch, ledger, *span))  # noqa: S608
            self._db.execute(
                "UPDATE balance SET cleared_postings = cleared_postings + ?, cleared_fen = cleared_fen + ?, "
                "batches = ? WHERE ledger = ?",
                (len(pending), net[ledger], batch, ledger),
            )
        difference = net["bank"] - net["partner"]
        return {"batch": batch, "postings": len(pending), "net_fen": net["bank"], "difference_fen": difference}

    def _reconcile(self, _booking: Message, now_s: int) -> Message:
        return {"ledgers": self._ledgers({"audit": False}, now_s)["ledgers"]}

    def _loan(self, message: Message, now_s: int) -> Message:
        """One loan with what is owed now: interest by whole days on the principal, rounded down."""
        found = self._db.execute(f"SELECT {_LOAN_FIELDS} FROM loan WHERE id = ?", (message["id"],)).fetchone()  # noqa: S608
        if found is None:
            return {"state": "missing"}
        loan = dict(zip(_LOAN_FIELDS.split(", "), found, strict=True))
        days = max(0, now_s - loan["interest_until_s"]) // _SECONDS_PER_DAY
        loan["interest_fen"] += loan["principal_fen"] * loan["daily_rate_ppm"] * days // 1_000_000
        loan["interest_until_s"] += days * _SECONDS_PER_DAY
        loan["owed_fen"] = loan["principal_fen"] + loan["interest_fen"]
        return {"state": "found", "loan": loan}

    def _ledgers(self, message: Message, _now_s: int) -> Message:
        """Both ledgers and their difference; ``audit`` adds them up from the postings instead of the balances."""
        query = "SELECT ledger, postings, fen, cleared_postings, cleared_fen FROM balance"
        if message["audit"]:
            query = (
                "SELECT b.ledger, count(number), coalesce(sum(p.fen), 0), count(batch), "
                "coalesce(sum(p.fen) FILTER (WHERE batch IS NOT NULL), 0) "
                "FROM balance b LEFT JOIN posting p ON p.ledger = b.ledger GROUP BY b.ledger"
            )
        ledgers: Message = {
            ledger: {"postings": postings, "fen": fen, "cleared_postings": cleared, "cleared_fen": cleared_fen}
            for ledger, postings, fen, cleared, cleared_fen in self._db.execute(query)
        }
        ledgers["difference_fen"] = ledgers["bank"]["fen"] - ledgers["partner"]["fen"]
        return {"state": "found", "ledgers": ledgers}
