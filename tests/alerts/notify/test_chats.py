"""Channels to people through Apprise: a Chinese message survives each, what is refused is never called sent."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message as Mail
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from alerts.desk.notice import NoticeState
from alerts.notify.channels.chat import ChatChannel, apprise_address
from alerts.notify.errors import BadChannel
from alerts.notify.limits import LIMITS, shortened
from alerts.notify.message import Message
from alerts.notify.news import News
from alerts.notify.rendering import Renderer
from outgoing.errors import PermanentFault, TemporaryFault
from tests.alerts.notify.parts import T0_MS, Door, free_port, member, notice

DINGTALK = "dingtalk://SECabcdef123456@tokenabcdef123456/"
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=keyabc-def-123456"
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/tokenabc-def-123456"
SLACK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
PAGERDUTY = "pagerduty://integrationkey123@apikey1234567890"
SECRETS = ("SECabcdef123456", "tokenabc", "keyabc", "TIiajkdn", "integrationkey123", "apikey1234567890")
ADDRESSES = {"dingtalk": DINGTALK, "wecom": WECOM, "feishu": FEISHU, "slack": SLACK, "pagerduty": PAGERDUTY}
TAKEN = {
    "dingtalk": (200, {}, b'{"errcode":0,"errmsg":"ok"}'),
    "wecom": (200, {}, b'{"errcode":0,"errmsg":"ok"}'),
    "feishu": (200, {}, b'{"code":0,"data":{},"msg":"success"}'),
    "slack": (200, {}, b"ok"),
    "pagerduty": (202, {}, b'{"status":"success","dedup_key":"x"}'),
}


def chat(kind: str, url: str, monkeypatch: pytest.MonkeyPatch) -> ChatChannel:
    """A channel whose service asks a server on loopback instead of its own."""
    made = ChatChannel("people", kind, ADDRESSES[kind], "...")
    service = made.service
    if kind == "pagerduty":
        table: dict[Any, str] = vars(__import__("sys").modules[type(service).__module__])["PAGERDUTY_API_LOOKUP"]
        monkeypatch.setitem(table, service.region_name, f"{url}/v2/enqueue")
    elif kind == "wecom":
        service.api_url = f"{url}/send?key=keyabc-def-123456"
    elif kind == "slack":
        service.webhook_url = f"{url}/services"
    else:
        service.notify_url = url + "/robot/{token}"
    return made


@pytest.fixture
def our_log() -> Iterator[list[str]]:
    """What reaches the root of all logs at its most talkative. (pytest's own capture listens to silenced ones too.)"""
    texts: list[str] = []

    class Listener(logging.Handler):
        """Keeps every text."""

        def emit(self, record: logging.LogRecord) -> None:
            """Keeps one."""
            texts.append(record.getMessage())

    root, listener = logging.getLogger(), Listener(logging.DEBUG)
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    yield texts
    root.removeHandler(listener)
    root.setLevel(level)


def message(renderer: Renderer, **changes: Any) -> Message:
    """A page in the renderer's language."""
    return renderer.message("d1", [News(notice(**changes))], T0_MS + 2_000)


@pytest.mark.parametrize("kind", list(ADDRESSES))
def test_a_chinese_message_survives(
    kind: str, at_the_door: Door, chinese: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What arrives holds the words, whatever the service calls the field."""
    at_the_door.answers = [TAKEN[kind]]
    chat(kind, at_the_door.url, monkeypatch).send(message(chinese))
    (ring,) = at_the_door.rung
    text = json.dumps(ring.json, ensure_ascii=False)
    assert "突发故障:错误将在数分钟内耗尽预算" in text
    assert "4,567 笔中 123 笔失败" in text


@pytest.mark.parametrize(
    "refusal",
    [
        ("dingtalk", (200, {}, b'{"errcode":310000,"errmsg":"sign not match"}'), PermanentFault),
        ("dingtalk", (200, {}, b'{"errcode":130101,"errmsg":"send too fast"}'), TemporaryFault),
        ("wecom", (200, {}, b'{"errcode":93000,"errmsg":"invalid webhook url"}'), PermanentFault),
        ("wecom", (200, {}, b'{"errcode":45009,"errmsg":"api freq out of limit"}'), TemporaryFault),
        ("feishu", (200, {}, b'{"code":19021,"msg":"sign match fail"}'), PermanentFault),
        ("feishu", (200, {}, b'{"code":11232,"msg":"frequency limited"}'), TemporaryFault),
        ("slack", (403, {}, b"invalid_token"), PermanentFault),
        ("slack", (429, {"Retry-After": "3"}, b"rate_limited"), TemporaryFault),
        ("pagerduty", (400, {}, b'{"status":"invalid event"}'), PermanentFault),
        ("pagerduty", (503, {}, b""), TemporaryFault),
    ],
)
def test_what_the_service_refuses_is_never_called_sent(
    refusal: tuple[str, Any, type[Exception]],
    at_the_door: Door,
    renderer: Renderer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An error code inside HTTP 200 counts, which Apprise alone calls a success."""
    kind, answer, fault = refusal
    at_the_door.answers = [answer]
    with pytest.raises(fault) as caught:
        chat(kind, at_the_door.url, monkeypatch).send(message(renderer))
    assert "HTTP" in str(caught.value) or "refused" in str(caught.value)


@pytest.mark.parametrize("kind", list(ADDRESSES))
def test_no_secret_is_told_or_logged_when_nobody_answers(
    kind: str, renderer: Renderer, monkeypatch: pytest.MonkeyPatch, our_log: list[str]
) -> None:
    """The fault names a host at most; the library's log, with every token in it, stays out of ours."""
    made = chat(kind, "http://127.0.0.1:1", monkeypatch)
    with pytest.raises(TemporaryFault, match="no connection") as caught:
        made.send(message(renderer))
    everything = str(caught.value) + "".join(our_log)
    assert not [secret for secret in SECRETS if secret in everything]


@pytest.mark.parametrize("kind", list(LIMITS))
def test_a_long_message_is_cut_to_what_the_channel_takes(kind: str) -> None:
    """By the channel's own measure, and at a character: Chinese counts three bytes, or six as JSON."""
    title, body = shortened("标题" * 10, "很长的消息" * 60_000, LIMITS[kind], "……已截断")
    assert LIMITS[kind].fits(f"{title}\r\n{body}")
    assert body.endswith("……已截断")
    assert body.startswith("很长的消息很长")


def test_a_long_message_reaches_wecom_within_its_2048_bytes(
    at_the_door: Door, chinese: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it arrives."""
    at_the_door.answers = [TAKEN["wecom"]]
    long = Message("d1", "标题", "很长的消息" * 1_000, notice().severity, T0_MS, (News(notice()),))
    chat("wecom", at_the_door.url, monkeypatch).send(long)
    content = at_the_door.rung[0].json["text"]["content"]
    assert 2_000 < len(content.encode()) <= 2_048
    assert content.endswith("...")


def test_pagerduty_closes_the_incident_that_it_opened(
    at_the_door: Door, renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trigger and resolve carry the key of the page."""
    at_the_door.answers = [TAKEN["pagerduty"]]
    made = chat("pagerduty", at_the_door.url, monkeypatch)
    made.send(message(renderer))
    made.send(message(renderer, state=NoticeState.RESOLVED, over_ms=T0_MS + 1_000, members=(member(over_ms=T0_MS),)))
    opened, closed = (ring.json for ring in at_the_door.rung)
    assert (opened["event_action"], closed["event_action"]) == ("trigger", "resolve")
    assert opened["dedup_key"] == closed["dedup_key"] == "data_center:dc3"


@pytest.mark.parametrize(
    ("kind", "address"),
    [("slack", "dingtalk://tokenverysecret/"), ("feishu", "not an address"), ("mail", "pigeon://verysecret")],
)
def test_an_address_of_another_kind_is_refused_without_being_told(kind: str, address: str) -> None:
    """One line that names the channel."""
    with pytest.raises(BadChannel, match="notify channel 'people': ") as caught:
        ChatChannel("people", kind, address, "...")
    assert "verysecret" not in str(caught.value)


def test_addresses_as_the_services_show_them_are_taken() -> None:
    """Copied from DingTalk's and Feishu's own pages."""
    assert apprise_address("https://oapi.dingtalk.com/robot/send?access_token=abc1") == "dingtalk://abc1/"
    assert apprise_address(FEISHU) == "feishu://tokenabc-def-123456/"
    assert apprise_address(SLACK) == SLACK


class Mailbox:
    """Keeps what a real SMTP server was given; ``refusal``: what it says instead of taking it."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.refusal = ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Takes one mail."""
        if self.refusal:
            return self.refusal
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    """A mail server on loopback, and the address of a channel to it."""
    box = Mailbox()
    port = free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield box, f"mailto://127.0.0.1:{port}?from=center@bank.example&to=duty@bank.example&mode=insecure"
    finally:
        server.stop()


def test_a_chinese_mail_arrives(mailbox: tuple[Mailbox, str], chinese: Renderer) -> None:
    """Subject and text, through a real mail server."""
    box, address = mailbox
    told = message(chinese)
    ChatChannel("post", "mail", address, "...").send(told)
    (mail,) = box.mails
    assert str(make_header(decode_header(mail["Subject"]))) == told.title
    part = next(each for each in mail.walk() if each.get_content_type() == "text/plain")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert "突发故障" in content.decode()


def test_a_mail_that_is_refused_says_why(mailbox: tuple[Mailbox, str], renderer: Renderer) -> None:
    """In the server's words."""
    box, address = mailbox
    box.refusal = "552 mailbox full"
    with pytest.raises(TemporaryFault, match="mailbox full"):
        ChatChannel("post", "mail", address, "...").send(message(renderer))
