"""A process that is killed while a mail server has the mail in hand: another one says that nobody knows."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from reports.delivery.outbox import CLAIM_MS, Outbox
from reports.delivery.parcel import Parcel, Status
from slo.windows import SHANGHAI
from store.opening import open_store
from store.port import Store
from tests.reports.delivery.parts import MAIL, Maker, Post, delivery, instant_ms, plan, sent, smtp

ROOT = Path(__file__).resolve().parents[3]
EIGHT_MS = instant_ms(1, 8)
CHILD = """
import sys
from pathlib import Path
from slo.windows import SHANGHAI
from store.opening import open_store
from store.port import Store
from tests.reports.delivery.test_killed import EIGHT_MS, look
look(open_store(Path(sys.argv[1]), SHANGHAI), int(sys.argv[2]), EIGHT_MS)
"""


def look(store: Store, port: int, now_ms: int) -> list[Parcel]:
    """One look by a plan that mails to a port."""
    return sent(store, plan(delivery(MAIL), smtp=smtp(Post(port=port), timeout_seconds=30)), now_ms, Maker())


def test_a_process_killed_in_the_middle_of_a_mail_leaves_it_in_doubt(tmp_path: Path) -> None:
    """kill -9 after the whole mail went out and before the answer came."""
    file = tmp_path / "store.sqlite"
    store = open_store(file, SHANGHAI, upgrade=True)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        look(store, port, EIGHT_MS - 60_000)
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(file), str(port)], cwd=ROOT)
        try:
            listener.settimeout(30)
            _take_and_say_nothing(listener, child)
        finally:
            child.kill()
            child.wait()
        assert look(store, port, EIGHT_MS + CLAIM_MS // 2) == []
        (parcel,) = look(store, port, EIGHT_MS + 2 * CLAIM_MS)
        assert (parcel.status, parcel.attempts) == (Status.IN_DOUBT, 1)
        assert look(store, port, EIGHT_MS + 10 * CLAIM_MS) == []
        assert Outbox(store, "").listed() == [parcel]
    store.close()


def _take_and_say_nothing(listener: socket.socket, child: subprocess.Popen[bytes]) -> None:
    """Reads a whole mail; the line stays open until nobody is there who could notice its end."""
    with listener.accept()[0] as line, line.makefile("rwb", buffering=0) as talk:
        talk.write(b"220 here\r\n")
        for answer in (b"250 here", b"250 ok", b"250 ok", b"250 ok", b"354 go on"):
            talk.readline()
            talk.write(answer + b"\r\n")
        while talk.readline() != b".\r\n":
            pass
        child.kill()
        child.wait()
