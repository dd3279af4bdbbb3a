"""One pull from venue to landing: what lands, what is quarantined, and what a refusal leaves behind."""

import json
import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

import polars as pl
import pytest

from ingest.coverage import Part
from ingest.errors import GeoBlocked, RequestRefused
from ingest.feed import Batch
from ingest.landing import INGESTED_AT, QUARANTINE, Landing
from ingest.pull import pull
from tests.ingest.scripted_venues import ScriptedVenues, asking, days, ms

FEED = "coinalyze_liquidations"
KEYS = {"COINALYZE_API_KEY": "a key of mine"}
WINDOW = days("2026-01-10", "2026-01-12")


@pytest.fixture
def landing(tmp_path) -> Landing:
    return Landing(tmp_path)


def answering(*values: tuple[str, object]) -> ScriptedVenues:
    """Coinalyze with a history of (day, longs); the shorts are always 1."""
    history = [{"t": ms(day) // 1000, "l": longs, "s": 1} for day, longs in values]
    return ScriptedVenues(lambda url, params: [{"symbol": "BTCUSDT", "history": history}])


def landed(landing: Landing, folder: str = FEED) -> pl.DataFrame:
    held = [pl.read_parquet(landing.path(s)) for s in landing.segments([folder])]
    return pl.concat(held).drop(INGESTED_AT)


def test_rows_land_and_broken_ones_land_in_quarantine_and_nowhere_else(landing):
    venues = answering(("2026-01-10", 5), ("2026-01-11", -5), ("2100-01-01", 5), ("2026-01-12", "lots"))
    pulled = pull(asking(FEED, venues, WINDOW, keys=KEYS), landing)
    assert (pulled.rows, pulled.quarantined, pulled.skipped) == (1, 3, None)
    assert landed(landing)["open_at"].to_list() == [datetime(2026, 1, 10)]
    reasons = landed(landing, QUARANTINE)["reason"].to_list()
    assert sorted(r.split(": ")[1].split(";")[0] for r in reasons) == [
        "absurd timestamp",
        "not negative",
        "unparsable",
    ]
    assert [s.name for s in landing.segments([FEED])] == pulled.segments


def test_what_was_landed_is_not_asked_for_again(landing):
    whole = [(f"2026-01-{day}", 5) for day in (10, 11, 12)]
    request = asking(FEED, answering(*whole), WINDOW, keys=KEYS)
    pull(request, landing)
    venues = answering(*whole)
    again = pull(asking(FEED, venues, WINDOW, held=request.held, keys=KEYS), landing)
    assert venues.asked == []
    assert (again.rows, again.segments, again.skipped) == (0, [], None)


def test_the_same_answer_fetched_again_is_not_landed_again(landing):
    for _ in range(2):
        pulled = pull(asking(FEED, answering(("2026-01-10", 5)), WINDOW, keys=KEYS), landing)
    assert pulled.segments == []
    assert len(landing.segments([FEED])) == 1


def test_a_feed_that_takes_too_long_is_broken_off_and_the_next_run_goes_on_from_there(landing, monkeypatch):
    def answer(url, params):
        history = [{"t": ms(f"2026-01-{day}") // 1000, "l": 1, "s": 1} for day in (10, 11, 12)]
        return [{"symbol": params["symbols"], "history": history}]

    monkeypatch.setattr("ingest.pull.LONGEST", 0.0)
    held, symbols = None, ("BTCUSDT", "ETHUSDT")
    for symbol in symbols:
        request = asking(FEED, ScriptedVenues(answer), WINDOW, symbols=symbols, keys=KEYS, held=held)
        pulled = pull(request, landing)
        assert pulled.notes == ["broken off after 0 minutes; the next run goes on from there"]
        assert landed(landing)["symbol"][-1] == symbol
        held = request.held


def test_an_answer_without_rows_leaves_an_absence_once_a_day_and_is_asked_for_again(landing):
    request = asking(FEED, answering(), WINDOW, keys=KEYS)
    pulled = pull(request, landing)
    assert (pulled.rows, len(pulled.segments), pulled.skipped) == (0, 1, None)
    assert request.held.missing("BTCUSDT", WINDOW) == [WINDOW]
    again = pull(asking(FEED, answering(), WINDOW, keys=KEYS, held=request.held, now="2026-02-02T09:00"), landing)
    assert again.segments == []
    next_day = asking(FEED, answering(), WINDOW, keys=KEYS, held=request.held, now="2026-02-03T04:00")
    assert len(pull(next_day, landing).segments) == 1
    assert next_day.held.missing("BTCUSDT", WINDOW) == []


def test_an_answer_without_rows_near_the_present_leaves_nothing(landing):
    pulled = pull(asking(FEED, answering(), days("2026-02-01", "2026-02-01"), keys=KEYS), landing)
    assert (pulled.segments, pulled.skipped) == ([], None)


def test_a_feed_without_its_key_is_skipped_with_the_reason(landing):
    venues = answering()
    pulled = pull(asking(FEED, venues, WINDOW), landing)
    assert "set COINALYZE_API_KEY" in pulled.skipped
    assert venues.asked == []


def test_what_came_before_a_refusal_stays_landed(landing):
    def answer(url, params):
        if params["symbols"] == "ETHUSDT":
            return GeoBlocked("not available from this country", host="api.coinalyze.net")
        return [{"symbol": "BTCUSDT", "history": [{"t": ms("2026-01-10") // 1000, "l": 1, "s": 1}]}]

    request = asking(FEED, ScriptedVenues(answer), WINDOW, symbols=("BTCUSDT", "ETHUSDT"), keys=KEYS)
    pulled = pull(request, landing)
    assert pulled.skipped == "new rows: 1; then: not available from this country (api.coinalyze.net)"
    assert (pulled.rows, landed(landing).height) == (1, 1)
    assert request.held.of("BTCUSDT", "rest") == [days("2026-01-10", "2026-01-10")]
    assert request.held.missing("ETHUSDT", WINDOW) == [WINDOW]


def test_a_symbol_that_the_venue_refuses_costs_no_other(landing):
    late = days("2026-01-30", "2026-02-01")  # of which the last days have not come

    def answer(url, params):
        if params["symbols"] == "GONE":
            return RequestRefused("no such symbol", host="api.coinalyze.net")
        return [{"symbol": "BTCUSDT", "history": [{"t": ms("2026-01-30") // 1000, "l": 1, "s": 1}]}]

    both = asking(FEED, ScriptedVenues(answer), late, symbols=("GONE", "BTCUSDT"), keys=KEYS)
    pulled = pull(both, landing)
    assert (pulled.rows, pulled.skipped) == (1, None)
    assert pulled.notes == ["new rows: 1; refused for GONE: no such symbol (api.coinalyze.net)"]
    alone = asking(FEED, ScriptedVenues(answer), late, symbols=("GONE",), keys=KEYS)
    assert pull(alone, landing).skipped == "refused for GONE: no such symbol (api.coinalyze.net)"


def test_a_part_of_every_symbol_that_is_refused_is_told_apart_from_a_feed_that_is(landing):
    def days_alone(url, params):
        if params["interval"] == "60":
            return {"retCode": 10001, "retMsg": "no period"}
        rows = [[str(ms("2026-01-10")), "1", "2", "1", "2", "5", "6"]] if params["end"] >= ms("2026-01-10") else []
        return {"retCode": 0, "result": {"list": rows}}

    def nothing(url, params):
        return {"retCode": 10001, "retMsg": "no symbol"}

    symbols, day = ("BTCUSDT", "ETHUSDT"), days("2026-01-10", "2026-01-10")

    def bars(answer, held=None):
        request = asking("bybit_klines", ScriptedVenues(answer), day, symbols=symbols, held=held)
        request.instruments = tuple(replace(i, margin_type="linear") for i in request.instruments)
        return request

    first = bars(days_alone)
    pulled = pull(first, landing)
    reason = "refused for BTCUSDT/1h, ETHUSDT/1h: retCode 10001: no period (api.bybit.com/v5/market/kline)"
    (note,) = pulled.notes
    assert (pulled.rows, pulled.skipped) == (2, None)
    assert note.startswith(f"new rows: 2; {reason}")
    again = pull(bars(days_alone, held=first.held), landing)
    assert again.skipped is None, "what was refused has been refused before; the other part is complete"
    assert again.notes[0].startswith(f"new rows: 0; {reason}")
    assert pull(bars(nothing), landing).skipped.startswith("refused for BTCUSDT/1h, BTCUSDT/1d, ETHUSDT/1h, ETHUSDT/1d")


def test_a_row_that_was_quarantined_is_asked_for_again_while_it_may_be_mended(landing):
    window = days("2026-01-30", "2026-02-01")
    request = asking(FEED, answering(("2026-01-30", 5), ("2026-01-31", -5), ("2026-02-01", 5)), window, keys=KEYS)
    pull(request, landing)
    assert request.held.missing("BTCUSDT", window) == [days("2026-01-30", "2026-02-01")]
    mended = answering(("2026-01-30", 5), ("2026-01-31", 6), ("2026-02-01", 5))
    pulled = pull(asking(FEED, mended, window, held=request.held, keys=KEYS), landing)
    assert (pulled.rows, pulled.quarantined) == (2, 0)  # the last day came as it was


def test_a_day_that_the_venue_may_still_correct_is_asked_for_again_and_landed_again_when_it_changed(landing):
    window = days("2026-01-31", "2026-02-01")
    early = asking(FEED, answering(("2026-01-31", 5), ("2026-02-01", 6)), window, now="2026-02-02T00:30", keys=KEYS)
    pull(early, landing)
    assert early.held.missing("BTCUSDT", window) == [days("2026-02-01", "2026-02-01")]
    for now, value, brought in (("2026-02-02T04:00", 6, 0), ("2026-02-02T04:30", 7, 1)):
        again = asking(FEED, answering(("2026-02-01", value)), window, held=early.held, now=now, keys=KEYS)
        assert pull(again, landing).rows == brought
    final = asking(FEED, answering(("2026-02-01", 7)), window, held=early.held, now="2026-02-02T05:30", keys=KEYS)
    pull(final, landing)
    assert final.held.missing("BTCUSDT", window) == []


def broken_feed(fetch):
    request = asking(FEED, answering(("2026-01-10", 5)), WINDOW, keys=KEYS)
    request.feed = replace(request.feed, fetch=fetch)
    return request


def test_a_fault_of_the_code_costs_its_feed_with_its_type_and_place(landing):
    def broken(request):
        yield Batch(pl.DataFrame({"price": [1.0]}), (Part("BTCUSDT", "rest", WINDOW, 1),))

    skipped = pull(broken_feed(broken), landing).skipped
    assert re.match(r"SchemaBroken in ingest/schema.py:\d+: parser and schema coinalyze_liquidations disagree", skipped)
    assert "the other feeds are not affected" in skipped


@pytest.mark.parametrize(
    "error",
    [RecursionError("too deep"), UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates"), OverflowError("infinity"),
     TypeError("no such\nthing"), ValueError("\x1b[31mred"), OSError(75, "value too large"), MemoryError(),
     pl.exceptions.ComputeError("no"), ZeroDivisionError(), AssertionError(), KeyError("x"), StopIteration()],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_an_error_that_nobody_foresaw_costs_its_feed_and_what_came_before_stays(landing, error):
    plain = asking(FEED, answering(("2026-01-10", 5)), WINDOW, keys=KEYS)

    def broken(request):
        yield from plain.feed.fetch(request)
        raise error

    pulled = pull(broken_feed(broken), landing)
    kind = "RuntimeError" if isinstance(error, StopIteration) else type(error).__name__
    assert re.match(rf"new rows: 1; then: {kind} in [\w/.]+\.py:\d+: ", pulled.skipped)
    assert pulled.skipped.isprintable()
    assert landed(landing).height == 1


def test_a_disk_that_cannot_be_written_is_no_fault_of_a_feed(landing, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ingest.landing.force_to_disk", full)
    with pytest.raises(OSError, match="No space left"):
        pull(asking(FEED, answering(("2026-01-10", 5)), WINDOW, keys=KEYS), landing)


def test_what_a_pull_says_has_no_key_and_no_control_character_whatever_raised_it(landing):
    secret = 'a/"secret" of\\mine \u00e9'

    def broken(request):
        forms = f"{secret} {quote(secret, safe='')} {json.dumps(secret)} {secret!r}"
        request.notes.append(f"\x1b]0;title\x07 {forms}\r\nsecond line\u202e")
        raise ValueError(forms)
        yield

    request = broken_feed(broken)
    request.keys = {"COINALYZE_API_KEY": secret}
    pulled = pull(request, landing)
    for said in (pulled.skipped, *pulled.notes):
        assert said.isprintable()
        assert "secret" not in said
