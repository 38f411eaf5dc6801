"""Do the figures of a result agree with each other, and does its verdict follow from them? A verdict that its own
counts do not bear out is refused, whoever sends it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise

from reports.load_runs.shape import Counts, Distribution, Live, Result, Scope, StepCounts
from slo.binomial import at_least, at_most
from slo.objective import Objective
from slo.sequential import SequentialTest

EXIT_CODES = {"proven": 0, "refuted": 1, "undecided": 3, "invalid": 4}
KINDS = ("requests", "failures", "ok", "business_reject", "error", "wrong_answer", "too_slow", "retries")


def disagreements(result: Result) -> Iterator[str]:
    """One line for everything that cannot be true together."""
    if result.ended_at < result.started_at:
        yield "ended_at: lies before started_at"
    yield from _counts(result)
    yield from _latencies(result)
    yield from _seconds(result)
    yield from _generator(result)
    yield from _verdict(result)


def _counts(result: Result) -> Iterator[str]:
    counts = result.counts
    yield from _kinds("counts.overall", counts.overall)
    for place, product in enumerate(counts.products):
        yield from _kinds(f"counts.products.{place}", product)
    for place, step in enumerate(counts.steps):
        yield from _kinds(f"counts.steps.{place}", step)
    yield from _repeated("counts.products", (each.product for each in counts.products))
    yield from _repeated("counts.steps", (f"{each.product} {each.step}" for each in counts.steps))
    yield from _sums("counts.steps", counts.overall, counts.steps, "counts.overall")
    yield from _sums("counts.products", counts.overall, counts.products, "counts.overall")
    for product in counts.products:
        own = [step for step in counts.steps if step.product == product.product]
        yield from _sums(f"counts.steps of {product.product}", product, own, "its product")


def _kinds(where: str, counts: Counts) -> Iterator[str]:
    failures = counts.error + counts.wrong_answer + counts.too_slow
    if counts.failures != failures:
        yield f"{where}.failures: is {counts.failures}, but error, wrong_answer and too_slow add up to {failures}"
    requests = failures + counts.ok + counts.business_reject
    if counts.requests != requests:
        yield f"{where}.requests: is {counts.requests}, but all outcomes add up to {requests}"


def _sums(where: str, whole: Counts, parts: Iterable[Counts], of: str) -> Iterator[str]:
    parts = list(parts)
    for kind in KINDS:
        total = sum(getattr(part, kind) for part in parts)
        if total != getattr(whole, kind):
            yield f"{where}: {kind} add up to {total}, {of} says {getattr(whole, kind)}"


def _repeated(where: str, names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield f"{where}: {name!r} is there twice"
        seen.add(name)


def _latencies(result: Result) -> Iterator[str]:
    overall = result.latency.overall
    requests = result.counts.overall.requests
    yield from _buckets("latency.overall.corrected", overall.corrected, requests)
    yield from _buckets("latency.overall.uncorrected", overall.uncorrected, requests)
    known = {(step.product, step.step): step for step in result.counts.steps}
    yield from _repeated("latency.steps", (f"{each.product} {each.step}" for each in result.latency.steps))
    for place, each in enumerate(result.latency.steps):
        step: StepCounts | None = known.get((each.product, each.step))
        if step is None:
            yield f"latency.steps.{place}: counts.steps has no {each.product} {each.step}"
            continue
        yield from _buckets(f"latency.steps.{place}.corrected", each.corrected, step.requests)
        yield from _buckets(f"latency.steps.{place}.uncorrected", each.uncorrected, step.requests)


def _buckets(where: str, distribution: Distribution, requests: int) -> Iterator[str]:
    bounds = [bound for bound, _ in distribution.buckets]
    if any(later <= earlier for earlier, later in pairwise(bounds)):
        yield f"{where}.buckets: bounds do not ascend"
    total = sum(count for _, count in distribution.buckets)
    if total != requests:
        yield f"{where}.buckets: hold {total} requests, counts say {requests}"


def _seconds(result: Result) -> Iterator[str]:
    if any(later[0] <= earlier[0] for earlier, later in pairwise(result.seconds)):
        yield "seconds: do not ascend"
    overall, generator = result.counts.overall, result.generator
    columns = ((1, "requests", overall.requests), (2, "failures", overall.failures))
    for column, name, said in (*columns, (3, "dropped arrivals", generator.arrivals_dropped)):
        total = sum(second[column] for second in result.seconds)
        if total != said:
            yield f"seconds: {name} add up to {total}, not to {said}"


def _generator(result: Result) -> Iterator[str]:
    """A generator at fault makes a run invalid; the file may say more reasons than can be seen from here."""
    health = result.generator
    service = health.service
    differs = service.counted is not None and not (
        service.answered <= service.counted <= service.answered + service.unsure
    )
    if service.differs != differs:
        yield f"generator.service.differs: is {str(service.differs).lower()}, the counts say {str(differs).lower()}"
    faults = {
        "worker_lost": health.workers_lost > 0,
        "not_sent": health.arrivals_started * 100 < health.arrivals_planned * 99 or not health.arrivals_started,
        "arrivals_dropped": health.arrivals_dropped > 0,
        "unfinished": health.journeys_unfinished > 0,
        "schedule_lag": (health.lag_p99_us or 0) * 4 > result.configuration.deadline_ms * 1000,
        "unhandled_error": health.unhandled_errors > 0,
        "hidden_retries": not health.hidden_retries_off,
        "count_differs": differs,
    }
    said = {reason.code for reason in result.invalid_reasons}
    for code, found in faults.items():
        if found and code not in said:
            yield f"invalid_reasons: the generator's figures mean {code}, which is not there"


def _verdict(result: Result) -> Iterator[str]:
    if result.exit_code != EXIT_CODES[result.verdict]:
        yield f"exit_code: is {result.exit_code}; {result.verdict} is {EXIT_CODES[result.verdict]}"
    if bool(result.invalid_reasons) != (result.verdict == "invalid"):
        yield f"verdict: is {result.verdict} with {len(result.invalid_reasons)} invalid_reasons"
    if result.fixed_length.decides == result.configuration.early_stop:
        yield "fixed_length.decides: a run decides at its end exactly if it could not stop early"
    yield from _same_counts(result)
    if result.verdict != "invalid":
        follows = _together(
            [_fixed(result, s) if result.fixed_length.decides else _live(result, s) for s in _scopes(result)]
        )
        if result.verdict != follows:
            yield f"verdict: says {result.verdict}; what was counted means {follows}"


def _same_counts(result: Result) -> Iterator[str]:
    overall = result.counts.overall
    for place, each in enumerate(result.fixed_length.verdicts):
        if _is_whole(each) and (each.requests, each.failures) != (overall.requests, overall.failures):
            yield f"fixed_length.verdicts.{place}: requests and failures are not those of counts.overall"
        if each.failures > each.requests:
            yield f"fixed_length.verdicts.{place}: more failures than requests"
    for place, look in enumerate(result.live):
        if look.failures > look.requests:
            yield f"live.{place}: more failures than requests"
        if look.requests > overall.requests:
            yield f"live.{place}: looks at more requests than there were"
        if _is_whole(look) and look.failures > overall.failures:
            yield f"live.{place}: looks at more failures than there were"


def _is_whole(scope: Scope) -> bool:
    return scope.product is None and scope.step is None and scope.limit_microseconds is None


def _scopes(result: Result) -> list[tuple[int | None, Objective]]:
    """What the verdict speaks of: all requests, and all requests against each latency limit."""
    claims = result.claims
    latencies = [(each.limit_microseconds, Objective.parse(each.share)) for each in claims.latencies]
    return [(None, Objective.parse(claims.availability)), *latencies]


def _live(result: Result, wanted: tuple[int | None, Objective]) -> str:
    limit, objective = wanted
    test = SequentialTest.of(objective, Objective.parse(result.claims.confidence).target)
    look = next((each for each in result.live if _speaks_of(each, limit)), None)
    if look is None or look.failures > look.requests:
        return "undecided"
    return _looked(test, look)


def _looked(test: SequentialTest, look: Live) -> str:
    if test.proves(look.requests, look.failures):
        return "proven"
    return "refuted" if test.refutes(look.requests, look.failures) else "undecided"


def _fixed(result: Result, wanted: tuple[int | None, Objective]) -> str:
    limit, objective = wanted
    row = next((each for each in result.fixed_length.verdicts if _speaks_of(each, limit)), None)
    if row is None or not 0 <= row.failures <= row.requests:
        return "undecided"
    alpha = 1 - Objective.parse(result.claims.confidence).target
    if Fraction(at_most(row.failures, row.requests, 1 - objective.target)) <= alpha:
        return "proven"
    against = Fraction(at_least(row.failures, row.requests, 1 - objective.target))
    return "refuted" if against <= alpha else "undecided"


def _speaks_of(scope: Scope, limit: int | None) -> bool:
    return scope.product is None and scope.step is None and scope.limit_microseconds == limit


def _together(verdicts: list[str]) -> str:
    return next((each for each in ("refuted", "undecided") if each in verdicts), "proven")
