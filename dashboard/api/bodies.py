"""What a body may hold: strict models, of which the OpenAPI document is made too."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from alerts.desk.acks import LONGEST_NOTE
from dashboard.api.instants import EXAMPLE, instant_ms

LONGEST_NAME = 200


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds a NUL character, which cannot be kept; take it out")
    return text


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty; write something")
    return text.strip()


def _instant(text: str) -> str:
    instant_ms(text)
    return text


Text = Annotated[str, Field(max_length=LONGEST_NOTE), AfterValidator(_storable)]
Said = Annotated[Text, AfterValidator(_said)]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(_storable), AfterValidator(_said)]
Instant = Annotated[str, AfterValidator(_instant), Field(json_schema_extra={"format": "date-time"}, examples=[EXAMPLE])]


class Body(BaseModel):
    """Unknown fields and other types are refused; nothing is guessed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=False)


class Act(Body):
    """What everybody says who does something: who, and why if he likes. ``by`` may be left out by who is logged in."""

    by: Name
    note: Text = ""
