"""What people changed in the bank's systems: recorded by a pipeline or a person who changes it, listed in reports."""

from __future__ import annotations

import secrets
from http import HTTPStatus

from pydantic import Field

from access.rights import Right
from alerts.incidents.view import utc
from dashboard.api.asking import Asked, actor_of, body_of
from dashboard.api.bodies import Act, Instant, Name
from dashboard.api.errors import Missing, Unfit
from dashboard.api.instants import instant_ms
from dashboard.api.paging import asking, listing, page
from dashboard.api.route import Content, Json, Plan, Read, Route, Write
from dashboard.api.setting import ApiSetting
from reports.changes.errors import ChangeRefused
from reports.changes.recording import KIND, MOST_NAMED, ChangeKind, RecordedChange, change_of, record
from store.journal import Document
from store.port import Reader


class NewChange(Act):
    """``by`` made it, ``at`` (now, when left out). No products: it concerns all of them; no data centers: every one.
    ``kind``: ``change``, ``deployment`` or ``drill``, which have their own marks on the curve."""

    title: Name
    kind: ChangeKind = Field(default=ChangeKind.CHANGE, strict=False)
    at: Instant | None = None
    products: list[Name] = Field(default=[], max_length=MOST_NAMED)
    data_centers: list[Name] = Field(default=[], max_length=MOST_NAMED)


def changes(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Newest first; those of a product include the ones that concern all products. Of a product that left the catalog
    its own are still found."""
    product = asked.query.get("product", "")

    def shown(document: Document) -> Json | None:
        change = change_of(document)
        fits = not product or not change.products or product in change.products
        return change_json(change) if fits else None

    rows, following = page(reader.journal(), KIND, asked, shown, filtered=bool(product))
    known = [each.id for each in setting.catalog.products]
    if product and product not in known and not any(product in row["products"] for row in rows):
        raise Missing(f"product: no product {product[:80]!r}; known: {', '.join(known)}")
    return listing("changes", rows, following)


def take(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Records one."""
    given = body_of(asked, NewChange)
    made = RecordedChange(
        f"c-{secrets.token_hex(8)}",
        given.title,
        actor_of(asked),
        now_ms if given.at is None else instant_ms(given.at),
        tuple(dict.fromkeys(given.products)),
        tuple(dict.fromkeys(given.data_centers)),
        now_ms,
        given.kind,
    )
    known = setting.catalog
    try:
        change = record(made, [each.id for each in known.products], [each.id for each in known.data_centers], now_ms)
    except ChangeRefused as error:
        raise Unfit(str(error)) from error
    return Plan(change, change_json(made), HTTPStatus.CREATED)


def change_json(change: RecordedChange) -> Json:
    """A change as documents show it."""
    return {
        "id": change.id,
        "title": change.title,
        "kind": change.kind.value,
        "by": change.actor,
        "at": utc(change.at_ms),
        "products": list(change.products),
        "data_centers": list(change.data_centers),
        "recorded": utc(change.recorded_ms),
    }


ROUTES: tuple[Route, ...] = (
    Read(
        "/api/v1/changes",
        "What people changed in the bank's systems, newest first",
        changes,
        {"product": "only of this product, and those of all products", **asking("made")},
    ),
    Write("/api/v1/changes", "Record a change; reports of its period list it", take, NewChange,
          status=HTTPStatus.CREATED, right=Right.RESPOND, action="change.record",
          tells=("title", "at", "products", "data_centers", "kind", "note")),
)  # fmt: skip
