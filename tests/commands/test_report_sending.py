"""`report send`: what is due, one delivery now, again, or to a file; what `check` says of it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import report_sending
from commands.errors import CommandError
from commands.options import Configuration, configuration
from commands.report_files import maker
from commands.report_sending import Reports, delivery_faults, looking, send, upcoming
from dashboard.reporting.kinds import NAMES
from reports.delivery.errors import CannotMake
from reports.delivery.model import Make, Order
from reports.delivery.outbox import Outbox
from reports.delivery.parcel import Status
from reports.delivery.period import period_named
from reports.delivery.reporter import Reporter
from slo.windows import SHANGHAI
from store.memory import MemoryStore
from store.port import Store
from tests.alerts.notify.parts import until
from tests.reports.delivery.parts import Maker, Post, cannot, instant_ms, post_office

CONFIG = Path(__file__).resolve().parents[2] / "config"


@pytest.fixture
def box() -> Iterator[Post]:
    """A mail server on loopback."""
    with post_office(None) as here:
        yield here


@pytest.fixture
def store() -> Store:
    """An empty store."""
    return MemoryStore(SHANGHAI)


def chosen(tmp_path: Path, port: int = 25, more: str = "") -> Configuration:
    """The shipped configuration with one delivery to a folder and a mailbox."""
    shipped = (CONFIG / "control-center.yaml").read_text(encoding="utf-8")
    section = f"""
reports:
  smtp: {{host: 127.0.0.1, port: {port}, tls: none, from: lcc@bank.example}}
  deliveries:
    - id: board
      kind: availability
      when: {{every: month, business_day: 3}}
      to: {{smtp: {{to: [head@bank.example]}}, folder: out{more}}}
"""
    path = tmp_path / "control-center.yaml"
    path.write_text(
        shipped.replace("catalog: catalog.yaml", f"catalog: {CONFIG}/catalog.yaml") + section, encoding="utf-8"
    )
    (tmp_path / "out").mkdir(exist_ok=True)
    return configuration(argparse.Namespace(config=path, data=tmp_path))


def run(setting: Configuration, store: Store, make: Make, *words: str) -> int:
    """The command with these words."""
    parser = argparse.ArgumentParser()
    report_sending.configure(parser)
    return send(parser.parse_args(words), setting, store, make)


def test_one_delivery_goes_out_now_and_once_more_only_when_asked(
    tmp_path: Path, box: Post, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last month; twice is said, `--again` says by whom; one way alone by its own name."""
    setting, make = chosen(tmp_path, box.port), Maker()
    assert run(setting, store, make, "board", "--period", "2026-09") == 0
    assert run(setting, store, make, "board", "--period", "2026-09") == 0
    assert len(box.mails) == 1
    assert "--again sends it once more" in capsys.readouterr().out
    assert run(setting, store, make, "board/2026-09/smtp", "--again") == 0
    assert len({mail["Message-ID"] for mail in box.mails}) == 2
    assert run(setting, store, make, "--list") == 0
    listed = capsys.readouterr().out
    assert "sent     board/2026-09/smtp" in listed
    assert "about" in listed.splitlines()[-1]
    assert [path.name for path in (tmp_path / "out/board").iterdir()] == ["2026-09"]


