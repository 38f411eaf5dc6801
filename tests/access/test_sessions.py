"""Sessions: signed, aging, renewed; the key that signs them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from access.errors import KeyUnusable
from access.identity import Means
from access.rights import Role
from access.sessions import FILE, HOUR_MS, VARIABLE, Session, Sessions, SessionTimes, Signer, read_key

NOW_MS = 1_795_000_020_000
KEY = b"k" * 32


@pytest.fixture
def sessions() -> Sessions:
    """As shipped."""
    return Sessions(Signer(KEY), SessionTimes())


@pytest.fixture
def session(sessions: Sessions) -> Session:
    """Begun now."""
    return sessions.begin("李", Means.OIDC, frozenset({Role.VIEWER}), 7, NOW_MS)


def test_a_session_comes_back_as_it_went(sessions: Sessions, session: Session) -> None:
    assert sessions.read(sessions.text(session), NOW_MS) == session


def test_no_changed_character_passes(sessions: Sessions, session: Session) -> None:
    text = sessions.text(session)
    for place in range(len(text)):
        other = "A" if text[place] != "A" else "B"
        assert sessions.read(text[:place] + other + text[place + 1 :], NOW_MS) is None
    for junk in ("", ".", "x.y", text + "A", "é" * 20, "." * 5000):
        assert sessions.read(junk, NOW_MS) is None


def test_another_key_or_purpose_signs_nothing_for_us(sessions: Sessions, session: Session) -> None:
    assert Sessions(Signer(b"o" * 32), SessionTimes()).read(sessions.text(session), NOW_MS) is None
    packed = sessions.text(session).partition(".")[0]
    assert sessions.read(f"{packed}.{Signer(KEY).sign('csrf', packed)}", NOW_MS) is None


def test_twelve_idle_hours_or_seven_days_end_it(sessions: Sessions, session: Session) -> None:
    text = sessions.text(session)
    assert sessions.read(text, NOW_MS + 12 * HOUR_MS - 1) is not None
    assert sessions.read(text, NOW_MS + 12 * HOUR_MS) is None
    now_ms, last = NOW_MS, session
    while (again := sessions.renewed(last, now_ms)) is not None or now_ms == NOW_MS:
        last, now_ms = again or last, now_ms + 11 * HOUR_MS
        if sessions.read(sessions.text(last), now_ms) is None:
            break
    assert now_ms > NOW_MS + 6 * 24 * HOUR_MS
    assert last.expires_ms(sessions.times) <= NOW_MS + 7 * 24 * HOUR_MS


def test_it_is_renewed_every_quarter_of_an_hour_not_with_each_request(sessions: Sessions, session: Session) -> None:
    assert sessions.renewed(session, NOW_MS + 14 * 60_000) is None
    renewed = sessions.renewed(session, NOW_MS + 15 * 60_000)
    assert renewed is not None
    assert (renewed.id, renewed.began_ms) == (session.id, session.began_ms)


def test_the_key_is_made_once_for_its_owners_eyes_alone(tmp_path: Path) -> None:
    first = read_key(tmp_path / "data", {})
    assert read_key(tmp_path / "data", {}) == first
    assert stat.S_IMODE((tmp_path / "data" / FILE).stat().st_mode) == 0o600
    assert [each.name for each in (tmp_path / "data").iterdir()] == [FILE]
    assert read_key(tmp_path / "data", {VARIABLE: "e" * 40}) == b"e" * 40


def test_a_key_that_others_could_know_is_refused(tmp_path: Path) -> None:
    read_key(tmp_path, {})
    (tmp_path / FILE).chmod(0o644)
    with pytest.raises(KeyUnusable, match="chmod 600"):
        read_key(tmp_path, {})
    with pytest.raises(KeyUnusable, match="shorter than 32"):
        read_key(tmp_path, {VARIABLE: "short"})
