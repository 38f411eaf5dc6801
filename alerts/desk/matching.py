"""Matchers of silences: label, operator, text. Regular expressions are anchored, and refused when they could run wild.

Python's matcher goes back and tries again, so that some short patterns take for ever on a short text. ``ways`` bounds
from above how many paths a pattern can be tried on; what exceeds MOST_WAYS is refused when the silence is made.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from alerts.desk.errors import MatcherRefused
from alerts.model import AlertKey, Severity

LABELS = ("rule", "level", "product", "data_center", "dcn", "severity", "slo", "other")
OWN_LABEL = "label."
"""Before the name of a label that an alert of somebody else's rules was posted with; ours have none."""
LONGEST_PATTERN = 200
MOST_WAYS = 200_000
LONGEST_VALUE = 128  # a label longer than this never matches a regular expression
_OWN_LABEL = re.compile(r"label\.[A-Za-z_][A-Za-z0-9_]*")
_QUANTIFIED = re.compile(r"[*+]|\{(\d*)(?:(,)(\d*))?\}")


class Operator(enum.Enum):
    """How a label is compared."""

    EQUAL = "="
    UNEQUAL = "!="
    LIKE = "=~"
    UNLIKE = "!~"


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition of a silence; a label that does not apply to an alert is the empty string."""

    label: str
    operator: Operator
    value: str

    def __str__(self) -> str:
        return f"{self.label}{self.operator.value}{self.value}"

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an alert with these labels is meant."""
        found = labels.get(self.label, "")
        if self.operator is Operator.EQUAL:
            return found == self.value
        if self.operator is Operator.UNEQUAL:
            return found != self.value
        return _like(self.value, found) is (self.operator is Operator.LIKE)


def labels_of(key: AlertKey, severity: Severity) -> dict[str, str]:
    """What matchers may look at."""
    subject = key.subject
    return {
        "rule": key.rule,
        "level": subject.level.value,
        "product": subject.product,
        "data_center": subject.data_center,
        "dcn": subject.dcn,
        "other": subject.other,
        "severity": severity.name.lower(),
        "slo": key.slo,
    }


def parse_matcher(text: str) -> Matcher:
    """``product=weilidai``, ``data_center=~"dc[12]"``: label, operator, value. Raises MatcherRefused."""
    found = re.fullmatch(r"\s*([a-z_]+(?:\.\w+)?)\s*(=~|!~|!=|=)\s*(.*?)\s*", text, re.DOTALL)
    if found is None:
        raise MatcherRefused(text, "write it as label=value, label!=value, label=~regex or label!~regex")
    label, operator, value = found.groups()
    quoted = len(value) > 1 and value[0] == value[-1] == '"'
    return checked(Matcher(label, Operator(operator), value[1:-1] if quoted else value))


def checked(matcher: Matcher) -> Matcher:
    """The same matcher. Raises MatcherRefused with the one thing that is wrong with it."""
    if matcher.label not in LABELS and not _OWN_LABEL.fullmatch(matcher.label):
        known = f"{', '.join(LABELS)}, and {OWN_LABEL}NAME for labels of posted alerts"
        raise MatcherRefused(str(matcher), f"no label {matcher.label!r}; known: {known}")
    if matcher.operator in (Operator.LIKE, Operator.UNLIKE):
        _refuse_wild(matcher)
    return matcher


def matches_everything(matchers: tuple[Matcher, ...]) -> bool:
    """Whether every matcher also holds for labels that say nothing: such a silence would quiet the whole bank."""
    return all(matcher.matches({}) for matcher in matchers)


def ways(pattern: str) -> int:
    """Upper bound of the paths on which a text of LONGEST_VALUE characters is tried; 0 means: cannot be bounded.

    Each unbounded repetition multiplies by the length of the text, each optional part by two, each alternative by one
    more; what repeats a group, looks around or refers back is not bounded at all.
    """
    plain = re.sub(r"\\.", "a", pattern)
    if re.search(r"\\[1-9]", pattern) or re.search(r"\(\?(?!:)", plain):
        return 0
    plain = re.sub(r"\[\^?\]?[^\]]*\]", "a", plain).replace("(?:", "(")
    if re.search(r"\)(?:[*+]|\{)", plain):
        return 0
    paths = _alternatives(plain)
    for found in _QUANTIFIED.finditer(plain):
        paths *= _repetitions(found)
    return paths << plain.count("?")


def _alternatives(plain: str) -> int:
    """Choices of every group multiplied: ``(a|b)(c|d)`` has four paths."""
    paths, open_groups = 1, [1]
    for letter in plain:
        if letter == "(":
            open_groups.append(1)
        elif letter == "|":
            open_groups[-1] += 1
        elif letter == ")" and len(open_groups) > 1:
            paths *= open_groups.pop()
    return paths * open_groups[0]


def _repetitions(found: re.Match[str]) -> int:
    _, comma, most = found.groups()
    if found.group()[0] in "*+":
        return LONGEST_VALUE
    if comma is None:
        return 1
    return min(int(most), LONGEST_VALUE) + 1 if most else LONGEST_VALUE


def _refuse_wild(matcher: Matcher) -> None:
    if len(matcher.value) > LONGEST_PATTERN:
        raise MatcherRefused(str(matcher), f"the expression is longer than {LONGEST_PATTERN} characters")
    try:
        re.compile(matcher.value)
    except (re.error, OverflowError) as error:
        raise MatcherRefused(str(matcher), f"not a regular expression: {error}") from error
    if not 0 < ways(matcher.value) <= MOST_WAYS:
        raise MatcherRefused(
            str(matcher),
            "this expression could run for ever; do not repeat a group, look around or refer back, "
            "and use at most two of * and +",
        )


@lru_cache(maxsize=4096)
def _like(pattern: str, value: str) -> bool:
    return len(value) <= LONGEST_VALUE and re.fullmatch(pattern, value) is not None
