"""MTTD, MTTA, MTTR of many: n, median, P90, maximum; what is not known is counted, never 0."""

from __future__ import annotations

from dataclasses import replace

from alerts.incidents.timing import statistics
from tests.alerts.incidents.conftest import Story, at, cell, fires, resolves


def test_incidents_that_were_merged_count_once(story: Story) -> None:
    """The pointer that is left is nobody's second outage; what goes on has no MTTR."""
    story.tick(1, fires(cell("risk", "dc3"), 1)).tick(20, resolves(cell("risk", "dc3"), 20, 20))
    story.tick(900, fires(cell("risk", "dc3"), 900))
    over, ongoing = story.all.values()
    found = statistics([over, ongoing, replace(over, id="x", merged_into=over.id)])
    assert found.incidents == 2
    assert (found.detect.known, found.restore.known, found.restore.unknown) == (2, 1, 1)
    assert (found.acknowledge.known, found.acknowledge.unknown) == (0, 2)
    assert found.restore.max_ms == at(20) - at(0.5)


def test_without_a_begin_of_impact_there_is_no_time_to_detect(story: Story) -> None:
    """A rule that does not see bad events cannot say when impact began."""
    fired = fires(cell("risk", "dc3"), 1, "unknown")
    story.tick(1, replace(fired, evidence=type(fired.evidence)()))
    found = statistics([story.only])
    assert (found.detect.known, found.detect.unknown, found.restore.unknown) == (0, 1, 1)
