"""The recorder against a server that misbehaves: nothing that arrived is lost, nothing that did not goes unsaid."""

from __future__ import annotations

import asyncio
import errno
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

import record.recorder
from ingest.errors import IngestError
from ingest.landing import Landing
from record import health
from record.clock import Clock
from record.errors import RecorderBusy
from record.recorder import ROTATE_EVERY, Recorder
from tests.record import venue_server as frames
from tests.record.running import until
from tests.record.turned_clock import FastClock, OtherDayClock
from tests.record.venue_server import answer


def now_ms() -> int:
    return int(time.time() * 1000)


def test_events_of_three_venues_arrive_and_an_orderly_stop_lands_all_of_them(recording, streams, server):
    running = recording(streams)
    running.connected()
    ms = now_ms()
    server.send("binance", *(frames.binance_frame(ms + i) for i in range(20)))
    server.send("bybit-linear", frames.bybit_frame(*(frames.bybit_liquidation(ms + i) for i in range(20))))
    server.send("bybit-inverse", frames.bybit_frame(frames.bybit_liquidation(ms, symbol="BTCUSD"), symbol="BTCUSD"))
    server.send("okx", *(frames.okx_frame(ms + i) for i in range(20)))
    until(lambda: running.rows("okx_liquidation_tape").height == 20, "segments while it runs")
    running.stop()
    assert running.rows("binance_liquidation_tape").height == 20
    assert running.rows("bybit_liquidation_tape").height == 21
    assert sorted(p.name for p in (running.root / "tape").iterdir()) == ["health.json", "recorder.lock"]
    told = health.read(running.root / "tape")
    assert told.stopped
    assert {s.stream: s.messages for s in told.streams}["okx"] >= 21


def test_a_connection_that_is_cut_is_made_again_and_what_comes_twice_counts_once(recording, by_name, server):
    running = recording([by_name["okx"]])
    running.connected()
    ms = now_ms()
    server.send("okx", frames.okx_frame(ms))
    for round_ in range(3):
        server.cut("okx")
        running.connected(round_ + 2)
        server.send("okx", frames.okx_frame(ms), frames.okx_frame(ms + 1 + round_))
    running.stop()
    key = ["symbol", "venue_at", "position_side", "quantity_contracts", "price", "ordinal"]
    assert running.rows("okx_liquidation_tape").select(key).unique().height == 4
    ended = running.rows("tape_coverage").filter(kind="disconnected")
    assert ended.height == 4
    assert sum("no close frame" in detail for detail in ended["detail"]) == 3


def test_a_half_open_connection_is_given_up_and_made_again(recording, by_name, server):
    async def deaf(socket, text) -> None:
        if text != "ping":
            await answer(socket, text)

    server.behave["okx"] = deaf
    running = recording([replace(by_name["okx"], ping_every=0.1)])
    running.connected(2)
    server.behave.clear()
    running.stop()
    assert any("no sign of life" in d for d in running.rows("tape_coverage").filter(kind="disconnected")["detail"])


def test_a_refused_subscription_is_said_and_asked_again_with_the_next_connection(recording, by_name, server):
    async def refusing(socket, text) -> None:
        await socket.send('{"event":"error","code":"60018","msg":"does not exist"}')

    server.behave["okx"] = refusing
    running = recording([by_name["okx"]])
    running.connected()
    until(lambda: "refused" in running.kinds("okx"), "the refusal in the ledger")
    server.behave.clear()
    server.cut("okx")
    running.connected(2)
    server.send("okx", frames.okx_frame(now_ms()))
    until(lambda: running.rows("okx_liquidation_tape").height == 1, "an event after all")
    running.stop()
    refused = running.rows("tape_coverage").filter(kind="refused")
    assert "60018" in refused["detail"][0]
    recorded = running.rows("tape_coverage").filter(kind="recorded")
    assert (recorded["start_at"] > refused["start_at"].max()).all(), "nothing is claimed before the acknowledgement"


