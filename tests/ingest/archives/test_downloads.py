"""Many archives at once: in order and in chunks, broken off when refused, by the thousand in processes of their own."""

import hashlib
import io
import os
import signal
import subprocess
import sys
from datetime import date, timedelta

import psutil
import pytest
from werkzeug import Response

import ingest.archives.downloads
from ingest.archives.archive import Archive
from ingest.archives.downloads import fetch_archives
from ingest.archives.process import Downloaders
from ingest.errors import ArchiveDamaged, GeoBlocked, IngestError
from ingest.http import MarketSession
from ingest.market import Host, Market
from ingest.windows import Window
from tests.ingest.scripted_venues import ScriptedVenues, zipped


def archives(count: int) -> list[Archive]:
    first = date(2026, 1, 1)
    listed = [first + timedelta(n) for n in range(count)]
    return [Archive(f"https://files.example/{n}.zip", "BTC", Window.of_days(d, d)) for n, d in enumerate(listed)]


def test_archives_come_in_the_order_asked_for_in_chunks(monkeypatch):
    monkeypatch.setattr(ingest.archives.downloads, "CHUNK", 2)
    wanted = archives(5)
    venues = ScriptedVenues(archives={one.url: f"{n}\n" for n, one in enumerate(wanted)})
    chunks = list(fetch_archives(venues, wanted, []))
    assert [[one.text for one in chunk] for chunk in chunks] == [[b"0\n", b"1\n"], [b"2\n", b"3\n"], [b"4\n"]]
    assert [one.archive for chunk in chunks for one in chunk] == wanted


def test_absent_archives_are_told_and_damaged_ones_are_left_out_with_a_note():
    wanted = archives(3)
    venues = ScriptedVenues(archives={wanted[0].url: "0\n", wanted[1].url: ArchiveDamaged("cut short")})
    notes: list[str] = []
    (chunk,) = fetch_archives(venues, wanted, notes)
    assert [(one.archive, one.text, one.sha256 is None) for one in chunk] == [
        (wanted[0], b"0\n", False),
        (wanted[2], None, True),
    ]
    assert notes == ["cut short"]


def test_a_refusal_ends_the_downloads_but_what_came_before_stays(monkeypatch):
    monkeypatch.setattr(ingest.archives.downloads, "CHUNK", 1)
    monkeypatch.setattr(ingest.archives.downloads, "PARALLEL", 1)
    wanted = archives(50)
    venues = ScriptedVenues(archives={wanted[0].url: "0\n", wanted[1].url: GeoBlocked("not here")})
    reading = fetch_archives(venues, wanted, [])
    assert [one.text for one in next(reading)] == [b"0\n"]
    with pytest.raises(GeoBlocked):
        next(reading)
    assert len(venues.downloaded) <= 4


def test_who_stops_reading_stops_the_downloads(monkeypatch):
    monkeypatch.setattr(ingest.archives.downloads, "CHUNK", 1)
    monkeypatch.setattr(ingest.archives.downloads, "PARALLEL", 1)
    wanted = archives(50)
    venues = ScriptedVenues(archives={one.url: "0\n" for one in wanted})
    reading = fetch_archives(venues, wanted, [])
    next(reading)
    reading.close()
    assert len(venues.downloaded) <= 3


# --- in processes of their own


def answers_archives(relay, wanted: list[Archive]) -> None:
    for number, one in enumerate(wanted):
        body = zipped(f"{number}\n")
        relay.answers(one.url, Response(body))
        relay.answers(f"{one.url}.CHECKSUM", hashlib.sha256(body).hexdigest())


