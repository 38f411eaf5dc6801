"""Roles and what they allow."""

from __future__ import annotations

from access.rights import SHIPPED, Right, Role


def test_the_shipped_roles_allow_what_the_guide_says() -> None:
    """The table of docs/access.md."""
    assert SHIPPED.of([Role.VIEWER]) == {Right.SEE}
    assert SHIPPED.of([Role.ON_CALL]) == {Right.SEE, Right.SEE_REPORTS, Right.RESPOND}
    assert SHIPPED.of([Role.MANAGER]) == {Right.SEE, Right.SEE_COSTS, Right.SEE_REPORTS, Right.REPORT}
    assert SHIPPED.of([Role.PERFORMANCE]) == {Right.SEE, Right.MEASURE}
    assert SHIPPED.of([Role.ADMIN]) == frozenset(Right)


def test_several_roles_add_up_and_none_allow_nothing() -> None:
    assert SHIPPED.of([Role.ON_CALL, Role.PERFORMANCE]) == SHIPPED.of([Role.ON_CALL]) | {Right.MEASURE}
    assert SHIPPED.of([]) == frozenset()


def test_the_narrowest_role_with_a_right_comes_first() -> None:
    assert SHIPPED.with_right(Right.SEE_COSTS) == (Role.MANAGER, Role.ADMIN)
