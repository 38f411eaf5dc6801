"""The bank in PostgreSQL: a server of its own over a data folder that is built once."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.bank.children import POSTGRES_PROGRAMS, child, free_port, owned_folder, unprivileged
from benchmarks.bank.filling import fill
from benchmarks.bank.size import Size

OPTIONS = ("fsync=off", "listen_addresses=127.0.0.1", "shared_buffers=512MB", "max_wal_size=4GB")


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A server over a folder; gives the address of its first database."""
    data = folder / "data"
    owned_folder(folder)
    if not data.exists():
        initdb = f"{POSTGRES_PROGRAMS}/initdb -A trust -U postgres --locale=C -E UTF8 -D".split()
        subprocess.run([*initdb, str(data)], check=True, capture_output=True, cwd="/", **unprivileged())
    port = free_port()
    words = [word for option in OPTIONS for word in ("-c", option)]
    command = [POSTGRES_PROGRAMS / "postgres", "-D", data, "-p", str(port), "-k", folder, *words]
    address = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    with child([str(word) for word in command], lambda: _answers(address), folder / "postgres.log"):
        yield address


@contextmanager
def build(folder: Path, size: Size) -> Iterator[str]:
    """Address of a server that holds a bank of that size; filled when it is not there."""
    place, whole = folder / f"{size.name}.postgres", folder / f"{size.name}.postgres.whole"
    with postgres(place) as address:
        if not whole.exists():
            began = time.monotonic()
            fill(address, size)
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")
            whole.write_text(f"{time.monotonic() - began:.0f} s\n")
        yield address


def bytes_a_minute_row(address: str) -> float:
    """Bytes of the parts of the table of minutes, indexes too, for each of their rows."""
    asked = """
        SELECT sum(pg_total_relation_size(part.relid)), (SELECT count(*) FROM counts_minute)
        FROM pg_partition_tree('counts_minute') AS part WHERE part.isleaf
    """
    with psycopg.connect(address) as connection:
        row = connection.execute(asked).fetchone()
    if row is None:
        raise RuntimeError(f"{address} holds no minutes")
    return float(row[0]) / int(row[1])


def _answers(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
