"""What every part of the configuration is made of: strict mappings, identifiers and addresses."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


def _without_secrets(url: str) -> str:
    if "@" in urlsplit(url).netloc:
        raise ValueError("a user or password in an address ends up in logs; take it out (prometheus: use auth)")
    return url


Url = Annotated[str, Field(pattern=r"^https?://[^\s/]+(/\S*)?$"), AfterValidator(_without_secrets)]


class Strict(BaseModel):
    """A mapping whose unknown keys are errors, not silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)
