"""`notify test`: every channel of a configuration is tried, and each says what became of it."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from commands import notify
from commands.errors import CommandError
from tests.alerts.notify.parts import door

ROOT = Path(__file__).resolve().parents[2]


def run(tmp_path: Path, channels: str, *more: str) -> int:
    """The command on a configuration with these channels."""
    shipped = (ROOT / "config" / "control-center.yaml").read_text(encoding="utf-8")
    path = tmp_path / "control-center.yaml"
    text = shipped.replace("  channels: []", f"  channels:\n{channels}\n  #")
    path.write_text(text.replace("catalog: catalog.yaml", f"catalog: {ROOT}/config/catalog.yaml"), encoding="utf-8")
    for name in ("alerts.yaml",):
        (tmp_path / name).write_text((ROOT / "config" / name).read_text(encoding="utf-8"), encoding="utf-8")
    parser = argparse.ArgumentParser()
    notify.configure(parser)
    return notify.run(parser.parse_args(["test", "--config", str(path), *more]))


def test_each_channel_is_tried_and_says_what_became_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One takes it, one refuses it, one has no secret; no secret is printed."""
    with door() as here, door() as refusing:
        refusing.answers = [(403, {}, b"go away")]
        monkeypatch.setenv("HOOK_URL", f"{here.url}/hooks/verysecretpath")
        monkeypatch.setenv("HOOK_SECRET", "verysecretkey")
        channels = f"""\
    - {{id: good, kind: webhook, url_env: HOOK_URL, secret_env: HOOK_SECRET}}
    - {{id: bad, kind: webhook, url: "{refusing.url}/x", secret_env: HOOK_SECRET}}
    - {{id: none, kind: slack, url_env: NOT_SET_ANYWHERE}}
    - {{id: drain, kind: automation, url: "{here.url}", secret_env: HOOK_SECRET}}"""
        assert run(tmp_path, channels) == 1
        assert len(here.rung) == 1
        assert here.rung[0].json["news"][0]["test"]
    printed = capsys.readouterr().out
    assert "ok      good (webhook): taken in " in printed
    assert f"failed  bad (webhook): {refusing.url}/***: HTTP 403: go away" in printed
    assert "notify channel 'none': secret from environment variable NOT_SET_ANYWHERE: is not set" in printed
    assert "ok      drain (automation): not sent in " in printed
    assert "verysecret" not in printed


def test_one_channel_can_be_tried_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a name that nobody has is refused with the known ones."""
    monkeypatch.setenv("S", "verysecretkey")
    with door() as here:
        channels = "\n".join(
            f'    - {{id: {id}, kind: webhook, url: "{here.url}", secret_env: S}}' for id in ("one", "two")
        )
        assert run(tmp_path, channels, "two") == 0
        assert len(here.rung) == 1
        with pytest.raises(CommandError, match=r"no channel 'three' in .*; known: one, two"):
            run(tmp_path, channels, "three")
