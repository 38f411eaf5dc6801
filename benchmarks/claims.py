"""How long a claim and a completion of an idempotency key take at the books that all data centers share.

Six connections, like six data centers, each asks one thing after another at a pace of its own; prints median and p99.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lending.books_link import BooksLink
from lending.errors import BooksUnavailable

ROOT = Path(__file__).resolve().parent.parent
_BOOKS = """
import pathlib, sys
from lending import books
books.run(books.BooksOptions("127.0.0.1", int(sys.argv[1]), pathlib.Path(sys.argv[2])))
"""
DATA_CENTERS = 6
Times = tuple[list[float], list[float]]
"""Milliseconds of claims and of completions."""


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rate", type=float, default=200, help="requests per second, all data centers together")
    args = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([sys.executable, "-c", _BOOKS, str(port), folder], cwd=ROOT)
        try:
            claims, completions = asyncio.run(measured(port, args.seconds, args.rate))
        finally:
            process.terminate()
            process.wait()
    show("claim", claims)
    show("completion with its booking", completions)


async def measured(port: int, seconds: float, rate: float) -> Times:
    """Milliseconds of claims and of completions."""
    times: Times = ([], [])
    links = [BooksLink("127.0.0.1", port) for _ in range(DATA_CENTERS)]
    await until_up(links[0])
    until_s = time.monotonic() + seconds
    await asyncio.gather(
        *(one(f"dc{n + 1}", link, until_s, rate / DATA_CENTERS, times) for n, link in enumerate(links))
    )
    for link in links:
        link.close()
    return times


async def until_up(link: BooksLink) -> None:
    """Waits until the books answer."""
    while True:
        try:
            await link.ask({"op": "ledgers", "audit": False})
        except BooksUnavailable:
            await asyncio.sleep(0.05)
        else:
            return


async def one(name: str, link: BooksLink, until_s: float, rate: float, times: Times) -> None:
    """One data center: a new key each time."""
    claims, completions = times
    number = 0
    while time.monotonic() < until_s:
        number += 1
        key = f"{name}-{number}"
        began_s = time.perf_counter()
        claim = await link.ask({"op": "claim", "key": key, "owner": name, "request": "r"})
        claims.append((time.perf_counter() - began_s) * 1000)
        began_s = time.perf_counter()
        await link.ask(completion(key, claim["fence"]))
        completions.append((time.perf_counter() - began_s) * 1000)
        await asyncio.sleep(1 / rate)


def completion(key: str, fence: int) -> dict[str, object]:
    """Books a joint loan with its posting in both ledgers."""
    loan = {"kind": "grant", "id": key, "product": "weilidai", "customer_id": key, "tenant": None, "granted_fen": 1000}
    terms = {"daily_rate_ppm": 450, "partner_fen": 800, "guarantor_fen": 0, "instalments": 5}
    return {"op": "complete", "key": key, "fence": fence, "status": 201, "answer": "{}", "booking": {**loan, **terms}}


def show(what: str, milliseconds: list[float]) -> None:
    """One line."""
    p99 = statistics.quantiles(milliseconds, n=100)[98]
    print(f"{what}: median {statistics.median(milliseconds):.3f} ms, p99 {p99:.3f} ms, n {len(milliseconds)}")


if __name__ == "__main__":
    main()
