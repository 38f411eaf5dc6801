"""A result in a few lines of text."""

from __future__ import annotations

from typing import Any


def summary(document: dict[str, Any]) -> str:
    """What a terminal shows at the end of a run."""
    overall = document["counts"]["overall"]
    availability = next(row for row in document["fixed_length"]["verdicts"] if _whole(row))
    corrected = document["latency"]["overall"]["corrected"]
    uncorrected = document["latency"]["overall"]["uncorrected"]
    generator = document["generator"]
    lines = [
        f"verdict: {document['verdict'].upper()} (exit code {document['exit_code']}): availability of at least "
        f"{document['claims']['availability']} % at {document['claims']['confidence']} % confidence",
        *(f"  invalid: {reason['text']}" for reason in document["invalid_reasons"]),
        f"  {overall['requests']} requests, {overall['failures']} failed ({overall['error']} errors, "
        f"{overall['wrong_answer']} wrong answers, {overall['too_slow']} too slow), {overall['retries']} retries",
        f"  availability between {availability['lower_bound']} % and {availability['upper_bound']} % (exact, one look)",
        *(_decided(row) for row in document["live"] if _whole(row) or row["limit_microseconds"] is not None),
        f"  latency from the intended start: p50 {_ms(corrected['p50'])}, p99 {_ms(corrected['p99'])}, "
        f"p99.9 {_ms(corrected['p99_9'])}, max {_ms(corrected['max'])}",
        f"  from sending (uncorrected):      p50 {_ms(uncorrected['p50'])}, p99 {_ms(uncorrected['p99'])}, "
        f"p99.9 {_ms(uncorrected['p99_9'])}, max {_ms(uncorrected['max'])}",
        f"  generator: {generator['arrivals_started']} of {generator['arrivals_planned']} arrivals sent, "
        f"{generator['arrivals_dropped']} dropped, lag p99 {_ms(generator['lag_p99_us'])}, "
        f"{generator['workers_lost']} of {generator['workers_started']} workers lost, {_service(generator['service'])}",
        *(f"  {caveat}" for caveat in document["caveats"]),
    ]
    return "\n".join(lines) + "\n"


def _whole(row: dict[str, Any]) -> bool:
    return row["product"] is None and row["limit_microseconds"] is None


def _decided(row: dict[str, Any]) -> str:
    limit = row["limit_microseconds"]
    claim = f"{row['target']} %" if limit is None else f"{row['target']} % within {limit // 1000} ms"
    at = "at the last look" if row["verdict"] == "undecided" else f"after {row['second']} s"
    return f"  {claim}: {row['verdict']} {at}, {row['failures']} of {row['requests']} (may be looked at any time)"


def _service(service: dict[str, Any]) -> str:
    if service["counted"] is None:
        return f"the service's own count: {service['note']}"
    return f"the service counted {service['counted']}, the client {service['answered']} to " + str(
        service["answered"] + service["unsure"]
    )


def _ms(microseconds: int | None) -> str:
    return "unknown" if microseconds is None else f"{microseconds // 1000}.{microseconds % 1000 // 100} ms"
