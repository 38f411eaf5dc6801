"""Names of persons: as they are written down, and as they are told apart."""

from __future__ import annotations

import unicodedata

from reports.issues.errors import BadOrigin

LONGEST_NAME = 200


def name_of(actor: str) -> str:
    """A name to write down. Raises BadOrigin for one that says nobody."""
    name = " ".join(actor.split())
    if not person(name) or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadOrigin("actor", actor, f"name a person, in at most {LONGEST_NAME} printable characters")
    return name


def person(name: str) -> str:
    """The same for every way to write one name: case, width, blanks and invisible characters do not make another."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(char for char in plain if unicodedata.category(char)[0] not in "CZ")