def test_by_the_thousand_they_come_from_processes_with_the_same_words_and_counts(relay, monkeypatch):
    monkeypatch.setattr(ingest.archives.downloads, "SPREAD_FROM", 1)
    monkeypatch.setattr(ingest.archives.downloads, "BATCH", 2)
    monkeypatch.setattr(ingest.archives.downloads, "CHUNK", 4)
    wanted = archives(8)
    answers_archives(relay, wanted[:7])
    for url in (wanted[7].url, f"{wanted[7].url}.CHECKSUM"):
        relay.answers(url, Response(status=404))
    started = []
    monkeypatch.setattr(
        ingest.archives.downloads, "Downloaders", lambda *args: started.append(Downloaders(*args)) or started[-1]
    )
    monkeypatch.setattr(ingest.archives.downloads.os, "cpu_count", lambda: 2)

    chunks = list(fetch_archives(relay.session, wanted, []))

    assert [one.text for chunk in chunks for one in chunk] == [f"{n}\n".encode() for n in range(7)] + [None]
    assert [len(chunk) for chunk in chunks] == [4, 4]
    assert relay.session.traffic.requests == 16, "two for each archive, also for what is absent"
    (downloaders,) = started
    assert all(process.returncode is not None for process in downloaders.processes), "none outlives the downloads"


@pytest.mark.parametrize("where", ["working directory", "PYTHONPATH"])
def test_a_process_takes_no_modules_from_where_the_user_is(relay, tmp_path, monkeypatch, where):
    (tmp_path / "calendar.py").write_text("raise SystemExit('the wrong calendar')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path)) if where == "PYTHONPATH" else monkeypatch.chdir(tmp_path)
    wanted = archives(1)
    answers_archives(relay, wanted)
    downloaders = Downloaders(relay.session, 1, 1)
    try:
        (fetched,) = downloaders.fetch(wanted)
    finally:
        downloaders.close()
    assert fetched.text == b"0\n"


def test_a_refusal_in_a_process_closes_the_host_here(relay):
    wanted = archives(2)
    relay.answers(f"{wanted[0].url}.CHECKSUM", Response(status=451))
    downloaders = Downloaders(relay.session, 1, 1)
    try:
        with pytest.raises(GeoBlocked, match="not available from this country"):
            downloaders.fetch(wanted[:1])
    finally:
        downloaders.close()
    asked = len(relay.asked)
    with pytest.raises(GeoBlocked):
        relay.session.download(wanted[1].url)
    assert len(relay.asked) == asked, "nothing more is asked of it"


def test_a_process_that_died_is_said_in_one_line(relay):
    downloaders = Downloaders(relay.session, 1, 1)
    try:
        downloaders.processes[0].kill()
        with pytest.raises(IngestError, match="a download process ended with -9; run again"):
            downloaders.fetch(archives(1))
    finally:
        downloaders.close()


def test_a_process_that_answers_something_else_is_ended_and_said_in_one_line(relay, monkeypatch):
    downloaders = Downloaders(relay.session, 1, 1)
    (process,) = downloaders.processes
    try:
        monkeypatch.setattr(process, "stdout", io.BytesIO(b"a warning of some library\n"))
        with pytest.raises(IngestError, match="a download process ended with -9; run again"):
            downloaders.fetch(archives(1))
    finally:
        monkeypatch.undo()
        downloaders.close()


def test_a_process_ends_with_the_one_that_started_it():
    program = (
        "import sys, time\n"
        "from ingest.archives.process import Downloaders\n"
        "from ingest.http import MarketSession\n"
        "from ingest.market import Market\n"
        "started = Downloaders(MarketSession(Market.parse('http://127.0.0.1:9'), {}), 1, 1)\n"
        "print(started.processes[0].pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        os.kill(parent.pid, signal.SIGKILL)
    psutil.wait_procs([child], timeout=30)
    assert not child.is_running()


@pytest.mark.parametrize(
    ("hosts", "shared"),
    [({}, True), ({"files.example": Host()}, True), ({"files.example": Host(per_second=5)}, False)],
    ids=["unknown", "unlimited", "limited"],
)
def test_a_host_with_a_rate_limit_is_asked_by_one_process_alone(hosts, shared):
    session = MarketSession(Market.parse("http://127.0.0.1:9"), hosts)
    assert session.may_be_shared({"files.example"}) is shared
    session.close()
