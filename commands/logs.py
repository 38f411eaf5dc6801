"""Logs of every command: one line per event on standard error, as text or JSON, and no secret in it.

Secrets are taken out of the finished line, tracebacks included, so that no room can forget it: known values (from the
environment and from what the configuration names) and whatever looks like a password, token, key or address with one.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import TypeAlias
from urllib.parse import urlsplit

from commands.errors import CommandError
from commands.terminal import WRITTEN_OUT, environment_secrets
from outgoing.posting import hush_connections
from outgoing.redaction import Redactor

FORMATS = ("text", "json")
FORMAT_VARIABLE = "LENDING_CONTROL_CENTER_LOG_FORMAT"
TEXT = "%(asctime)s %(levelname)s %(message)s"
Trace: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
_TRACE = "    "
"""Before each line of a traceback: the words of an exception must not forge a line of the log."""
_IN_TRACE = {code: text for code, text in WRITTEN_OUT.items() if chr(code) not in "\n\t"}


def add_logs(parser: argparse.ArgumentParser) -> None:
    """Adds --log-format; its default may stand in the environment, which the demo's parts inherit."""
    parser.add_argument(
        "--log-format", choices=FORMATS, help=f"of the log on standard error (default: ${FORMAT_VARIABLE}, else text)"
    )


def start_logs(args: argparse.Namespace, level: int = logging.INFO, text: str = TEXT) -> None:
    """From now on everything is logged here, and what nobody caught too. Raises CommandError for an unknown format."""
    formatter = _formatter(_chosen(args), text, Redactor(environment_secrets(os.environ)))
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    hush_connections()
    if logging.getLogger().handlers:
        return  # whoever runs us inside of something larger logs in its own way
    logging.basicConfig(level=level, handlers=[handler])
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def hide_configured(settings: Mapping[str, object]) -> None:
    """Hides what the configuration (as plain mappings) names as secret too, however its variable is called."""
    secrets = [*environment_secrets(os.environ), *configured_secrets(settings, os.environ)]
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, RedactingFormatter):
            handler.formatter.redactor = Redactor(secrets)


def configured_secrets(content: object, environment: Mapping[str, str]) -> Iterator[str]:
    """What fields called ``..._env`` name in the environment, and passwords inside of addresses."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            if isinstance(value, str) and str(key).endswith("_env"):
                yield environment.get(value, "")
            else:
                yield from configured_secrets(value, environment)
    elif isinstance(content, list | tuple):
        for item in content:
            yield from configured_secrets(item, environment)
    elif isinstance(content, str) and "://" in content:
        yield _password(content)


class RedactingFormatter(logging.Formatter):
    """One line of text; a traceback follows on lines of its own."""

    def __init__(self, text: str, redactor: Redactor) -> None:
        super().__init__(text)
        self.redactor = redactor

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        """The line, without line breaks from outside."""
        return super().formatMessage(record).translate(WRITTEN_OUT)

    def formatException(self, ei: Trace) -> str:  # noqa: N802  logging's name
        """A traceback that stands in from the left, so that no line of it looks like an event."""
        lines = super().formatException(ei).translate(_IN_TRACE).split("\n")
        return "\n".join(_TRACE + line for line in lines)

    def format(self, record: logging.LogRecord) -> str:
        """The line and its traceback, without secrets."""
        return self.redactor.in_full(super().format(record))


class JsonFormatter(RedactingFormatter):
    """One JSON object per line: ``time`` (RFC 3339, UTC), ``level``, ``logger``, ``message``, ``process``, ``thread``,
    and ``exception`` where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Each field is redacted before it is quoted: quoting would hide a secret's form from the redactor."""
        event: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.redactor.in_full(record.getMessage()),
            "process": record.process,
            "thread": record.threadName,
        }
        if record.exc_info:
            event["exception"] = self.redactor.in_full(self.formatException(record.exc_info))
        return json.dumps(event, ensure_ascii=False).translate(WRITTEN_OUT)


def _chosen(args: argparse.Namespace) -> str:
    chosen = getattr(args, "log_format", None) or os.environ.get(FORMAT_VARIABLE) or "text"
    if chosen not in FORMATS:
        raise CommandError(f"{FORMAT_VARIABLE}: {chosen!r} is not a format of logs; take one of {', '.join(FORMATS)}")
    return str(chosen)


def _formatter(chosen: str, text: str, redactor: Redactor) -> RedactingFormatter:
    return JsonFormatter(text, redactor) if chosen == "json" else RedactingFormatter(text, redactor)


def _password(address: str) -> str:
    try:
        return urlsplit(address).password or ""
    except ValueError:
        return ""


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("uncaught").critical("ended by a defect", exc_info=(kind, error, trace))


def _uncaught_in_thread(what: threading.ExceptHookArgs) -> None:
    error = what.exc_value or what.exc_type()
    name = what.thread.name if what.thread else "unknown"
    logging.getLogger("uncaught").critical(
        "thread %s ended by a defect", name, exc_info=(what.exc_type, error, what.exc_traceback)
    )
