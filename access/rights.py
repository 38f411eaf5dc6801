"""What can be allowed, and to which roles it is: data, so that a bank that sees it otherwise writes it otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Right(StrEnum):
    """One thing that may be allowed. Every page and every route names the one that it asks for."""

    SEE = "see"
    """Wall, availability, alerts, incidents, objectives, peaks, load runs, data quality."""
    SEE_COSTS = "see-costs"
    SEE_REPORTS = "see-reports"
    """Reports, frozen issues and what was delivered of them."""
    RESPOND = "respond"
    """Acknowledge, silence, plan maintenance, write into incidents, record changes."""
    REPORT = "report"
    """Make, freeze, sign and send reports."""
    MEASURE = "measure"
    """Send and import results of load runs."""
    ADMINISTER = "administer"
    """People, tokens, the audit log, what is configured."""


class Role(StrEnum):
    """What a person is here. One may have several."""

    VIEWER = "viewer"
    ON_CALL = "on-call"
    MANAGER = "manager"
    PERFORMANCE = "performance"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class RolePolicy:
    """``rights``: of every role."""

    rights: Mapping[Role, frozenset[Right]]

    def of(self, roles: Iterable[Role]) -> frozenset[Right]:
        """What somebody with these roles may do; nobody's roles allow nothing."""
        return frozenset(right for role in roles for right in self.rights.get(role, ()))

    def with_right(self, right: Right) -> tuple[Role, ...]:
        """Roles that allow it, the narrowest first."""
        allowed = (role for role in Role if right in self.rights.get(role, ()))
        return tuple(sorted(allowed, key=lambda role: len(self.rights[role])))


SHIPPED = RolePolicy(
    {
        Role.VIEWER: frozenset({Right.SEE}),
        Role.ON_CALL: frozenset({Right.SEE, Right.SEE_REPORTS, Right.RESPOND}),
        Role.MANAGER: frozenset({Right.SEE, Right.SEE_COSTS, Right.SEE_REPORTS, Right.REPORT}),
        Role.PERFORMANCE: frozenset({Right.SEE, Right.MEASURE}),
        Role.ADMIN: frozenset(Right),
    }
)
"""What holds unless the configuration says otherwise."""
