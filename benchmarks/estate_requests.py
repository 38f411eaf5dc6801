"""How many draw-downs one data center answers, and what an idle second of demand costs it.

Starts real books and a real dc1, drives them with wrk and a fresh idempotency key per request, and prints requests per
second of wall time and per second of the service's CPU. Then measures a minute-long idle share: demand of a billion a
day, one scrape per second.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_LUA = """
local number = 0
local thread_number = 0
function setup(thread) thread:set("id", thread_number); thread_number = thread_number + 1 end
function request()
  number = number + 1
  local key = string.format("wrk-%d-%d-%d", id, number, os.time())
  wrk.headers["Idempotency-Key"] = key
  return wrk.format("POST", "/v1/weilidai/drawdown", nil, '{"customer_id":"' .. key .. '","amount_fen":760000}')
end
"""
_BOOKS = """
import pathlib, sys
from lending import books
books.run(books.BooksOptions("127.0.0.1", int(sys.argv[1]), pathlib.Path(sys.argv[2])))
"""
_DATA_CENTER = """
import pathlib, sys
from lending import service
books, port, data, scale = sys.argv[1:]
service.run(service.ServiceOptions(
    "dc1", "127.0.0.1", int(port), int(books), pathlib.Path(data), pathlib.Path("config/estate.yaml"), int(scale), 1))
"""


def main() -> None:
    """Runs both measurements and prints them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        books, books_port = start(_BOOKS, folder)
        service, port = start(_DATA_CENTER, str(books_port), "PORT", folder, "1000000000")
        try:
            idle(service, port, seconds)
            requests(service, books, port, seconds, Path(folder))
        finally:
            for process in (service, books):
                process.terminate()
                process.wait()


def start(code: str, *arguments: str) -> tuple[subprocess.Popen[bytes], int]:
    """Starts a part on a free port and waits until it listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    filled = [str(port) if one == "PORT" else one for one in arguments]
    if "PORT" not in arguments:
        filled = [str(port), *filled]
    process = subprocess.Popen([sys.executable, "-c", code, *filled], cwd=ROOT)
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process, port
        time.sleep(0.05)


def idle(service: subprocess.Popen[bytes], port: int, seconds: int) -> None:
    """One scrape per second beside the demand."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    scrape(connection)
    time.sleep(1)
    before = cpu_seconds(service)
    page = b""
    for _ in range(seconds):
        time.sleep(1)
        page = scrape(connection)
    used_ms = (cpu_seconds(service) - before) / seconds * 1000
    lines = len(page.splitlines())
    print(f"idle: {used_ms:.1f} ms CPU per second with a scrape of {len(page):,} bytes, {lines:,} lines")
    print(f"idle: RSS {memory_mb(service, 'VmRSS')} MB")


def scrape(connection: http.client.HTTPConnection) -> bytes:
    """One metrics page."""
    connection.request("GET", "/metrics")
    return connection.getresponse().read()


def requests(
    service: subprocess.Popen[bytes], books: subprocess.Popen[bytes], port: int, seconds: int, folder: Path
) -> None:
    """Draw-downs with a new key each."""
    script = folder / "draw.lua"
    script.write_text(_LUA)
    before = cpu_seconds(service), cpu_seconds(books)
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "-s", str(script), f"http://127.0.0.1:{port}/"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    used = cpu_seconds(service) - before[0], cpu_seconds(books) - before[1]
    total = int(found(r"(\d+) requests in", out))
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    print(f"draw-downs: {total / seconds:,.0f}/s of wall time; {total / used[0]:,.0f} per CPU second of the service,")
    print(f"  {total / used[1]:,.0f} per CPU second of the books")
    print(f"  {refused.group(1) if refused else 0} of {total} not 2xx: 3 % are refused for business reasons")
    print(f"  RSS {memory_mb(service, 'VmRSS')} MB service, {memory_mb(books, 'VmRSS')} MB books")


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """CPU time of a process so far."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(process: subprocess.Popen[bytes], field: str) -> int:
    """Memory of a process."""
    return int(found(rf"{field}:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())) // 1024


def found(pattern: str, text: str) -> str:
    """The first group of a pattern that must occur."""
    match = re.search(pattern, text)
    if match is None:
        raise SystemExit(f"no {pattern!r} in {text!r}")
    return match.group(1)


if __name__ == "__main__":
    main()