def test_what_is_not_sent_makes_the_exit_code_1(
    tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says why and when it is tried again."""
    make = Maker(faults=[cannot(), cannot()])
    assert run(chosen(tmp_path), store, make, "board", "--period", "2026-09") == 1
    assert "store: database is locked; next attempt " in capsys.readouterr().out


def test_nothing_due_says_what_comes_next(tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """Of each delivery."""
    assert run(chosen(tmp_path), store, Maker()) == 0
    assert capsys.readouterr().out.startswith("nothing is due\nnext     board 20")


def test_a_dry_run_leaves_no_trace(tmp_path: Path, box: Post, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """A file with the mail; also of a period that is not over."""
    mail = tmp_path / "board.eml"
    assert run(chosen(tmp_path, box.port), store, Maker(), "board", "--period", "2090-01", "--dry-run", str(mail)) == 0
    assert b"Subject: " in mail.read_bytes()
    assert (box.mails, Outbox(store, "").listed()) == ([], [])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["boss"], "no delivery 'boss' in the section reports; known: board"),
        (["--again"], "--again: of which delivery"),
        (["board", "--period", "2026-13"], "period '2026-13' is none"),
        (["board", "--period", "2090-01"], "2090-01 is not over yet; --dry-run"),
        (["board/2026-09/pigeon"], "'board/2026-09/pigeon' is in the outbox under no name"),
        (["board/2026-09/smtp", "--period", "2026-08"], "names period 2026-09, --period another"),
    ],
)
def test_what_cannot_be_sent_is_one_line(words: list[str], said: str, tmp_path: Path, store: Store) -> None:
    """That says what there is."""
    with pytest.raises(CommandError, match=said):
        run(chosen(tmp_path), store, Maker(), *words)


def test_check_names_what_would_fail(tmp_path: Path) -> None:
    """A folder that is not there and a secret that is not set; and says what comes next."""
    setting = chosen(tmp_path, more=", webhook: 'https://x/y', secret_env: NOT_SET_ANYWHERE")
    (tmp_path / "out").rmdir()
    faults = delivery_faults(setting)
    assert [fault.split(": ", 1)[0] for fault in faults] == ["reports delivery 'board'"] * 2
    assert "NOT_SET_ANYWHERE: is not set" in faults[0]
    assert "mount or create it" in faults[1]
    (line,) = upcoming(setting, instant_ms(22))
    assert line == "next     board 2026-12-03 08:00 Asia/Shanghai about 2026-11 by smtp, webhook, folder"
    assert "provisional" in upcoming(setting, instant_ms(22) + 60 * 86_400_000)[0]


def test_serving_sends_nothing_unless_that_is_configured(tmp_path: Path, store: Store) -> None:
    """And takes no lease for it."""
    setting = configuration(argparse.Namespace(config=CONFIG / "control-center.yaml", data=tmp_path))
    with Reports(setting, store):
        assert store.leases() == {}


def test_serving_takes_the_lease_and_gives_it_back(tmp_path: Path, store: Store) -> None:
    """The next process sends at once."""
    with Reports(chosen(tmp_path), store, "me"):
        assert store.leases()["reports"].owner == "me"
    assert store.leases()["reports"].owner != "me"


def test_a_real_report_goes_into_the_folder(tmp_path: Path, store: Store) -> None:
    """Of an empty store: not proven, and said so."""
    setting = chosen(tmp_path, more=", webhook: 'http://127.0.0.1:1/', secret_env: NOT_SET_ANYWHERE")
    text = setting.path.read_text(encoding="utf-8").replace(
        "kind: availability", "kind: availability\n      formats: [json]"
    )
    setting.path.write_text(text, encoding="utf-8")
    setting = configuration(argparse.Namespace(config=setting.path, data=tmp_path))
    look = looking(setting, store, maker(setting, store), "me")
    look(instant_ms(4, 7))
    look(instant_ms(4, 9))
    (file,) = (tmp_path / "out/board/2026-10").iterdir()
    assert json.loads(file.read_bytes())["products"][0]["verdict"] == "not proven"


def test_costs_of_a_week_have_failed_and_check_says_so(
    tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are closed by the month: it is not tried for ever."""
    setting = chosen(tmp_path)
    text = setting.path.read_text(encoding="utf-8").replace("kind: availability", "kind: costs\n      period: week")
    setting.path.write_text(text, encoding="utf-8")
    setting = configuration(argparse.Namespace(config=setting.path, data=tmp_path))
    assert run(setting, store, Maker(), "board/2026-W40/folder") == 1
    assert "failed   board/2026-W40/folder" in capsys.readouterr().out
    assert delivery_faults(setting) == [
        "reports delivery 'board': kind 'costs' is made of a month alone; choose that period"
    ]


@pytest.mark.parametrize("kind", NAMES)
def test_every_kind_goes_out(kind: str, tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """Of an empty store: not proven, and said so."""
    setting = chosen(tmp_path)
    text = setting.path.read_text(encoding="utf-8")
    setting.path.write_text(text.replace("kind: availability", f"kind: {kind}\n      formats: [json, csv]"), "utf-8")
    setting = configuration(argparse.Namespace(config=setting.path, data=tmp_path))
    assert run(setting, store, maker(setting, store), "board/2026-10/folder") == 0, capsys.readouterr().out
    files = {each.name for each in (tmp_path / "out/board/2026-10").iterdir()}
    assert files == {f"{kind}-2026-10.json", f"{kind}-2026-10.csv"}


def test_a_table_that_cannot_be_read_is_said_and_tried_again(tmp_path: Path, store: Store) -> None:
    """Whoever mends it, has the report."""
    setting = chosen(tmp_path)
    (tmp_path / "costs.yaml").write_text("no: costs", encoding="utf-8")
    setting.path.write_text(setting.path.read_text("utf-8") + "costs: costs.yaml\n", "utf-8")
    setting = configuration(argparse.Namespace(config=setting.path, data=tmp_path))
    with pytest.raises(CannotMake, match=r"costs\.yaml"):
        maker(setting, store)(Order("board", "costs", period_named("2026-10"), ("json",), "en"))


def test_a_product_that_is_unknown_is_refused_by_name(tmp_path: Path) -> None:
    """With those that are known."""
    setting = chosen(tmp_path)
    text = setting.path.read_text(encoding="utf-8")
    setting.path.write_text(
        text.replace("kind: availability", "kind: availability\n      products: [gold]"), encoding="utf-8"
    )
    with pytest.raises(CommandError, match="reports delivery 'board': product 'gold' is not in the catalog; known: "):
        configuration(argparse.Namespace(config=setting.path, data=tmp_path))


def test_a_process_that_runs_sends_what_is_due(tmp_path: Path, box: Post, store: Store) -> None:
    """By the clock, without being asked."""
    setting = chosen(tmp_path, box.port)
    clock = [instant_ms(4, 7)]
    made = Reporter(store, looking(setting, store, Maker(), "me"), every_seconds=0.02, now_ms=lambda: clock[0])
    made.start()
    try:
        outbox = Outbox(store, "")
        until(lambda: outbox.watermark("board") is not None)
        clock[0] = instant_ms(4, 8)
        until(lambda: len(box.mails) == 1)
        until(lambda: all(parcel.status is Status.SENT for parcel in outbox.listed()))
    finally:
        made.stop()
    assert [parcel.period for parcel in outbox.listed()] == ["2026-10"] * 2
