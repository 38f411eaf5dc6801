"""The estate's own exact record of what happened, asked over HTTP.

TruthError
|- TruthUnavailable   does not answer, or answers something else
|- TruthGone          the detail of these records is no longer kept
`- TruthMismatch      the truth and the store speak of different processes
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

import urllib3

GONE = 410
HTTP_OK = 200
RETRY_PAUSE_S = 0.2


class TruthError(Exception):
    """The truth of a data center cannot be compared with the store."""


class TruthUnavailable(TruthError):
    """Nobody who knows the truth answers."""

    def __init__(self, data_center: str, cause: str) -> None:
        super().__init__(f"truth of {data_center}: {' '.join(cause.split())[:200]}")


class TruthGone(TruthError):
    """The estate keeps no detail of these records any more."""

    def __init__(self, data_center: str, after: int, through: int) -> None:
        super().__init__(f"truth of {data_center}: the detail of records {after + 1} to {through} is no longer kept")


class TruthMismatch(TruthError):
    """The store saw a process, or a mark, that the truth does not know."""

    def __init__(self, data_center: str, cause: str) -> None:
        super().__init__(f"truth of {data_center}: {cause}")


@dataclass(frozen=True, slots=True)
class Life:
    """One life of a data center's process in the truth: its birth and its first and last record."""

    born_ms: int
    first_sequence: int
    last_sequence: int
    alive: bool


@dataclass(frozen=True, slots=True)
class TruthCount:
    """Events of one product, step, DCN, outcome and traffic."""

    product: str
    step: str
    dcn: str
    outcome: str
    traffic: str
    events: int


@dataclass(frozen=True, slots=True)
class TruthTransactions:
    """Transactions of one product, DCN and traffic."""

    product: str
    dcn: str
    traffic: str
    transactions: int


@dataclass(frozen=True, slots=True)
class Truth:
    """What a data center says of itself: everything, or what some of its records hold."""

    data_center: str
    sequence: int
    lives: tuple[Life, ...]
    counts: tuple[TruthCount, ...]
    transactions: tuple[TruthTransactions, ...]


class TruthSource(Protocol):
    """Whoever knows the truth of one data center. Raises TruthError."""

    def everything(self) -> Truth:
        """The present sequence, every life, and all counts."""

    def between(self, after: int, through: int) -> Truth:
        """Counts of the records with ``after < sequence <= through``."""


class TruthClient:
    """Asks one data center's ``/truth``; one that does not answer is asked again for ``patience_s`` seconds."""

    def __init__(self, data_center: str, base_url: str, *, timeout_s: float = 10.0, patience_s: float = 5.0) -> None:
        self._data_center = data_center
        self._url = f"{base_url.rstrip('/')}/truth"
        self._patience_s = patience_s
        self._pool = urllib3.PoolManager(retries=False, timeout=timeout_s)

    def everything(self) -> Truth:
        """The present sequence, every life, and all counts."""
        return self._read({})

    def between(self, after: int, through: int) -> Truth:
        """Counts of the records with ``after < sequence <= through``. Raises TruthGone when they were folded away."""
        return self._read({"after": after, "through": through})

    def _read(self, span: dict[str, int]) -> Truth:
        status, body = self._answered(span)
        if status == GONE:
            raise TruthGone(self._data_center, span.get("after", 0), span.get("through", 0))
        if status != HTTP_OK:
            raise TruthUnavailable(self._data_center, f"http: status {status} from {self._url}")
        try:
            return truth_of(json.loads(body))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as fault:
            raise TruthUnavailable(self._data_center, f"garbage: {self._url} ({fault!r})") from fault

    def _answered(self, span: dict[str, int]) -> tuple[int, bytes]:
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                response = self._pool.request(
                    "GET", self._url, fields={name: str(value) for name, value in span.items()}, redirect=False
                )
            except urllib3.exceptions.HTTPError as fault:
                if time.monotonic() > deadline:
                    self._give_up(fault)
                time.sleep(RETRY_PAUSE_S)
                continue
            return response.status, response.data

    def _give_up(self, fault: Exception) -> NoReturn:
        refused = isinstance(fault, urllib3.exceptions.NewConnectionError)  # urllib3 calls it a timeout as well
        code = "timeout" if isinstance(fault, urllib3.exceptions.TimeoutError) and not refused else "refused"
        raise TruthUnavailable(self._data_center, f"{code}: no answer from {self._url}") from fault

    def close(self) -> None:
        """Gives the connections back."""
        self._pool.clear()


def truth_of(document: Any) -> Truth:
    """The truth in an answer. Raises KeyError, TypeError or ValueError when it is not one."""
    return Truth(
        data_center=str(document["data_center"]),
        sequence=int(document["sequence"]),
        lives=tuple(
            Life(int(one["born_ms"]), int(one["first_sequence"]), int(one["last_sequence"]), bool(one["alive"]))
            for one in document["incarnations"]
        ),
        counts=tuple(_counts(document["counts"])),
        transactions=tuple(
            TruthTransactions(one["product"], one["dcn"], one["traffic"], int(one["transactions"]))
            for one in document["transactions"]
        ),
    )


def _counts(rows: Any) -> Iterator[TruthCount]:
    for one in rows:
        yield TruthCount(one["product"], one["step"], one["dcn"], one["outcome"], one["traffic"], int(one["events"]))
