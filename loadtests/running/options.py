"""What a load run is asked to do: options of the command line, read exactly, refused in one line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from loadtests.arrivals.pacing import Plan
from loadtests.arrivals.profiles import PROFILES, seconds_ns
from loadtests.arrivals.recorded import BadRecording, recording_of
from loadtests.running.judging import Claims, LatencyObjective
from slo.errors import BadObjective
from slo.objective import Objective

REPLAY = "replay"
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_LATENCY = re.compile(r"(?P<share>[0-9.]+)%?<=(?P<limit_ms>[1-9][0-9]{0,6})(ms)?")


class BadOption(ValueError):
    """An option that cannot be followed; the message names it and the fix."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where results go; None for nowhere."""

    result: Path | None
    html: Path | None
    junit: Path | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A run as it was asked for. ``plan`` is None for closed users, who wait for answers instead of a schedule;
    ``deadline_ms`` is 0 when it was not given."""

    profile: str
    rate: str | None
    duration_ms: int | None
    seed: int
    deadline_ms: int
    early_stop: bool
    pool: int
    claims: Claims
    plan: Plan | None
    files: Files
    metrics_urls: tuple[str, ...]
    service_build: str | None
    data_centers: int | None
    others: dict[str, str]


PROFILE_HELP = f"arrivals by schedule instead of users that wait for answers: {', '.join([*PROFILES, REPLAY])}"


def declare(add: Callable[..., object]) -> None:
    """Declares the options on a parser's ``add_argument``."""
    add("--rate", default="100", help="arrivals per second; of step, spike, soak and double11 see the manual")
    add("--recording", default="", metavar="FILE", help="replay: a recorded day, .csv or .json")
    add("--speed", default="1", help="replay: so many times as fast (default 1)")
    add("--share", default="1", help="replay: this share of its arrivals (default 1)")
    add("--seed", type=int, default=1, help="of drawn arrivals and borrowers: the same seed, the same run")
    add("--deadline-ms", type=int, default=0, help="slower from the intended start is a failure (default: the plan's)")
    add("--target", default="99.999", help="availability to prove, in per cent (default 99.999)")
    add("--confidence", default="95", help="in per cent, of each side (default 95)")
    add("--latency-objective", action="append", default=[], metavar="99<=300", help="share and limit in ms; repeatable")
    add("--no-early-stop", action="store_true", help="send the whole plan and judge it once, by the exact bound")
    add("--pool", type=int, default=400, help="requests under way per worker; beyond it arrivals are dropped")
    add("--result", default="", metavar="FILE", help="where to write the result (JSON, docs/load-run-result.md)")
    add("--result-html", default="", metavar="FILE", help="where to write the report, one file")
    add("--junit", default="", metavar="FILE", help="where to write the verdicts for CI (JUnit XML)")
    add(
        "--service-metrics", action="append", default=[], metavar="URL", help="/metrics of each data center; repeatable"
    )
    add("--service-build", default="", help="build of the service, for the record")
    add("--data-centers", type=int, default=0, help="how many data centers serve, for the record")


def asked(options: argparse.Namespace) -> Asked:
    """Reads parsed options. Raises BadOption."""
    duration_ms = None if not options.run_time else int(options.run_time) * 1000
    return Asked(
        profile=options.profile or "closed",
        rate=options.rate if options.profile and options.profile != REPLAY else None,
        duration_ms=duration_ms,
        seed=int(options.seed),
        deadline_ms=_deadline_ms(options.deadline_ms),
        early_stop=not options.no_early_stop,
        pool=_at_least_one("--pool", options.pool),
        claims=_claims(options),
        plan=_plan(options, duration_ms),
        files=Files(*(Path(name) if name else None for name in (options.result, options.result_html, options.junit))),
        metrics_urls=tuple(options.service_metrics),
        service_build=options.service_build or None,
        data_centers=options.data_centers or None,
        others={name: str(getattr(options, name)) for name in ("recording", "speed", "share", "pool")},
    )


def _plan(options: argparse.Namespace, duration_ms: int | None) -> Plan | None:
    if not options.profile:
        return None
    if options.profile == REPLAY:
        return _replayed(options)
    if options.profile not in PROFILES:
        raise BadOption(
            f"--profile {options.profile}: there are {', '.join([*PROFILES, REPLAY])}; leave it out for users"
        )
    if duration_ms is None:
        raise BadOption(f"--profile {options.profile} needs an end: add --run-time 5m")
    rate = exact("--rate", options.rate)
    schedule = PROFILES[options.profile](rate, seconds_ns(Fraction(duration_ms, 1000)))
    return Plan(schedule, options.profile == "poisson", int(options.seed))


def _replayed(options: argparse.Namespace) -> Plan:
    if not options.recording:
        raise BadOption("--profile replay needs --recording FILE (python app.py recording writes one)")
    try:
        recording = recording_of(Path(options.recording))
    except BadRecording as error:
        raise BadOption(f"--recording {error}") from None
    return Plan(recording.schedule(exact("--speed", options.speed), exact("--share", options.share)))


def _claims(options: argparse.Namespace) -> Claims:
    target, confidence = percentage("--target", options.target), percentage("--confidence", options.confidence)
    return Claims(target, confidence, tuple(_latency(text) for text in options.latency_objective))


def _latency(text: str) -> LatencyObjective:
    found = _LATENCY.fullmatch(text.replace(" ", ""))
    if found is None:
        raise BadOption(f'--latency-objective {text!r}: write "99<=300": 99 % good within 300 ms')
    return LatencyObjective(percentage("--latency-objective", found["share"]), int(found["limit_ms"]) * 1000)


def percentage(option: str, text: str) -> Objective:
    """A percentage above 0 and below 100. Raises BadOption."""
    try:
        found = Objective.parse(text)
    except BadObjective as error:
        raise BadOption(f"{option}: {error}") from None
    if not found.target:
        raise BadOption(f"{option} {text}: 0 per cent needs no proof; write more than 0 and less than 100")
    return found


def exact(option: str, text: str) -> Fraction:
    """A number above 0, exactly. Raises BadOption."""
    if _NUMBER.fullmatch(str(text)) is None or not Fraction(str(text)):
        raise BadOption(f"{option} {text!r}: write a plain number above 0, such as 1000 or 2.5")
    return Fraction(str(text))


def _deadline_ms(value: object) -> int:
    return 0 if value == 0 else _at_least_one("--deadline-ms", value)


def _at_least_one(option: str, value: object) -> int:
    number = int(str(value))
    if number < 1:
        raise BadOption(f"{option} {number}: must be at least 1")
    return number
