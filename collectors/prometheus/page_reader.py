"""Reads pages of the past of one instance, as many at a time as the server likes to give.

The next answer is asked for while the one before is being counted and stored: the server's time costs nothing then.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from collectors.errors import CollectorError
from collectors.mapping import Leaf, MetricMap
from collectors.page import Page
from collectors.prometheus.client import Labels, PrometheusClient, Series, selector
from collectors.prometheus.config import PrometheusConfig
from collectors.prometheus.errors import TooMuch
from collectors.prometheus.pages import PageBuilder
from collectors.prometheus.stretch import Stretch
from store.records import Gap, Source

MOST_LEAVES = 100_000


class LostPage(CollectorError):
    """A page that the store knows is not on the server any more: what lies beside it cannot be joined to it."""

    code = "missing"


@dataclass(frozen=True, slots=True)
class Bite:
    """One answer: its samples, its pages, and how many of the instants asked for it deals with."""

    samples: int
    stretch: Stretch
    taken: int


class Ahead:
    """A client that one question may be sent to before its answer is wanted. ``close`` when done."""

    def __init__(self, client: PrometheusClient, wanted: str) -> None:
        """``wanted``: the selector of every question."""
        self._client = client
        self._wanted = wanted
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="backfill")
        self._sent: tuple[tuple[int, int], Future[list[Series]]] | None = None

    def send(self, from_ms: int, to_ms: int) -> None:
        """Asks, in a thread of its own. Nothing else may be asked of the client before ``ask``."""
        answer = self._thread.submit(self._client.samples, self._wanted, from_ms, to_ms)
        self._sent = (from_ms, to_ms), answer

    def ask(self, from_ms: int, to_ms: int) -> list[Series]:
        """The samples in ``(from_ms, to_ms]``; an answer that was sent for and is another one is dropped.

        Raises PrometheusError.
        """
        sent, self._sent = self._sent, None
        if sent is not None and sent[0] == (from_ms, to_ms):
            return sent[1].result()
        if sent is not None:
            sent[1].exception()  # waits: the connection serves one question at a time
        return self._client.samples(self._wanted, from_ms, to_ms)

    def close(self) -> None:
        """Waits for what is under way."""
        self._thread.shutdown(cancel_futures=True)


class PageReader:
    """Pages of one instance at given instants. ``close`` when done."""

    def __init__(
        self,
        client: PrometheusClient,
        config: PrometheusConfig,
        mapping: MetricMap,
        *,
        source: Source,
        labels: Labels,
    ) -> None:
        self.labels = labels
        self._ahead = Ahead(client, selector(config.names(mapping), matchers(labels)))
        self._mapping = mapping
        self._source = source
        dropped = {"job", "instance", *(label for label in labels if label not in mapping.label_names)}
        self._texts = PageBuilder(mapping.mark, dropped)
        self._leaves: dict[str, Leaf | None] = {}
        self._most_samples = config.most_back
        self._pages = 1

    def close(self) -> None:
        """Waits for a question under way."""
        self._ahead.close()

    def last_of(self, times_ms: Sequence[int], first_page_ms: int) -> Bite:
        """Pages of the latest of these instants, and the first page behind them.

        The instants before them are asked for at once: do ask for them next, with the first page of this bite.
        """
        while True:
            bite = self._asked([*times_ms[-self._pages :], first_page_ms])
            if bite is not None:
                break
        before = times_ms[: -bite.taken]
        if before and bite.stretch.times_ms:
            self._ahead.send(before[-self._pages :][0] - 1, bite.stretch.times_ms[0])
        return bite

    def first_of(self, times_ms: Sequence[int], gap: Gap) -> tuple[Bite, Page]:
        """The gap's first page and those of the earliest of these instants; and its closing page."""
        while True:
            bite = self._asked([gap.from_ms, *times_ms[: self._pages]])
            if bite is not None:
                break
        closing = self._asked([gap.to_ms])
        if closing is None or not closing.stretch.times_ms or bite.stretch.times_ms[:1] != (gap.from_ms,):
            raise LostPage(f"the pages beside the gap of {gap.from_ms} to {gap.to_ms} ms are no longer on the server")
        return bite, closing.stretch.page(0)

    def _asked(self, wanted_ms: list[int]) -> Bite | None:
        """None when it was too much: fewer are asked for from now on."""
        try:
            series = self._ahead.ask(wanted_ms[0] - 1, wanted_ms[-1])
        except TooMuch:
            if self._pages == 1:
                raise
            self._pages //= 2
            return None
        self._pages = max(1, self._most_samples // max(1, len(series)) - 1)
        if len(self._leaves) > 4 * len(series) + MOST_LEAVES:
            self._leaves.clear()
        stretch = Stretch(self._texts.named(series), wanted_ms, self._mapping, self._meant, self._source.interval_ms)
        return Bite(sum(len(one.times_ms) for one in series), stretch, len(wanted_ms) - 1)

    def _meant(self, text: str) -> Leaf | None:
        if text not in self._leaves:
            self._leaves[text] = self._mapping.leaf(text, self._source.data_center)
        return self._leaves[text]


def matchers(labels: Labels) -> dict[str, str]:
    """What selects one instance of a job."""
    return {"job": labels["job"], "instance": labels["instance"]}
