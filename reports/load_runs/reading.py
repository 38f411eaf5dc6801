"""From the bytes of a result file to a result that agrees with itself, or every defect that it has."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from reports.load_runs.checking import disagreements
from reports.load_runs.errors import BadResult
from reports.load_runs.shape import Result

MOST_BYTES = 32 * 1024 * 1024
LONGEST_TEXT = 160


def read(content: bytes) -> Result:
    """A result. Raises BadResult with every defect: first those of single fields, and where there are none those of
    fields that cannot be true together."""
    if len(content) > MOST_BYTES:
        raise BadResult([f"the result is longer than {MOST_BYTES} bytes"])
    try:
        json.loads(content.decode(), parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadResult([f"not JSON: {_one_line(str(error))}"]) from error
    try:
        result = Result.model_validate_json(content)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        raise BadResult([_defect(dict(each)) for each in found]) from error
    defects = list(disagreements(result))
    if defects:
        raise BadResult(defects)
    return result


def _defect(detail: dict[str, Any]) -> str:
    where = ".".join(str(part)[:60] for part in detail["loc"]) or "the result"
    message = "is missing" if detail["type"] == "missing" else str(detail["msg"]).removeprefix("Value error, ")
    return f"{where}: {_one_line(message)}"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_TEXT]


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON value")


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a field is given twice")
