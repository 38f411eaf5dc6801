"""`check` as a doctor: the machine, the store, secrets and certificates, each with what to do about it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import app
from commands import machine
from commands.certificates import judged
from commands.machine import GIB, disk_sign, files_sign, font_sign, zone_sign
from commands.secret_files import named_files, secret_file_sign
from commands.signs import Health
from commands.store_signs import clock_sign, lease_sign
from slo.windows import SHANGHAI
from store.audit import audited
from store.examining import clock_ms
from store.journal import Change
from store.leases import Beat, Lease
from store.opening import open_store

ROOT = Path(__file__).resolve().parent.parent.parent
DAY_MS = 86_400_000
Doctor = Callable[[], tuple[int, dict[str, Any]]]


@pytest.fixture
def store_file(tmp_path: Path) -> Path:
    """A store in which somebody leads dc1, and somebody did three things."""
    path = tmp_path / "store.sqlite"
    store = open_store(path, SHANGHAI, upgrade=True)
    store.acquire(["dc1"], "ops-1:4711:abc", Beat("boot", 1))
    for number in range(3):
        store.write(Change(audit=(audited(number, "cli:li@ops", "silence.create", str(number)),)))
    store.close()
    return path


@pytest.fixture
def doctor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Doctor:
    """`check --json` of two sources that nobody serves: exit code and document."""
    sources = [
        f'  - {{id: dc{n}, kind: exposition, data_center: dc{n}, url: "http://127.0.0.1:{n}/metrics"}}' for n in (1, 2)
    ]
    text = "\n".join([f"data: {tmp_path}", f"catalog: {ROOT}/config/catalog.yaml", "sources:", *sources])
    (tmp_path / "control-center.yaml").write_text(text + "\n", encoding="utf-8")

    def examined() -> tuple[int, dict[str, Any]]:
        code = app.main(["check", "--json", "--data", str(tmp_path)])
        said = capsys.readouterr()
        assert said.err == ""
        document: dict[str, Any] = json.loads(said.out)
        return code, document

    return examined


def of_kind(document: dict[str, Any], kind: str) -> list[tuple[str, str, str]]:
    """Health, text and fix of the signs of one kind."""
    return [(each["health"], each["text"], each["fix"]) for each in document["checks"] if each["kind"] == kind]


def test_one_document_tells_of_store_leases_audit_log_and_machine(doctor: Doctor, store_file: Path) -> None:
    """Errors make the exit code 1; a lease that nobody has is only worth a look."""
    code, document = doctor()
    assert (code, document["healthy"]) == (1, False)
    assert {"disk", "files", "fonts", "time zone"} <= {each["kind"] for each in document["checks"]}
    assert [each[0] for each in of_kind(document, "source")] == ["error", "error"]
    ((health, text, _),) = of_kind(document, "store")
    assert (health, str(store_file) in text) == ("ok", True)
    held, free = of_kind(document, "lease")
    assert held[:2] == ("ok", "lease dc1: ops-1:4711:abc, token 1")
    assert free == ("warning", "lease dc2: nobody has it, so nobody reads", "start: python app.py collect")
    assert of_kind(document, "audit") == [("ok", "audit log: whole, 3 rows", "")]
    assert sum(document["counted"].values()) == len(document["checks"])


def test_a_row_of_the_audit_log_that_was_changed_is_named(doctor: Doctor, store_file: Path) -> None:
    with closing(sqlite3.connect(store_file)) as connection, connection:
        connection.execute("DROP TRIGGER audit_row_unchanged")
        connection.execute("UPDATE audit_row SET actor = 'nobody' WHERE number = 2")
    ((health, text, fix),) = of_kind(doctor()[1], "audit")
    assert (health, "row 2" in text, "audit verify" in fix) == ("error", True, True)


def test_a_store_of_an_older_program_is_told_with_the_command(doctor: Doctor, store_file: Path) -> None:
    with closing(sqlite3.connect(store_file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0009'")
    ((health, text, _),) = of_kind(doctor()[1], "store")
    assert health == "error"
    assert "schema 0009" in text
    assert "python app.py db upgrade" in text


def test_a_broken_configuration_is_a_document_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, one row for each defect."""
    (tmp_path / "control-center.yaml").write_text("sources: []\nserver: {port: -1}\nwhat: 1\n", encoding="utf-8")
    assert app.main(["check", "--json", "--data", str(tmp_path)]) == 2
    document = json.loads(capsys.readouterr().out)
    assert [each["kind"] for each in document["checks"]] == ["configuration"] * 3


