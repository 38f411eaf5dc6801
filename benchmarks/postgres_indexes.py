"""Which index PostgreSQL's minutes should have: a day of them, laid out three ways, asked the wall's questions.

    python -m benchmarks.postgres_indexes [--units 1200]

Prints medians of wall-clock milliseconds inside the server (EXPLAIN ANALYZE), and bytes a row. Upserts need a unique
index in any case; BRIN alone stands for a table that is only appended to.
"""

from __future__ import annotations

import argparse
import statistics

import psycopg

from tests.store.postgres_server import postgres_child

REPEATS = 15
BEGIN_S = 1_795_276_800
MINUTES = 1440
LAYOUTS = {
    "btree (scope, at, unit_id)": "CREATE UNIQUE INDEX ON {table} (scope, at, unit_id)",
    "btree (scope, unit_id, at)": "CREATE UNIQUE INDEX ON {table} (scope, unit_id, at)",
    "BRIN (at)": "CREATE INDEX ON {table} USING brin (at) WITH (pages_per_range = 16)",
}
QUESTIONS = {
    "newest minute, all cells": "SELECT * FROM {table} WHERE scope = 2 AND at = {last}",
    "one hour of the bank": "SELECT * FROM {table} WHERE scope = 0 AND at >= {hour}",
    "24 h of one service": (
        "SELECT counts.* FROM generate_series({begin}::bigint, {last}, 60) AS moment(at) CROSS JOIN LATERAL"
        " (SELECT * FROM {table} WHERE scope = 2 AND at = moment.at AND unit_id = 7) AS counts"
    ),
    "24 h of one service, as a range": "SELECT * FROM {table} WHERE scope = 2 AND at >= {begin} AND unit_id = 7",
    "one hour, sums of all cells": (
        "SELECT unit_id, sum(good), sum(bad) FROM {table} WHERE scope = 2 AND at >= {hour} GROUP BY unit_id"
    ),
}


def fill(connection: psycopg.Connection, table: str, index: str, units: int) -> None:
    """A day in the order of time, as commits write it: bank and cells."""
    connection.execute(
        f"CREATE TABLE {table} (scope int, at bigint, unit_id int, good bigint, bad bigint, ignored bigint,"
        " transactions bigint)"
    )
    rows = f"generate_series({BEGIN_S}, {BEGIN_S + (MINUTES - 1) * 60}, 60) AS at, generate_series(0, {units}) AS unit"
    connection.execute(
        f"INSERT INTO {table} SELECT CASE WHEN unit = 0 THEN 0 ELSE 2 END, at, unit, 4000, 1, 2, 700"  # noqa: S608
        f" FROM {rows} ORDER BY at, unit"
    )
    connection.execute(index.format(table=table))
    connection.execute(f"VACUUM ANALYZE {table}")


def median_ms(connection: psycopg.Connection, sql: str) -> float:
    """Median execution time inside the server."""
    spent = []
    for _ in range(REPEATS):
        lines = connection.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {sql}").fetchall()
        spent.append(float(lines[-1][0].split()[2]))
    return statistics.median(spent)


def main() -> None:
    """Starts a server, fills it, asks it."""
    parser = argparse.ArgumentParser(description="indexes of PostgreSQL's minutes")
    parser.add_argument("--units", type=int, default=1200, help="cells beside the bank")
    args = parser.parse_args()
    last = BEGIN_S + (MINUTES - 1) * 60
    moments = {"begin": BEGIN_S, "last": last, "hour": last - 3540}
    with postgres_child() as server, psycopg.connect(server.address("postgres"), autocommit=True) as connection:
        for setting in ("jit = off", "max_parallel_workers_per_gather = 0", "random_page_cost = 1.1"):
            connection.execute(f"SET {setting}")
        for number, (name, index) in enumerate(LAYOUTS.items()):
            table = f"layout_{number}"
            fill(connection, table, index, args.units)
            for question, sql in QUESTIONS.items():
                print(f"{median_ms(connection, sql.format(table=table, **moments)):9.2f} ms  {name:28} {question}")
            (sizes,) = connection.execute(f"SELECT pg_relation_size('{table}'), pg_indexes_size('{table}')").fetchall()
            heap, indexes = (size / MINUTES / (args.units + 1) for size in sizes)
            print(f"{heap:5.0f} + {indexes:3.0f} B  {name:28} a row: table, index")


if __name__ == "__main__":
    main()
