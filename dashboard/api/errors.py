"""What the API refuses: a status and one line that names the field and how to mend it."""

from __future__ import annotations

from http import HTTPStatus


class Refused(Exception):
    """A request that is not done. ``headers``: what else the answer says (Allow, Retry-After)."""

    def __init__(self, status: HTTPStatus, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = " ".join(text.split()).encode("utf-8", "replace").decode()  # half characters cannot be sent
        self.headers = headers or {}


class Unreadable(Refused):
    """400: it cannot be read as it is."""

    def __init__(self, text: str) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, text)


class Unfit(Refused):
    """422: it can be read, and must not be."""

    def __init__(self, text: str) -> None:
        super().__init__(HTTPStatus.UNPROCESSABLE_ENTITY, text)


class Missing(Refused):
    """404: there is no such thing."""

    def __init__(self, text: str) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, text)