@pytest.mark.parametrize(
    ("free_gib", "store_gib", "health"),
    [(50.0, 10.0, Health.OK), (15.0, 10.0, Health.WARNING), (0.5, 0.0, Health.ERROR)],
)
def test_room_is_wanted_for_an_upgrade_and_a_backup(
    free_gib: float, store_gib: float, health: Health, tmp_path: Path
) -> None:
    """Less than a gibibyte is too little for anybody."""
    sign = disk_sign(tmp_path / "not" / "yet", int(free_gib * GIB), int(store_gib * GIB))
    assert (sign.health, bool(sign.fix)) == (health, health is not Health.OK)


@pytest.mark.parametrize(("most", "health"), [(8256, Health.OK), (1024, Health.WARNING), (64, Health.ERROR)])
def test_a_wall_takes_a_descriptor(most: int, health: Health) -> None:
    assert files_sign(most).health is health


@pytest.mark.parametrize(
    ("mode", "health"),
    [(0o600, Health.OK), (0o440, Health.OK), (0o644, Health.WARNING), (0o622, Health.ERROR), (None, Health.ERROR)],
)
def test_a_secret_is_nobody_elses_to_read_or_change(mode: int | None, health: Health, tmp_path: Path) -> None:
    """Its group may read it; what the secret is nobody says."""
    path = tmp_path / "token"
    if mode is not None:
        path.write_text("open-sesame", encoding="ascii")
        path.chmod(mode)
    sign = secret_file_sign("access.oidc.client_secret_file", path)
    assert sign.health is health
    assert "open-sesame" not in sign.line()


def test_every_file_of_a_secret_is_found_wherever_it_is_named() -> None:
    """Certificates of authorities are no secrets."""
    tree = {"a": [{"secret_file": "x", "ca_file": "y"}, {"url_file": None}], "b": {"oidc": {"client_secret_file": "z"}}}
    assert list(named_files(tree)) == [("a.0.secret_file", "x"), ("b.oidc.client_secret_file", "z")]


@pytest.mark.parametrize(("days", "health"), [(100, Health.OK), (3, Health.WARNING)])
def test_a_certificate_is_told_before_it_ends(days: int, health: Health) -> None:
    ends = time.strftime("%b %d %H:%M:%S %Y GMT", time.gmtime(1_800_000_000 + days * 86_400))
    assert judged("source p: prometheus:443", ends, 1_800_000_000_000).health is health


def test_a_clock_that_is_off_is_told_with_its_direction() -> None:
    assert clock_sign("postgresql://db", 400).health is Health.OK
    assert "2.5 s behind ours" in clock_sign("postgresql://db", -2500).line()


def test_a_lease_that_was_given_back_is_nobodys() -> None:
    given_back = Lease("dc1", "", 7, Beat("", 0))
    assert lease_sign("dc1", {"dc1": given_back}).health is Health.WARNING


def test_a_file_has_our_own_clock(store_file: Path) -> None:
    assert clock_ms(store_file) is None


def test_a_time_zone_that_this_machine_does_not_know_is_an_error() -> None:
    assert zone_sign("Asia/Atlantis").health is Health.ERROR
    assert zone_sign(SHANGHAI).health is Health.OK


def test_a_machine_without_the_font_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """PDF alone needs it, so it is no error."""
    monkeypatch.setattr(machine, "FONT_FOLDERS", (tmp_path,))
    sign = font_sign()
    assert sign.health is Health.WARNING
    assert "apt-get install" in sign.fix
