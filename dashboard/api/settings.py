"""What is configured and from which line, without secrets; who runs and who may do what. Read-only."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from access.rights import Right, Role
from alerts.incidents.view import utc
from dashboard.api.asking import Asked
from dashboard.api.route import Content, Direct, Json, Route
from dashboard.api.setting import ApiSetting
from dashboard.configured import ConfiguredFile, Item
from store.leases import NOBODY

DOCUMENTS = ("README.md", "docs/watch-your-own.md", "docs/slos.md", "docs/alerts.md", "docs/notifications.md",
             "docs/operations.md", "SECURITY.md")  # fmt: skip


def settings(setting: ApiSetting, asked: Asked) -> Content:
    """As this process was started."""
    del asked
    configured = setting.configured
    return {
        "version": setting.build,
        "python": platform.python_version(),
        "schema_revision": configured.schema_revision or None,
        "store": configured.store or None,
        "data": configured.data or None,
        "demo": configured.demo,
        "time_zone": setting.catalog.zone,
        "catalog_version": setting.catalog.version,
        "products": len(setting.catalog.products),
        "data_centers": len(setting.catalog.data_centers),
        "process": {"id": os.getpid(), "started": utc(configured.started_ms) if configured.started_ms else None},
        "leases": _leases(setting),
        "roles": [
            {"role": role.value, "rights": [r.value for r in Right if r in configured.roles.of([role])]}
            for role in Role
        ],
        "objectives": [
            {
                "slo": slo.id,
                "name": dict(slo.names),
                "product": slo.product or None,
                "target": slo.objective.text,
                "period_seconds": slo.period_seconds,
            }
            for slo in setting.slos
        ],
        "files": [_file(each) for each in configured.files],
        "documents": list(DOCUMENTS),
    }


def _leases(setting: ApiSetting) -> list[Json]:
    """Who writes what: machine, process and a random part."""
    held = sorted(setting.store.leases().values(), key=lambda lease: lease.name)
    return [
        {"name": each.name, "owner": None if each.owner == NOBODY else each.owner, "token": each.token} for each in held
    ]


def _file(file: ConfiguredFile) -> Json:
    return {
        "name": file.name,
        "path": file.path,
        "file": Path(file.path).name,
        "origin": file.origin.value,
        "items": [_item(each) for each in file.items],
    }


def _item(item: Item) -> Json:
    return {
        "key": item.key,
        "value": item.value,
        "origin": item.origin.value,
        "line": item.line,
        **({} if item.is_set is None else {"is_set": item.is_set}),
    }


ROUTES: tuple[Route, ...] = (
    Direct(
        "/api/v1/settings",
        "What is configured, each value with its file and line; processes, roles; secrets are never shown",
        settings,
        right=Right.ADMINISTER,
    ),
)
