"""What a request that changes something leaves in the audit log: who, what, to what; never the body as a whole."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from dashboard.api.asking import Asked
from dashboard.api.bodies import Act
from dashboard.api.route import Plan, Write
from store.audit import Audited, audited

API = "api"
VERSIONED = 2
"""Parts of an address before its first word: ``api`` and ``v1``."""


def acts_of(route: Write, asked: Asked, plan: Plan, now_ms: int) -> tuple[Audited, ...]:
    """One act; none when a machine only said again what is known."""
    if route.repeats and not plan.change.entries:
        return ()
    detail: dict[str, Any] = {"via": API, "status": int(plan.status), **_told(route, asked)}
    if asked.who.known:
        detail["means"] = asked.who.means.value
    if plan.change.is_nothing:
        detail["changed"] = False
    return (audited(now_ms, _actor(route, asked), action_of(route), _subject(asked, plan), **detail),)


def action_of(route: Write) -> str:
    """The route's own word, else one made of its address and method."""
    if route.action:
        return route.action
    words = [each for each in route.path.split("/")[1 + VERSIONED :] if each and not each.startswith("{")]
    return ".".join([*words, route.method.lower()]).replace("-", "_")


def _actor(route: Write, asked: Asked) -> str:
    if asked.who.known:
        return asked.who.name
    if isinstance(asked.given, Act):
        return asked.given.by
    return f"token:{route.scope}" if route.scope else asked.who.name


def _subject(asked: Asked, plan: Plan) -> str:
    """What the address names, else what was made."""
    if asked.id:
        return asked.id
    made = plan.content.get("id", "") if isinstance(plan.content, dict) else ""
    return str(made)


def _told(route: Write, asked: Asked) -> dict[str, Any]:
    """Those fields of a body that the route names: another one may be a secret. Of a file its digest."""
    if asked.given is None:
        return {"bytes": len(asked.body), "sha256": sha256(asked.body).hexdigest()} if asked.body else {}
    named = set(route.tells) & set(type(asked.given).model_fields)
    return asked.given.model_dump(mode="json", by_alias=True, include=named, exclude_defaults=True, exclude_none=True)
