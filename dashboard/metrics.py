"""The dashboard's own metrics, in a registry of its own so that several instances (and tests) never share one."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, ProcessCollector
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from dashboard.publisher import Publisher
from dashboard.sources import SourceState, SourceView


class PublisherCollector(Collector):
    """Reads the publisher when it is scraped: nothing is copied in between."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    def collect(self) -> Iterable[Metric]:
        """Frames, their cost and age, and every source as of the newest frame."""
        work = self._publisher.work
        yield _counter("control_center_frames_built", "Frames built since start.", work.frames)
        yield _counter("control_center_frame_failures", "Attempts at a frame that failed.", work.failures)
        yield SummaryMetricFamily(
            "control_center_frame_build_seconds",
            "Wall-clock time of building a frame.",
            count_value=work.frames,
            sum_value=work.build_seconds,
        )
        age = self._publisher.frame_age_seconds()
        frame = self._publisher.frame
        if age is None or frame is None:
            return
        yield GaugeMetricFamily("control_center_frame_age_seconds", "Age of the newest frame.", value=age)
        yield _source_ages(frame.sources, age)
        yield _source_states(frame.sources)


class RequestCounts:
    """Requests for prepared documents by status; the children exist from the start."""

    def __init__(self, registry: CollectorRegistry) -> None:
        requests = Counter(
            "control_center_document_requests",
            "Requests for prepared documents.",
            ["document", "status"],
            registry=registry,
        )
        self._children = {
            (document, status): requests.labels(document, str(status))
            for document in ("snapshot", "curve")
            for status in (200, 304, 503)
        }

    def add(self, document: str, status: int) -> None:
        """Counts one request."""
        self._children[document, status].inc()


def create_registry(publisher: Publisher) -> CollectorRegistry:
    """A registry with the publisher's and the process's metrics."""
    registry = CollectorRegistry()
    registry.register(PublisherCollector(publisher))
    ProcessCollector(registry=registry)
    return registry


def _counter(name: str, text: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(name, text, value=value)


def _source_ages(sources: Iterable[SourceView], frame_age_seconds: float) -> GaugeMetricFamily:
    """Ages now: those of the frame plus the frame's own; sources that were never read have none."""
    family = GaugeMetricFamily(
        "control_center_source_age_seconds", "Age of the last accepted page of a source.", labels=["source"]
    )
    for source in sources:
        if source.age_ms is not None:
            family.add_metric([source.id], source.age_ms / 1000 + frame_age_seconds)
    return family


def _source_states(sources: Iterable[SourceView]) -> GaugeMetricFamily:
    """1 for the state that a source is in, 0 for the others."""
    family = GaugeMetricFamily(
        "control_center_source_state", "State of a source in the newest frame.", labels=["source", "state"]
    )
    for source in sources:
        for state in SourceState:
            family.add_metric([source.id, state.value], 1.0 if source.state is state else 0.0)
    return family
