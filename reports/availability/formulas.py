"""What each figure is made of, in words: by the last part of its id."""

from __future__ import annotations

from collections.abc import Mapping

FORMULAS: Mapping[str, str] = {
    "good": "sum of (good - excluded_good) over rows",
    "bad": "sum of (bad - excluded_bad) over rows",
    "total": "good + bad",
    "missing_estimate": "per product and data center: ceil(events x lost_ms / (length_ms - excluded_ms - lost_ms)), "
    "lost_ms without that of maintenance; a data center that was never seen: at the mean rate of the others; summed",
    "availability": "good / total, in per cent, truncated after 5 decimals",
    "low": "good / (total + missing_estimate), in per cent, truncated",
    "high": "(good + missing_estimate) / (total + missing_estimate), in per cent, truncated",
    "verdict": "met: low >= target; missed: high < target; else not proven; decided in integers",
    "completeness": "1 - sum(unwatched_ms - excluded_unwatched_ms) / sum(length_ms - excluded_ms)",
    "transactions": "sum of (transactions - excluded_transactions) over rows",
    "downtime_seconds": "60 s for every down minute (at least half of its events bad, and at least 5), "
    "without the time in which all of it was under maintenance",
    "time_availability": "1 - downtime_seconds / (length x completeness), truncated; length without the time in which "
    "all of it was under maintenance",
    "time_availability_low": "completeness - downtime_seconds / length, truncated; length as above",
    "allowed_events": "total x (1 - target), truncated after 2 decimals",
    "remaining_events": "allowed_events - bad, truncated",
    "budget_spent_percent": "bad / allowed_events x 100, truncated",
    "budget_seconds": "length of the period so far x (1 - target)",
    "pooled": "sum of good over products / sum of total over products",
    "worst": "the lowest good / total of a product with events",
    "mean": "sum of good / total of products with events / their number",
    "downtime_seconds_least": "seconds that were certainly down (five failures in a row), without maintenance",
    "downtime_seconds_most": "seconds that may have been down, without maintenance",
    "guideline_seconds_least": "seconds that were certainly down, with maintenance",
    "guideline_seconds_most": "seconds that may have been down, with maintenance",
    "time_low": "1 - downtime_seconds_most / judged_seconds, in per cent, truncated",
    "time_high": "1 - downtime_seconds_least / judged_seconds, in per cent, truncated",
    "unseen_seconds": "seconds in which nobody looked at some data center of the tenant",
    "coarsest_slice_seconds": "length of the longest slice of counts that downtime was judged by",
    "credit_percent_least": "greatest credit of all thresholds above the high bound of the contract's measure",
    "credit_percent_most": "greatest credit of all thresholds above its low bound",
    "down_seconds": "major + partial_weight x partial seconds of outage, as files tell them",
    "watched_seconds": "seconds that files tell of",
    "gaps": "number of its gaps that touch the period so far",
    "lost_seconds": "time of the period in which nobody looked and no later sample told what happened",
    "unwatched_seconds": "time of the period in which nobody looked",
    "longest_gap_seconds": "the longest of its gaps, as far as it lies in the period",
    "mtta_ms": "acknowledged - detected",
    "mttd_ms": "detected - impact_start",
    "n": "number of incidents that touch the period",
    "known": "incidents with this time",
    "unknown": "incidents without this time",
    "median_ms": "the one in the middle, of an even number the mean of the two in the middle",
    "p90_ms": "nearest rank: the smallest time that at least 90 % do not exceed",
    "max_ms": "the longest",
    "mttr_ms": "restored - impact_start",
    "failed": "bad events of the affected cells over the incident",
}
WITH_MAINTENANCE: Mapping[str, str] = {
    "good": "sum of good over rows, with maintenance",
    "bad": "sum of bad over rows, with maintenance",
    "missing_estimate": "per product and data center: ceil(events x lost_ms / (length_ms - lost_ms)); a data center "
    "that was never seen: at the mean rate of the others; summed",
    "completeness": "1 - sum(unwatched_ms) / sum(length_ms)",
}
OF_PLACES: Mapping[str, Mapping[str, str]] = {
    "sla": {
        "good": "good events of the tenant's product (and data center)",
        "bad": "bad events of the tenant's product (and data center)",
        "low": "good / (total + ceil(total x unseen / seen seconds)), in per cent, truncated",
        "high": "as low, with the unseen events good",
        "verdict": "met: low bound of the contract's measure >= target; missed: high bound < target; else not proven",
    },
    "imported": {"time_availability": "1 - down_seconds / watched_seconds, in per cent, truncated"},
    "worst": {"bad": "bad events of the window", "total": "good + bad events of the window"},
    "source": {"completeness": "1 - unwatched_seconds / length of the period so far"},
}