def test_malformed_duplicated_and_late_messages_are_survived_and_in_the_ledger(recording, by_name, server):
    running = recording([by_name["binance"]])
    running.connected()
    ms = now_ms()
    order = frames.binance_frame(ms)
    server.send("binance", "{", "[1]", '{"e":"forceOrder"}', order, order, frames.binance_frame(ms - 120_000))
    server.send("binance", frames.binance_frame(ms + 5))
    until(lambda: running.rows("binance_liquidation_tape").height >= 3, "the orders between")
    running.stop()
    assert {"malformed", "late", "recorded"} <= running.kinds("binance")
    assert running.rows("quarantine").height == 3
    # Two equal messages usually come into one file, and are counted there; else staging keeps the first.
    twice = running.rows("binance_liquidation_tape").height - 3
    assert twice == 1 or "duplicate" in running.kinds("binance")


@pytest.mark.proof
def test_an_hour_of_silence_is_told_and_answered_by_a_new_connection(recording, by_name, server):
    clock = FastClock(300)
    running = recording([by_name["okx"]], clock)
    until(lambda: clock.monotonic() > 3600, "an hour")
    until(lambda: "silent" in running.kinds("okx"), "the silence in the ledger")
    clock.slow_down()
    running.stop()
    assert len(server.connections["okx"]) > 1
    silent = running.rows("tape_coverage").filter(kind="silent")
    assert silent.height >= 1
    assert "no event for" in silent["detail"][0]
    taken_back = sum((silent["end_at"] - silent["start_at"]).dt.total_seconds())
    assert taken_back > 600, "what had been claimed is taken back"


def test_a_full_disk_is_told_and_nothing_that_waited_is_lost(recording, by_name, server, monkeypatch):
    running = recording([by_name["okx"]])
    running.connected()
    real = os.fdatasync

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(record.recorder, "HEALTH_EVERY", 0.1)
    monkeypatch.setattr(os, "fdatasync", full)
    ms = now_ms()
    server.send("okx", *(frames.okx_frame(ms + i) for i in range(50)))
    until(lambda: "No space left" in str(health.read(running.root / "tape").storage), "the health file says it")
    monkeypatch.setattr(os, "fdatasync", real)
    until(lambda: running.rows("okx_liquidation_tape").height == 50, "what waited")
    running.stop()
    assert "storage" in running.kinds("recorder")
    assert health.read(running.root / "tape").storage is None


def test_a_landing_zone_that_may_not_be_written_keeps_the_write_ahead_files(recording, by_name, server, monkeypatch):
    running = recording([by_name["okx"]])
    running.connected()
    monkeypatch.setattr(record.recorder, "RETRY", 0.1)

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Landing, "write", denied)
        server.send("okx", frames.okx_frame(now_ms()))
        until(lambda: len(running.written_ahead()) > 2, "files that wait")
    until(lambda: running.rows("okx_liquidation_tape").height == 1, "landed in the end")
    running.stop()
    assert running.written_ahead() == []
    assert any("Permission denied" in str(d) for d in running.rows("tape_coverage").filter(kind="storage")["detail"])


def test_a_mistake_of_the_recorders_own_is_no_fault_of_the_disk(recording, by_name, server, monkeypatch):
    def mistaken(*_: object) -> None:
        raise KeyError("no such column")

    monkeypatch.setattr(record.recorder, "convert", mistaken)
    monkeypatch.setattr(record.recorder, "HEALTH_EVERY", 0.1)
    running = recording([by_name["okx"]])
    running.connected()
    server.send("okx", frames.okx_frame(now_ms()))
    until(lambda: health.read(running.root / "tape").failed, "the health file says it")
    told = health.read(running.root / "tape")
    assert told.storage is None
    assert told.trouble(datetime.now(UTC)) == "failed: landing: KeyError('no such column'); restart the recorder"
    monkeypatch.undo()
    with pytest.raises(KeyError):
        running.stop()
    failed = running.rows("tape_coverage").filter(pl.col("stream") == "recorder")
    assert failed.select("kind", "detail").rows() == [("failed", "landing: KeyError('no such column')")]


def test_the_ledger_says_of_which_contracts_orders_are_kept(recording, streams, server):
    running = recording(streams)
    running.connected()
    running.stop()
    listed = running.rows("tape_coverage").filter(kind="listed")
    assert sorted(listed["stream"]) == ["binance", "bybit-inverse", "bybit-linear", "okx"]
    (bybit,) = listed.filter(stream="bybit-inverse")["detail"]
    assert bybit == "BTCUSD, ETHUSD, SOLUSD"


