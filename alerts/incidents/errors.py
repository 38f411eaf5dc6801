"""What an incident refuses, by cause.

IncidentError
|- StillBad          it is closed only on positive good data
|- NotMergeable      an incident that cannot take up another one
|- NotSplittable     alerts that are not all there, or all there are
|- UnknownClass      a class that the regulatory table does not have
|- MissingActor      a person's act without the person
`- UnreadableBody    a stored incident that another program wrote
"""

from __future__ import annotations

from alerts.errors import AlertError


class IncidentError(AlertError):
    """Anything that an incident refuses, in one line for the person who reads it."""


class StillBad(IncidentError):
    """Data are bad or unknown, so nothing is over."""

    def __init__(self, incident: str, firing: int) -> None:
        super().__init__(
            f"incident {incident}: {firing} of its alerts still fire; close it when good data resolved them"
        )


class NotMergeable(IncidentError):
    """Merging needs two different incidents that were not merged before."""

    def __init__(self, incident: str, cause: str) -> None:
        super().__init__(f"incident {incident}: {cause}")


class NotSplittable(IncidentError):
    """A split takes some alerts out and leaves some in."""

    def __init__(self, incident: str, cause: str) -> None:
        super().__init__(f"incident {incident}: {cause}")


class UnknownClass(IncidentError):
    """A decision must name a class of the table, or none."""

    def __init__(self, rule: str, chosen: str, known: str) -> None:
        super().__init__(f"rule {rule!r} has no class {chosen!r}; known: {known}")


class MissingActor(IncidentError):
    """Whoever acts is recorded."""

    def __init__(self, incident: str, act: str) -> None:
        super().__init__(f"incident {incident}: {act} needs the name of the person who does it")


class UnreadableBody(IncidentError):
    """A document of the journal that is not an incident of this program."""

    def __init__(self, incident: str, cause: str) -> None:
        super().__init__(f"incident {incident}: its stored document cannot be read: {cause}")
