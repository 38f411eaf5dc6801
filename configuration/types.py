"""What every part of the configuration is made of: strict mappings, identifiers, addresses, zones, secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from outgoing.secrets import SecretPlace
from slo.errors import UnknownZone
from slo.windows import day_start

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


def _without_secrets(url: str) -> str:
    if "@" in urlsplit(url).netloc:
        raise ValueError("a user or password in an address ends up in logs; take it out (prometheus: use auth)")
    return url


def _known_zone(text: str) -> str:
    try:
        day_start(0, text)
    except UnknownZone as error:
        raise ValueError(str(error)) from error
    return text


Zone = Annotated[str, AfterValidator(_known_zone)]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
"""Name of an environment variable."""
Url = Annotated[str, Field(pattern=r"^https?://[^\s/]+(/\S*)?$"), AfterValidator(_without_secrets)]


class Strict(BaseModel):
    """A mapping whose unknown keys are errors, not silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def secret_place(env: str | None, file: Path | None, folder: Path) -> SecretPlace:
    """Where a secret is; a file is relative to ``folder``."""
    return SecretPlace(env=env or "", file=None if file is None else folder / file)
