"""What a log line looks like, and what never stands in one."""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from commands.errors import CommandError
from commands.logs import JsonFormatter, RedactingFormatter, configured_secrets, start_logs
from commands.terminal import environment_secrets
from outgoing.redaction import Redactor

ROOT = Path(__file__).resolve().parents[2]
TEXT = "%(levelname)s %(message)s"


def record(message: str, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    """An event as a room logs it."""
    trace = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("collectors.exposition", logging.WARNING, "", 0, message, args, trace)


@pytest.mark.parametrize(
    ("said", "kept", "hidden"),
    [
        ("store postgresql://center:s3c/r@t@db:5432/center is away", "db:5432/center", "s3c"),
        ("GET https://bot:hunter22@hooks.example/x", "hooks.example", "hunter22"),
        ("Authorization: Bearer abcdef123456", "Authorization", "abcdef123456"),
        ("answered 401 to token abcdef123456", "401", "abcdef123456"),
        ("connect password=hunter22 host=db", "host=db", "hunter22"),
        ("{'api_key': 'hunter22', 'user': 'a'}", "user", "hunter22"),
        ("POST https://qyapi.example/cgi-bin/webhook/send?key=693axxx6-7aoc", "qyapi.example", "693axxx6"),
        ("POST https://oapi.example/robot/send?access_token=99aa88bb", "oapi.example", "99aa88bb"),
        ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl back", "back", "c2lnbmF0dXJl"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY----- loaded", "loaded", "MIIEvQ"),
        ("it said known-to-us-only twice", "twice", "known-to-us-only"),
        ("source dc1 http://127.0.0.1:8101/metrics refused", "http://127.0.0.1:8101/metrics refused", "***"),
    ],
)
@pytest.mark.parametrize("formatter", [RedactingFormatter, JsonFormatter])
def test_secrets_are_hidden_and_machines_are_named(
    formatter: type[RedactingFormatter], said: str, kept: str, hidden: str
) -> None:
    """In both formats; the address of what was read stays whole."""
    line = formatter(TEXT, Redactor(["known-to-us-only"])).format(record("%s", said))
    assert kept in line
    assert hidden not in line


@pytest.mark.parametrize("formatter", [RedactingFormatter, JsonFormatter])
def test_a_traceback_is_redacted_too(formatter: type[RedactingFormatter]) -> None:
    """Libraries put addresses into their exceptions."""
    error = OSError("no route to https://bot:hunter22@hooks.example")
    line = formatter(TEXT, Redactor()).format(record("a defect", error=error))
    assert "hooks.example" in line
    assert "hunter22" not in line


def test_json_is_one_object_per_line_with_names_that_stay() -> None:
    """What a log shipper relies on."""
    line = JsonFormatter(TEXT, Redactor()).format(record("first\nsecond \u2028 %s", "微粒贷"))
    assert len(line.splitlines()) == 1
    event = json.loads(line)
    assert set(event) == {"time", "level", "logger", "message", "process", "thread"}
    assert (event["level"], event["logger"], event["message"]) == (
        "warning",
        "collectors.exposition",
        "first\nsecond \u2028 微粒贷",
    )
    assert event["time"].endswith("Z")
    assert len(event["time"]) == len("2026-11-22T02:36:19.123Z")


def test_a_line_break_from_outside_forges_no_line() -> None:
    """Labels, reasons of servers and file names may hold anything."""
    line = RedactingFormatter(TEXT, Redactor()).format(record("label %s", "a\n2026-11-22 CRITICAL all is well\x1b[2J"))
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line


def test_secrets_are_known_by_the_names_of_their_variables_and_by_the_configuration() -> None:
    """Whatever a variable is called: the configuration says that it is one."""
    environment = {
        "PGPASSWORD": "first-one",
        "WECOM_ONCALL": "https://x.example/hook",
        "HOME": "/root",
        "EMPTY_TOKEN": "",
    }
    assert environment_secrets(environment) == ["first-one"]
    settings = {
        "store": "postgresql://center:second-one@db/center",
        "notify": {"channels": ({"url_env": "WECOM_ONCALL"}, {"url_env": None})},
    }
    assert [found for found in configured_secrets(settings, environment) if found] == [
        "second-one",
        "https://x.example/hook",
    ]


def test_an_unknown_format_of_the_environment_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same as with a bad option."""
    monkeypatch.setenv("LENDING_CONTROL_CENTER_LOG_FORMAT", "xml")
    with pytest.raises(CommandError, match="'xml' is not a format of logs; take one of text, json"):
        start_logs(argparse.Namespace(log_format=None))


CHILD = """
import argparse, sys, threading
sys.path.insert(0, sys.argv[1])
from commands.logs import start_logs
start_logs(argparse.Namespace(log_format="json"))
def fail(): raise RuntimeError("password=hunter22")
thread = threading.Thread(target=fail, name="worker")
thread.start()
thread.join()
fail()
"""


def test_what_nobody_caught_is_logged_like_everything_else() -> None:
    """In threads and in the main one; the exit code stays that of a defect."""
    run = subprocess.run(
        [sys.executable, "-c", CHILD, str(ROOT)], capture_output=True, text=True, timeout=30, check=False
    )
    assert run.returncode == 1
    events = [json.loads(line) for line in run.stderr.splitlines()]
    assert [event["message"] for event in events] == ["thread worker ended by a defect", "ended by a defect"]
    assert all("RuntimeError" in event["exception"] for event in events)
    assert "hunter22" not in run.stderr


@pytest.mark.parametrize("formatter", [RedactingFormatter, JsonFormatter])
def test_no_text_from_outside_forges_a_line_or_drives_a_terminal(formatter: type[RedactingFormatter]) -> None:
    """Neither in what is said nor in the words of an exception."""
    hostile = "x\n2026-11-22 10:00:00,000 INFO forged\r\x1b[2J\x9b1m\u202e\u2028"
    lines = formatter(TEXT, Redactor()).format(record("%s", hostile, error=ValueError(hostile))).split("\n")
    assert not [line for line in lines if line.startswith("2026-11-22")]
    assert not {"\r", "\x1b", "\x9b", "\u202e", "\u2028"} & set("".join(lines))
    assert len(lines) == 1 or all(line.startswith("    ") for line in lines[1:])
