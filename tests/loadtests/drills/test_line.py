from __future__ import annotations

import asyncio
import json

import pytest

from loadtests.drills.line import Closed, Lines, parsed, request_bytes
from loadtests.drills.sending import AMOUNT_FEN, draw_bytes, judged

WHOLE = b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\nIdempotent-Replay: true\r\n\r\n{}"


def test_an_answer_is_read_when_it_is_whole() -> None:
    for length in range(len(WHOLE)):
        assert parsed(WHOLE[:length]) is None
    reply = parsed(WHOLE)
    assert reply is not None
    assert (reply.status, reply.body, reply.replayed, reply.last) == (201, b"{}", True, False)
    last = parsed(WHOLE.replace(b"Idempotent-Replay: true", b"Connection: close"))
    assert last is not None
    assert (last.replayed, last.last) == (False, True)


def test_the_same_key_is_the_same_request() -> None:
    assert draw_bytes("a") == draw_bytes("a") != draw_bytes("b")
    assert b"\r\nX-Traffic: load_test\r\n" in draw_bytes("a")


@pytest.mark.parametrize(
    ("status", "answer", "problem"),
    [
        (201, {"loan_id": "l", "owed_fen": AMOUNT_FEN, "customer_id": "k"}, ""),
        (201, {"loan_id": "l", "owed_fen": AMOUNT_FEN + 1, "customer_id": "k"}, "wrong answer"),
        (201, {"loan_id": "l", "owed_fen": AMOUNT_FEN, "customer_id": "other"}, "wrong answer"),
        (201, {"owed_fen": AMOUNT_FEN, "customer_id": "k"}, "wrong answer"),
        (422, {"outcome": "business_reject"}, ""),
        (422, {"outcome": "ok"}, "wrong answer"),
        (503, {"outcome": "system_error"}, "answer 503"),
        (200, {}, "answer 200"),
    ],
)
def test_a_wrong_answer_is_a_failure_not_only_an_error(status: int, answer: dict[str, object], problem: str) -> None:
    reply = parsed(
        b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n" % (status, len(json.dumps(answer))) + json.dumps(answer).encode()
    )
    assert reply is not None
    assert judged(reply, "k")[0] == problem


async def hits_of(answers: int) -> int:
    """Asks a server that closes after so many answers, until it fails; returns how often the server was asked."""
    hits = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal hits
        for _ in range(answers + 1):
            await reader.readuntil(b"\r\n\r\n")
            hits += 1
            if hits <= answers:
                writer.write(WHOLE)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        lines = Lines("127.0.0.1", server.sockets[0].getsockname()[1])
        for _ in range(answers):
            await lines.ask(request_bytes("GET", "/", {}))
        with pytest.raises(Closed):
            await lines.ask(request_bytes("GET", "/", {}))
        lines.close()
    return hits


def test_a_request_that_got_no_answer_is_not_sent_again_behind_our_back() -> None:
    assert asyncio.run(hits_of(2)) == 3
