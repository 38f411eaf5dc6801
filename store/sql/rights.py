"""What a role may not do in PostgreSQL, and the words with which its owner gives it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from store.sql.partitions import CUTS
from store.sql.schema import ABOUT, ALEMBIC_VERSION, CUT_METADATA, METADATA

DENIED, READ_ONLY = "42501", "25006"
READS, WRITES, NUMBERS = "SELECT", "SELECT, INSERT, UPDATE, DELETE", "USAGE, SELECT"
MOST_NAMED = 3
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_REFUSED = re.compile(r'permission denied for (\w+) "?([^"]+)"?$')
_OWNED = re.compile(r'must be owner of (?:\w+) "?([^"]+)"?$')
_TABLES = text(
    "SELECT relname, has_table_privilege(oid, 'SELECT') AS reads,"
    " has_table_privilege(oid, 'INSERT') AND has_table_privilege(oid, 'UPDATE')"
    " AND has_table_privilege(oid, 'DELETE') AS writes,"
    " pg_has_role(relowner, 'USAGE') AS owns, pg_get_userbyid(relowner) AS owner"
    " FROM pg_class WHERE oid IN (SELECT to_regclass(name) FROM unnest(CAST(:names AS text[])) AS name)"
    " ORDER BY relname"
)
_SEQUENCES = text(
    "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = current_schema()::regnamespace"
    " AND NOT (has_sequence_privilege(oid, 'USAGE') AND has_sequence_privilege(oid, 'SELECT')) ORDER BY relname"
)
_SELF = text(
    "SELECT current_user, current_schema(), pg_is_in_recovery(), current_setting('default_transaction_read_only'),"
    " coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)"
)


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that a role may not do. ``reading``: whether nothing works without it; ``what``: in words; ``grant``:
    what to do about it, a statement where there is one."""

    reading: bool
    what: str
    grant: str


def remedy(state: str, words: str, statement: str, role: str) -> str:
    """What to add to a refusal in the words of the database (``state``: its SQLSTATE), empty for any other error."""
    if state == READ_ONLY:
        return f"; the server is a standby, or {role} was told to read alone (default_transaction_read_only)"
    if found := _OWNED.search(words):
        return _by_owner(found[1], role)
    if found := _REFUSED.search(words):
        return _given(found[1], found[2], statement, role)
    return f"; give {role} the right (python app.py check names what it lacks)" if state == DENIED else ""


def _given(kind: str, name: str, statement: str, role: str) -> str:
    if kind == "schema":
        return f"; as its owner: GRANT USAGE, CREATE ON SCHEMA {quoted(name)} TO {role}"
    if kind == "database":
        return f"; as its owner: GRANT CONNECT, CREATE ON DATABASE {quoted(name)} TO {role}"
    if kind == "sequence":
        return f"; as its owner: GRANT {NUMBERS} ON SEQUENCE {quoted(name)} TO {role}"
    reads = statement.lstrip().upper().startswith("SELECT")
    if not reads and any(name.startswith(f"{parent}_") for parent in CUTS):
        return _by_owner(name, role)
    return f"; as its owner: GRANT {READS if reads else WRITES} ON {quoted(name)} TO {role}"


def lacks(connection: Connection) -> list[Lack]:
    """What the role of a connection may not do with a store of the present schema."""
    role, schema, standby, reads_alone, creates = connection.execute(_SELF).one()
    role = quoted(role)
    if schema is None:
        return [Lack(True, f"{role} may not use the schema of the store", f"GRANT USAGE ON SCHEMA public TO {role}")]
    tables = connection.execute(_TABLES, {"names": _names()}).all()
    unread, unwritten = ([each.relname for each in tables if not getattr(each, way)] for way in ("reads", "writes"))
    found = [
        *([Lack(True, f"{role} may not read {_some(unread)}", _grant(READS, unread, schema, role))] if unread else []),
        *(
            [Lack(False, f"{role} may not write {_some(unwritten)}", _grant(WRITES, unwritten, schema, role))]
            if unwritten
            else []
        ),
    ]
    if numbers := list(connection.execute(_SEQUENCES).scalars()):
        every = f"GRANT {NUMBERS} ON ALL SEQUENCES IN SCHEMA {quoted(schema)} TO {role}"
        found.append(Lack(False, f"{role} may not take numbers of {_some(numbers)}, nor back them up", every))
    return [*found, *_lacks_to_collect(tables, schema, role, creates=creates), *_alone(role, standby, reads_alone)]


def _lacks_to_collect(tables: Sequence[Row[Any]], schema: str, role: str, *, creates: bool) -> Iterator[Lack]:
    owners = sorted({each.owner for each in tables if each.relname in CUTS and not each.owns})
    if owners:
        names = ", ".join(sorted(CUTS))
        what = f"{role} does not own {names}, which are cut into parts as time goes on: it cannot collect"
        yield Lack(False, what, "; ".join(f"GRANT {quoted(owner)} TO {role}" for owner in owners))
    if not creates:
        what = f"{role} may make no tables in schema {schema}: it cannot collect or upgrade"
        yield Lack(False, what, f"GRANT CREATE ON SCHEMA {quoted(schema)} TO {role}")


def _alone(role: str, standby: bool, reads_alone: str) -> Iterator[Lack]:
    if standby:
        yield Lack(False, "the server is a standby: it is read alone", "name the primary in store:")
    elif reads_alone == "on":
        fix = f"ALTER ROLE {role} RESET default_transaction_read_only"
        yield Lack(False, f"{role} was told to read alone (default_transaction_read_only)", fix)


def unseen(connection: Connection) -> str:
    """Why no table is seen at all, although there may be a store; empty when that is not a matter of rights."""
    if connection.dialect.name != "postgresql":
        return ""
    role, schema, *_ = connection.execute(_SELF).one()
    if schema is not None:
        return ""
    return f"{quoted(role)} may use no schema; as its owner: GRANT USAGE ON SCHEMA public TO {quoted(role)}"


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    doubled = name.replace('"', '""')
    return name if _PLAIN.fullmatch(name) else f'"{doubled}"'


def _names() -> list[str]:
    names = {*METADATA.tables, *CUT_METADATA.tables, ABOUT.name, ALEMBIC_VERSION.name}
    return sorted(names)


def _some(tables: Sequence[str]) -> str:
    more = len(tables) - MOST_NAMED
    return ", ".join(tables[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _grant(rights: str, tables: Sequence[str], schema: str, role: str) -> str:
    every = len(tables) > MOST_NAMED
    what = f"ALL TABLES IN SCHEMA {quoted(schema)}" if every else ", ".join(map(quoted, tables))
    return f"GRANT {rights} ON {what} TO {role}"


def _by_owner(name: str, role: str) -> str:
    return (
        f"; {quoted(name)} is cut into parts by whoever owns it: GRANT its owner TO {role}"
        " (python app.py check names the owner)"
    )