def test_a_jump_of_the_clock_is_in_the_ledger(recording, by_name):
    class Jumping(Clock):
        jumped = False

        def check(self) -> float:
            first, self.jumped = not self.jumped, True
            return 3600.0 if first else super().check()

    running = recording([by_name["okx"]], Jumping())
    running.connected()
    until(lambda: "clock" in running.kinds("recorder"), "the jump")
    running.stop()
    assert running.rows("tape_coverage").filter(kind="clock")["detail"].to_list() == ["jumped by +3600.0 s"]


def test_a_venue_that_is_not_there_is_asked_again_and_the_others_go_on(recording, by_name, server):
    async def gone(socket, text) -> None:
        socket.transport.abort()

    server.behave["binance"] = gone
    running = recording([by_name["binance"], by_name["okx"]])
    running.connected(1)
    until(lambda: len(server.connections.get("binance", [])) >= 3, "three attempts")
    server.send("okx", frames.okx_frame(now_ms()))
    until(lambda: running.rows("okx_liquidation_tape").height == 1, "the other venue")
    running.stop()
    assert "recorded" not in running.kinds("binance")


def test_what_came_in_an_hour_is_landed_when_the_hour_ends(recording, by_name, server):
    clock = OtherDayClock(datetime(2026, 3, 1, 23, 20, tzinfo=UTC))
    running = recording([by_name["okx"]], clock, ROTATE_EVERY)
    running.connected()
    server.send("okx", frames.okx_frame(round(clock.now().timestamp() * 1000)))
    until(lambda: b"BTC-USDT-SWAP" in b"".join(f.read_bytes() for f in running.written_ahead()), "on disk")
    assert running.rows("okx_liquidation_tape").is_empty()
    clock.advance(timedelta(minutes=40))
    until(lambda: running.rows("okx_liquidation_tape").height == 1, "landed after midnight")
    running.stop()


def test_a_second_recorder_is_refused(recording, by_name, server, tmp_path):
    running = recording([by_name["okx"]])
    running.connected()
    second = Recorder(tmp_path / "tape", Landing(tmp_path / "landing"), [by_name["okx"]], server.market, Clock())
    with pytest.raises(RecorderBusy):
        asyncio.run(second.run())
    running.stop()


def test_a_folder_that_cannot_be_made_is_named_in_one_line(by_name, server, tmp_path):
    (tmp_path / "tape").write_text("a file")
    recorder = Recorder(tmp_path / "tape", Landing(tmp_path / "landing"), [by_name["okx"]], server.market, Clock())
    with pytest.raises(IngestError, match="cannot write to") as raised:
        asyncio.run(recorder.run())
    assert "\n" not in str(raised.value)


def test_what_a_venue_has_sent_before_it_learns_of_the_stop_is_landed(recording, by_name, server):
    running = recording([by_name["okx"]])
    running.connected()
    ms = now_ms() - 100_000

    def orders():
        for i in range(100_000):
            if i == 3000:
                running.loop.call_soon_threadsafe(running.recorder.stop)
            yield frames.okx_frame(ms + i)

    sent = server.flood("okx", orders())
    running.stop()
    assert 3000 <= sent < 100_000
    assert running.rows("okx_liquidation_tape")["venue_at"].n_unique() == sent


def test_a_burst_of_six_thousand_orders_is_landed_whole(recording, by_name, server):
    running = recording([by_name["binance"], by_name["bybit-linear"], by_name["okx"]])
    running.connected()
    ms = now_ms() - 2000
    for start in range(0, 2000, 200):
        span = range(start, start + 200)
        server.send("binance", *(frames.binance_frame(ms + i) for i in span))
        server.send("bybit-linear", *(frames.bybit_frame(frames.bybit_liquidation(ms + i)) for i in span))
        server.send("okx", *(frames.okx_frame(ms + i) for i in span))
    running.stop()
    assert [running.rows(f"{v}_liquidation_tape").height for v in ("binance", "bybit", "okx")] == [2000] * 3
    assert "lost" not in running.kinds("okx")
