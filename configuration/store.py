"""Where counts are kept: a file, or a PostgreSQL database whose address holds no secret."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

EXAMPLE = "postgresql://user@host:5432/database"


def _checked_address(text: str) -> str:
    if "://" not in text:
        return text
    try:
        parts = urlsplit(text)
        password, _ = parts.password, parts.port
    except ValueError as error:
        raise ValueError(f"is no address such as {EXAMPLE}: {error}") from error
    if password is not None or "password=" in parts.query:
        raise ValueError("a password does not belong in this file; give it in PGPASSWORD or a file (PGPASSFILE)")
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ValueError(f"must be a path or an address such as {EXAMPLE}")
    return text


StoreAddress = Annotated[str, Field(min_length=1), AfterValidator(_checked_address)]
"""A path, or ``postgresql://user@host:port/database``."""
