"""How a data center leaves with nothing unseen: no more requests, no more demand, one last page, then the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus

import orjson
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from lending.routes import DemandSwitch

LAST_PAGE_WITHIN_S = 4
"""So long it waits for somebody to read the last page; nobody may be reading."""

_REFUSED = orjson.dumps({"error": "this data center is ending and takes no more requests"})


class Leaving:
    """The application of a data center, which counts requests under way and may be told to leave.

    ``end`` ends the process once nothing is under way.
    """

    def __init__(self, application: ASGIApp, demand: DemandSwitch, end: Callable[[], None]) -> None:
        self._application = application
        self._demand = demand
        self._end = end
        self._under_way = 0
        self._begun = False

    def begin(self) -> None:
        """From now on nothing is counted but what is under way; the first page that shows all of it is the last."""
        if self._begun:
            return
        self._begun = self._demand.paused = True
        asyncio.get_running_loop().call_later(LAST_PAGE_WITHIN_S, self._end)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        path = scope["path"]
        if path == "/metrics":
            await self._page(scope, receive, send)
        elif path.startswith("/v1/"):
            await self._business(scope, receive, send)
        else:
            await self._application(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        last = self._begun and not self._under_way
        await self._application(scope, receive, send)
        if last:
            self._end()

    async def _business(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._begun:
            refused = Response(_REFUSED, HTTPStatus.SERVICE_UNAVAILABLE, media_type="application/json")
            await refused(scope, receive, send)
            return
        self._under_way += 1
        try:
            await self._application(scope, receive, send)
        finally:
            self._under_way -= 1
