"""SLI: how good events are told from bad ones."""

from __future__ import annotations

from alerts.openslo.fields import Section
from alerts.openslo.metadata import read_metadata
from alerts.openslo.model import Kind, Metric, MetricSource, RatioMetric, RawType, Sli, ThresholdMetric
from alerts.openslo.queries import speaks_promql, sums_before_rate

_QUERY_FIELDS = ("query", "expr")


def read_sli(section: Section) -> Sli | None:
    """An SLI object, or an indicator inside an SLO. None when it cannot be used; why is named."""
    metadata = read_metadata(section)
    spec = section.section("spec", required=True)
    if spec is None:
        return None
    description = spec.description()
    metric = _metric(spec)
    spec.close()
    return Sli(metadata, section.place(), description, metric) if metadata and metric else None


def inline_sli(section: Section) -> Sli | None:
    """The same where its kind is known from where it stands."""
    section.choice("apiVersion", ("openslo/v1",))
    section.choice("kind", (Kind.SLI,))
    made = read_sli(section)
    section.close()
    return made


def _metric(spec: Section) -> Metric | None:
    threshold, ratio = spec.section("thresholdMetric"), spec.section("ratioMetric")
    made = (_threshold(threshold) if threshold else None, _ratio(ratio) if ratio else None)
    spec.exactly_one("thresholdMetric", "ratioMetric", why="an indicator is either values or a ratio")
    return None if all(made) else made[0] or made[1]


def _threshold(section: Section) -> ThresholdMetric | None:
    source = _source(section)
    section.close()
    return ThresholdMetric(source) if source else None


def _ratio(section: Section) -> RatioMetric | None:
    counter = section.flag("counter")
    raw_type = section.choice("rawType", tuple(RawType))
    parts = {name: section.section(name) for name in ("good", "bad", "total", "raw")}
    sources = {name: _part(part) for name, part in parts.items() if part is not None}
    fits = _fits(section, {name for name, part in parts.items() if part is not None})
    section.close()
    if not fits or None in sources.values():
        return None
    made = RatioMetric(
        counter or False,
        sources.get("good"),
        sources.get("bad"),
        sources.get("total"),
        sources.get("raw"),
        RawType(raw_type) if raw_type else None,
    )
    if counter:
        _warn_of_sums(section, made)
    return made


def _part(section: Section) -> MetricSource | None:
    source = _source(section)
    section.close()
    return source


def _fits(section: Section, given: set[str]) -> bool:
    """Whether good or bad stands over total, or raw alone with its type; what does not fit is named."""
    if "raw" in given:
        others = sorted(given - {"raw"})
        if others:
            section.error("raw", f"cannot stand together with {', '.join(others)}; keep either")
        if not section.has("rawType"):
            section.error("rawType", "is missing; write success or failure, for raw does not tell what it counts")
        return not others
    if section.has("rawType"):
        section.error("rawType", "goes with raw only; take it away")
    which = section.exactly_one("good", "bad", why="the numerator; a precomputed ratio is raw with rawType")
    if "total" not in given:
        section.error("total", "is missing; good or bad needs it as the denominator")
    return which is not None and "total" in given


def _source(section: Section) -> MetricSource | None:
    inner = section.section("metricSource", required=True)
    if inner is None:
        return None
    place = inner.place()
    source_type = inner.text("type") or ""
    source = inner.reference("metricSourceRef", Kind.DATA_SOURCE, optional=bool(source_type))
    spec = inner.anything("spec")
    if not inner.written("spec"):
        inner.error("spec", "is missing; say what to query")
    elif spec is None:
        inner.warning("spec", "is empty; nothing can be queried")
    if not source_type and not inner.has("metricSourceRef"):
        inner.error("type", "is missing; give type, or metricSourceRef to a DataSource that has one")
    inner.close()
    return MetricSource(place, source, source_type, spec)


def _warn_of_sums(section: Section, metric: RatioMetric) -> None:
    for name, source in (("good", metric.good), ("bad", metric.bad), ("total", metric.total)):
        if source and speaks_promql(source.type) and any(map(sums_before_rate, _queries(source.spec))):
            section.warning(
                name,
                "aggregates counters before a rate is taken: a reset of one series hides in the sum;"
                " take the rate of each series first, sum(rate(x[5m]))",
            )


def _queries(spec: object) -> list[str]:
    if not isinstance(spec, dict):
        return []
    return [text for text in (spec.get(field) for field in _QUERY_FIELDS) if isinstance(text, str)]
