"""Every alert reaches every channel once, whatever the receivers do in between and however often the process starts."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.slack import NotifySlack
from apprise.plugins.telegram import NotifyTelegram
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from alerts.alert import Alert
from alerts.channels import Channel, channels_of
from alerts.errors import ChannelUnknown
from alerts.outbox import Outbox
from alerts.rules import Rules
from alerts.sending import Sent, send

NOW = datetime(2026, 2, 1, 19, 5, tzinfo=UTC)
TELEGRAM = "tgram://123456789:AAabcdefghijklmnopqrstuvwxyz0123456/12315544/"
DISCORD = "discord://417421629812345678/JHMHI8qBe7bk2ZwO5U711o3dV_js0123456789abcdefghijklmnopqrstuvwxyzab/"
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/"
FLUSH = Alert(
    id="BTC/flush_begins/2026-02-01T19",
    asset="BTC",
    kind="flush_begins",
    label="leverage_flush",
    confidence=0.81,
    happened_at=datetime(2026, 2, 1, 19),
    available_at=datetime(2026, 2, 1, 19, 2),
    sentence="BTC fell 6.6 % within 24 hours; 252 million USD of longs were closed by force.",
    figures={"open interest": "-8.4 %", "funding": "+0.2 bp"},
    page="https://desk.example/brief.html",
    simulated=True,
)


class Chat:
    """A server in the shape of Telegram's, Discord's and Slack's interfaces, which answers as its script says."""

    def __init__(self, server: HTTPServer) -> None:
        self.script: dict[str, list[int | float]] = {"telegram": [], "discord": [], "slack": []}
        self.taken: dict[str, list[str]] = {"telegram": [], "discord": [], "slack": []}
        server.expect_request(
            "/telegram/bot123456789:AAabcdefghijklmnopqrstuvwxyz0123456/sendMessage"
        ).respond_with_handler(
            lambda request: self._answer(request, "telegram", "text", Response('{"ok": true, "result": {}}'))
        )
        server.expect_request(
            "/discord/417421629812345678/JHMHI8qBe7bk2ZwO5U711o3dV_js0123456789abcdefghijklmnopqrstuvwxyzab"
        ).respond_with_handler(lambda request: self._answer(request, "discord", "content", Response(status=204)))
        server.expect_request("/slack/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ").respond_with_handler(
            lambda request: self._answer(request, "slack", "text", Response("ok"))
        )

    def _answer(self, request: Request, service: str, field: str, good: Response) -> Response:
        step = self.script[service].pop(0) if self.script[service] else 200
        if isinstance(step, float):
            time.sleep(step)  # longer than the client waits
            return Response(status=500)
        if step != 200:
            return Response('{"ok": false, "description": "busy", "retry_after": 0.1}', status=step)
        self.taken[service].append(json.dumps(request.get_json()))
        return good


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """One that answers while another answer is late."""
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture
def chat(server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    monkeypatch.setattr(NotifyTelegram, "notify_url", server.url_for("/telegram/bot"))
    monkeypatch.setattr(NotifyDiscord, "notify_url", server.url_for("/discord"))
    monkeypatch.setattr(NotifySlack, "webhook_url", server.url_for("/slack"))
    return Chat(server)


@pytest.fixture
def channels() -> list[Channel]:
    return channels_of(f"{TELEGRAM}?rto=0.3&image=no\n{DISCORD}?rto=0.3 {SLACK}?rto=0.3")


def sending(outbox: Outbox, channels: list[Channel], at: datetime = NOW, *alerts: Alert) -> dict[str, Sent]:
    present = NOW.replace(tzinfo=None)
    sent = send(alerts or [FLUSH], Rules(), channels, outbox, present, pause=lambda _: None, now=lambda: at)
    return {one.channel.split()[0].lower(): one for one in sent}


def test_three_services_get_the_label_the_sentence_the_figures_and_the_page(chat, channels, tmp_path: Path) -> None:
    sent = sending(Outbox(tmp_path), channels)
    assert {service: (one.alerts, one.failure) for service, one in sent.items()} == dict.fromkeys(chat.taken, (1, None))
    for service, (message,) in chat.taken.items():
        for part in (
            "leverage flush, confidence 0.81", FLUSH.sentence, "open interest -8.4 %", "desk.example/brief.html",
            "SIMULATED MARKET",
        ):  # fmt: skip
            assert part in message.replace("\\\\", ""), service


def test_every_event_arrives_once_through_errors_timeouts_and_restarts(chat, channels, tmp_path: Path) -> None:
    chat.script = {"telegram": [429, 500, 429, 500], "discord": [0.6, 0.6, 0.6, 500, 0.6], "slack": [500, 200]}
    first = sending(Outbox(tmp_path), channels)
    assert first["slack"] == Sent(first["slack"].channel, 1), "a failed attempt, then a good one"
    assert first["telegram"].failure
    assert first["discord"].failure
    for minutes in (2, 6, 30, 60, 90):  # each with a new outbox over the same file, as after a restart
        sending(Outbox(tmp_path), channels, NOW + timedelta(minutes=minutes))
    assert {service: len(messages) for service, messages in chat.taken.items()} == dict.fromkeys(chat.taken, 1)
    assert Outbox(tmp_path).undelivered() == []


def test_a_failure_is_kept_with_its_reason_and_without_the_secret(chat, channels, tmp_path: Path) -> None:
    chat.script["telegram"] = [500] * 100
    sent = sending(Outbox(tmp_path), channels)
    (waiting,) = Outbox(tmp_path).undelivered()
    assert waiting.reason == sent["telegram"].failure
    assert waiting.attempts == 1
    assert not waiting.given_up
    for secret in ("AAabcdef", "JHMHI8q", "TIiajkdn"):
        assert secret.encode() not in (tmp_path / "alerts.sqlite").read_bytes()
        assert secret not in str(sent)


def test_what_fails_for_a_day_is_given_up_and_says_so(tmp_path: Path) -> None:
    outbox, attempts = Outbox(tmp_path), []
    outbox.add("a", ["channel"], "title", "text", NOW, NOW)
    for minutes in range(0, 30 * 60, 10):
        if due := outbox.claim("channel", NOW + timedelta(minutes=minutes)):
            attempts.append(minutes)
            outbox.failed(due, "HTTP 500", NOW + timedelta(minutes=minutes))
    assert attempts[:6] == [0, 10, 20, 30, 40, 60], "the waits double up to an hour"
    assert 24 * 60 <= attempts[-1] < 25 * 60 + 10
    (given_up,) = outbox.undelivered()
    assert given_up.given_up


def test_two_processes_do_not_send_the_same_alert(chat, channels, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.add("a", [channels[0].id], "title", "text", NOW, NOW)
    assert len(outbox.claim(channels[0].id, NOW)) == 1
    assert outbox.claim(channels[0].id, NOW) == [], "the other process has it"
    later = NOW + timedelta(minutes=10)
    assert len(outbox.claim(channels[0].id, later)) == 1, "a process that died holds nothing for ever"


def test_many_alerts_at_once_are_one_message(chat, channels, tmp_path: Path) -> None:
    alerts = [
        Alert(f"{n}", f"A{n}", "flush_begins", None, None, NOW, NOW.replace(tzinfo=None), "Fell.") for n in range(30)
    ]
    sent = sending(Outbox(tmp_path), channels[2:], NOW, *alerts)
    assert sent["slack"].alerts == 30
    (message,) = chat.taken["slack"]
    assert "30 events" in message
    assert "and 10 more" in message


def test_an_address_that_is_none_is_named_by_its_number_and_not_repeated() -> None:
    with pytest.raises(ChannelUnknown, match="address 2 in LEVERAGE_ALERT_URLS") as refused:
        channels_of(f"{TELEGRAM} nonsense-secret")
    assert "nonsense-secret" not in str(refused.value)


def test_no_address_is_no_channel(tmp_path: Path) -> None:
    assert channels_of("  \n ") == []
    assert send([FLUSH], Rules(), [], Outbox(tmp_path), NOW.replace(tzinfo=None)) == []
