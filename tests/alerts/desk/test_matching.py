"""Matchers of silences."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.desk.errors import MatcherRefused
from alerts.desk.matching import LONGEST_VALUE, Matcher, Operator, labels_of, matches_everything, parse_matcher, ways
from alerts.model import Severity
from tests.alerts.desk.conftest import key_of


@pytest.mark.parametrize(
    ("text", "alert", "matches"),
    [
        ("product=p1", "cliff p1/dc3", True),
        ("product=p", "cliff p1/dc3", False),
        ("product!=p1", "cliff p1/dc3", False),
        ("product!=p2", "cliff p1/dc3", True),
        ("data_center=~dc[12]", "cliff p1/dc3", False),
        ("data_center=~dc[123]", "cliff p1/dc3", True),
        ("data_center=~dc", "cliff p1/dc3", False),  # anchored at both ends
        ("data_center=~c3", "cliff p1/dc3", False),
        ("data_center!~dc[12]", "cliff p1/dc3", True),
        ("data_center!~dc.*", "cliff p1/dc3", False),
        ('rule=~"cliff|fast"', "fast p1", True),
        ("level=product_data_center", "cliff p1/dc3", True),
        ("severity=call", "cliff p1", True),
        ("slo=p1", "cliff p1", True),
        ("dcn=", "cliff p1", True),  # what does not apply is empty
        ("dcn=n7", "cliff p1/dc3/n7", True),
        ("data_center=", "cliff p1/dc3", False),
    ],
)
def test_a_matcher_means_what_it_says(text: str, alert: str, matches: bool) -> None:
    """Labels come from the alert's key and severity."""
    key = key_of(alert)
    severity = Severity.CALL if key.rule == "cliff" else Severity.PAGE
    assert parse_matcher(text).matches(labels_of(key, severity)) is matches


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("product", "write it as label=value"),
        ("city=x", "no label 'city'; known: rule, level"),
        ("label.=x", "write it as label=value"),
        ("other.job=x", "no label 'other.job'; known: rule, level"),
        ("product=~(", "not a regular expression"),
        ("product=~(a+)+b", "could run for ever"),
        ("product=~(a|a)*b", "could run for ever"),
        ("product=~(a*){9}b", "could run for ever"),
        ("product=~.*.*.*.*x", "could run for ever"),
        ("product=~" + "a?" * 25 + "a" * 25, "could run for ever"),
        ("product=~" + "(a|a)" * 25 + "b", "could run for ever"),
        (r"product=~(a)\1", "could run for ever"),
        ("product=~(?=a)a", "could run for ever"),
        ("product=~a{1,99}a{1,99}a{1,99}b", "could run for ever"),
        ("product=~" + "x" * 201, "longer than 200 characters"),
    ],
)
def test_a_matcher_that_cannot_be_used_is_refused_in_one_line(text: str, reason: str) -> None:
    """Before it is stored, not when it is tried."""
    with pytest.raises(MatcherRefused, match=re.escape(reason)) as refused:
        parse_matcher(text)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "pattern", ["dc[12]", "p1|p2|p3", "(wei|ke).*dai", ".*-(dev|test).*", r"dc\d+", "a{2,3}", "[)*(+]"]
)
def test_ordinary_expressions_are_accepted(pattern: str) -> None:
    """They can be tried on few paths."""
    assert parse_matcher(f"product=~{pattern}").value == pattern


@pytest.mark.parametrize("pattern", [".*a.*b", "(a|b|c)?.*x.*y?z?", "a{0,120}a{0,120}b", ".+.+"])
def test_the_worst_that_is_accepted_is_tried_quickly(pattern: str) -> None:
    """On the longest label, which nothing of it fits."""
    assert ways(pattern) > 0
    matcher = Matcher("product", Operator.LIKE, pattern)
    begun = time.process_time()
    assert not matcher.matches({"product": "a" * (LONGEST_VALUE - 1) + "\n"})
    assert time.process_time() - begun < 0.2


def test_matchers_that_hold_for_nothing_in_particular_match_everything() -> None:
    """A silence of these would quiet the bank."""
    assert matches_everything((parse_matcher("product=~.*"), parse_matcher("dcn!=n1")))
    assert not matches_everything((parse_matcher("product=~.*"), parse_matcher("rule=cliff")))


PARTS = [
    "a",
    "b",
    ".",
    "*",
    "+",
    "?",
    "|",
    "(",
    ")",
    "[ab]",
    "[^b]",
    "{1,9}",
    "{3,}",
    "{,5}",
    "a*",
    "(a|aa)",
    "(?:",
    "\\w",
    "^",
    "$",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PARTS), min_size=2, max_size=14))
def test_whatever_is_accepted_is_tried_quickly(parts: list[str]) -> None:
    """The bound of the paths holds for expressions that nobody would write."""
    try:
        matcher = parse_matcher(f"product=~{''.join(parts)}c")
    except MatcherRefused:
        return
    begun = time.process_time()
    matcher.matches({"product": "a" * LONGEST_VALUE})
    assert time.process_time() - begun < 0.2
