"""What the service itself counted: the growth of its own request counters over the run, per data center."""

from __future__ import annotations

import re
import urllib.error
import urllib.request

from loadtests.running.health import ServiceCount

_SAMPLE = re.compile(r'^lending_requests_total\{[^}]*traffic="load_test"[^}]*\} ([0-9.eE+]+)', re.MULTILINE)
_ABANDONED = 'outcome="client_abort"'
_BORN = re.compile(r"^process_start_time_seconds(?:\{[^}]*\})? (\S+)", re.MULTILINE)
_TIMEOUT_S = 5


class NotCounted(Exception):
    """A data center whose page could not be read; the message says which and why."""


def counted(page: str) -> int:
    """Load-test requests on a metrics page."""
    return sum(int(float(value)) for value in _SAMPLE.findall(page))


def abandoned(page: str) -> int:
    """Of these, the ones whose caller left before the answer: a client, or a balancer that went on to another data
    center, where the same request was counted once more."""
    return sum(int(float(found[1])) for found in _SAMPLE.finditer(page) if _ABANDONED in found[0])


def born(page: str) -> str | None:
    """When the process behind a page started, as it says."""
    found = _BORN.search(page)
    return found[1] if found else None


def read(url: str) -> str:
    """One metrics page. Raises NotCounted."""
    if not url.startswith(("http://", "https://")):
        raise NotCounted(f"{url}: must begin with http:// or https://")
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - the scheme was checked
            return str(answer.read().decode())
    except (OSError, urllib.error.URLError, UnicodeDecodeError) as error:
        raise NotCounted(f"{url}: {error}") from None


class ServiceCounters:
    """The counters of every data center, read before and after a run."""

    def __init__(self, urls: tuple[str, ...]) -> None:
        self._urls = urls
        self._before: dict[str, str] = {}
        self._note: str | None = None if urls else "not compared: no --service-metrics URL was given"

    def begin(self) -> None:
        """Reads all pages before the first arrival."""
        self._before, self._note = {}, self._note if not self._urls else None
        try:
            self._before = {url: read(url) for url in self._urls}
        except NotCounted as error:
            self._note = f"not compared: {error}"

    def end(self, answered: int, unsure: int) -> ServiceCount:
        """Reads them again and compares."""
        if self._note is not None:
            return ServiceCount(None, answered, unsure, self._note)
        try:
            after = {url: read(url) for url in self._urls}
        except NotCounted as error:
            return ServiceCount(None, answered, unsure, f"not compared: {error}")
        if any(born(page) != born(self._before[url]) for url, page in after.items()):
            return ServiceCount(None, answered, unsure, "not compared: a data center was started anew during the run")
        grown = sum(counted(page) - counted(self._before[url]) for url, page in after.items())
        left = sum(abandoned(page) - abandoned(self._before[url]) for url, page in after.items())
        return ServiceCount(grown, answered, unsure + left)
