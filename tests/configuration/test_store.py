"""`store:` in the configuration: a file or a server, never a secret."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from commands.errors import CommandError
from commands.options import Configuration, configuration
from settings import SettingsError, load_settings

CONFIG = Path(__file__).parents[2] / "config"
SOURCE = '{id: dc1, kind: exposition, data_center: dc1, url: "http://127.0.0.1:8101/metrics"}'


def written(tmp_path: Path, store: str) -> Path:
    """A configuration with one line for the store."""
    path = tmp_path / "control-center.yaml"
    path.write_text(f"store: {store}\ncatalog: {CONFIG}/catalog.yaml\nsources: [{SOURCE}]\n", encoding="utf-8")
    return path


def chosen(path: Path, data: Path) -> Configuration:
    """What a command makes of it when it is given a data directory."""
    return configuration(argparse.Namespace(config=path, data=data))


def test_without_a_word_the_store_is_a_file_in_the_data_directory(tmp_path: Path) -> None:
    """As ``--data`` always meant."""
    usual = chosen(CONFIG / "control-center.yaml", tmp_path)
    assert usual.store == usual.store_path == tmp_path / "store.sqlite"


def test_a_file_and_a_server_are_told_apart(tmp_path: Path) -> None:
    """Commands that copy files refuse a server in one line."""
    assert chosen(written(tmp_path, "/srv/counts.sqlite"), tmp_path).store == Path("/srv/counts.sqlite")
    server = chosen(written(tmp_path, "postgresql://center@db:5432/center?sslmode=verify-full"), tmp_path)
    assert server.store == "postgresql://center@db:5432/center?sslmode=verify-full"
    with pytest.raises(CommandError, match="works on a SQLite file only"):
        _ = server.store_path


@pytest.mark.parametrize(
    ("store", "said"),
    [
        ("postgresql://center:secret@db/center", "a password does not belong in this file"),
        ("postgresql://center@db/center?password=secret", "a password does not belong in this file"),
        ("mysql://secret@db/center", "must be a path or an address such as postgresql://"),
        ("postgresql://secret@db", "must be a path or an address such as postgresql://"),
        ("postgresql://secret@db:port/center", "is no address such as postgresql://"),
        ('""', "at least 1 character"),
    ],
)
def test_a_bad_address_is_refused_without_repeating_it(tmp_path: Path, store: str, said: str) -> None:
    """One line with file, line and field; what may be a password is not printed."""
    with pytest.raises(SettingsError, match=said) as caught:
        load_settings(written(tmp_path, store))
    assert str(caught.value).startswith(f"{tmp_path}/control-center.yaml:1: store: ")
    assert "secret" not in str(caught.value)
