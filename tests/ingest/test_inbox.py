"""A user's own files: taken once, like any answer of a venue, and a bad one costs a note."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from ingest.coverage import Coverage
from ingest.inbox import strays
from ingest.landing import INGESTED_AT, QUARANTINE, Landing
from ingest.pull import pull
from tests.ingest.scripted_venues import ScriptedVenues, asking, days

FLOWS, LIQUIDATIONS = "inbox_fund_flows", "coinalyze_liquidations"
SYMBOLS = {FLOWS: ("BTC", "ETH"), LIQUIDATIONS: ("BTCUSDT_PERP.A",), "binance_um_funding": ("BTCUSDT",),
           "coinmetrics_network": ("btc",)}  # fmt: skip
HEADER = "asset,day,netflow_usd,source\n"
JANUARY = HEADER + "BTC,2026-01-10,-125000000,my sheet\nBTC,2026-01-11,80000000.5,my sheet\n"
WINDOW = days("2026-01-10", "2026-01-12")


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "landing")


def put(landing: Landing, name: str, text: str | bytes, feed: str = FLOWS) -> Path:
    folder = landing.inbox / feed
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def pulled(landing: Landing, feed: str = FLOWS, held: Coverage | None = None, venues: ScriptedVenues | None = None):
    request = asking(feed, venues or ScriptedVenues(), WINDOW, symbols=SYMBOLS[feed], held=held)
    return pull(request, landing)


def held_by(landing: Landing, feed: str = FLOWS) -> Coverage:
    """What a database that was loaded from landing says is held."""
    return Coverage(part for segment in landing.segments([feed]) for part in landing.parts(segment))


def landed(landing: Landing, feed: str = FLOWS) -> list[tuple]:
    held = [pl.read_parquet(landing.path(s)) for s in landing.segments([feed])]
    return pl.concat(held).drop(INGESTED_AT).rows() if held else []


def test_a_file_lands_typed_and_stays_where_it_is(landing):
    path = put(landing, "flows.csv", JANUARY)
    result = pulled(landing)
    assert landed(landing) == [
        ("BTC", date(2026, 1, 10), -125e6, "my sheet"), ("BTC", date(2026, 1, 11), 80000000.5, "my sheet"),
    ]  # fmt: skip
    assert (result.rows, result.quarantined, result.skipped) == (2, 0, None)
    assert result.notes == ["inbox/inbox_fund_flows/flows.csv: 2 rows read"]
    assert path.read_text() == JANUARY


def test_a_content_is_taken_once_under_whatever_name_and_however_landing_was_loaded(landing):
    put(landing, "flows.csv", JANUARY)
    pulled(landing)
    put(landing, "the same again.csv", JANUARY)
    again = pulled(landing, held=held_by(landing))
    assert (again.rows, again.segments, again.notes) == (0, [], [])


def test_a_file_that_has_grown_is_taken_anew(landing):
    put(landing, "flows.csv", JANUARY)
    pulled(landing)
    put(landing, "flows.csv", JANUARY + "BTC,2026-01-12,1,my sheet\n")
    assert pulled(landing, held=held_by(landing)).rows == 3


def test_broken_rows_are_quarantined_and_the_rest_of_the_file_stays(landing):
    text = JANUARY + "BTC,12.01.2026,1,my sheet\nBTC,2026-01-12,lots,my sheet\n,2026-01-12,1,my sheet\n"
    put(landing, "flows.csv", text)
    result = pulled(landing)
    assert (result.rows, result.quarantined) == (2, 3)
    (segment,) = landing.segments([QUARANTINE])
    reasons = pl.read_parquet(landing.path(segment))["reason"].to_list()
    assert [reason.split(";")[0] for reason in reasons] == [
        "day: unparsable", "netflow_usd: unparsable", "asset: missing",
    ]  # fmt: skip
    assert pulled(landing, held=held_by(landing)).quarantined == 0, "what was taken is taken, broken rows included"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("flows.csv", "", "it is no CSV"),
        (
            "flows.csv",
            "asset,day,netflow_usd\nBTC,2026-01-10,1\n",
            "its header lacks source; the columns are asset, day",
        ),
        ("flows.csv", JANUARY.replace("netflow_usd", "netflow_usd,note"), "inbox_fund_flows has no column note"),
        ("flows.csv", JANUARY.replace(",", ";"), "its header lacks asset, day, netflow_usd, source"),
        ("flows.csv", JANUARY.replace("source", " day"), "it is no CSV"),
        ("flows.xlsx", b"PK\x03\x04", "does not end in .csv"),
    ],
    ids=["empty", "lacks", "unknown", "semicolons", "twice", "no-csv"],
)
def test_a_file_that_cannot_be_used_costs_a_note_and_no_other_file(landing, name, text, words):
    put(landing, name, text)
    put(landing, "z good.csv", JANUARY)
    result = pulled(landing)
    assert result.skipped is None
    assert result.rows == 2
    assert result.notes[0].startswith(f"inbox/inbox_fund_flows/{name} is not taken: ")
    assert words in result.notes[0]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("BTC,2026-01-12,5,my sheet, second page", "5 cells, the header has 4"),
        ('BTC,2026-01-12,5,"my sheet', "unexpected end of data"),
        ('BTC,2026-01-12,5,"my" sheet', "',' expected after '\"'"),
        ("BTC,2026-01-12,5,B\udcf6rse", "no UTF-8 text"),
        ("BTC,2026-01-12,5\0,my sheet", "no UTF-8 text"),
    ],
    ids=["a-comma-too-many", "an-open-quote", "a-quote-within", "latin-1", "nul"],
)
def test_a_broken_line_costs_its_line(landing, line, reason):
    before, _, after = JANUARY.removeprefix(HEADER).partition("\n")
    text = f"{HEADER}{before}\n{line}\n{after}"
    put(landing, "flows.csv", text.encode("utf-8", "surrogateescape"))
    result = pulled(landing)
    assert (result.rows, result.quarantined, result.skipped) == (2, 1, None)
    assert result.notes == ["inbox/inbox_fund_flows/flows.csv: 2 rows read, 1 lines cannot be read"]
    (segment,) = landing.segments([QUARANTINE])
    (where, why, payload) = pl.read_parquet(landing.path(segment)).select("symbol", "reason", "payload").row(0)
    assert (where, why) == ("line 3", reason)
    assert "2026-01-12" in payload
    assert pulled(landing, held=held_by(landing)).quarantined == 0, "what was taken is taken, broken lines included"


def test_empty_cells_at_the_end_and_empty_lines_do_no_harm(landing):
    put(landing, "flows.csv", JANUARY.replace("\n", ",,\n") + ",,,,,\n\n")
    assert (pulled(landing).rows, landed(landing)[0][0]) == (2, "BTC")


def test_rows_that_the_catalogue_has_no_asset_for_are_named_on_every_run(landing):
    put(landing, "flows.csv", JANUARY.replace("BTC,2026-01-10", "btc,2026-01-10") + "XBT,2026-01-12,1,my sheet\n")
    said = (
        "inbox/inbox_fund_flows/flows.csv: 2 rows are not used: the catalogue has no asset XBT, btc for this feed, "
        "it has BTC, ETH"
    )
    assert pulled(landing).notes[1:] == [said]
    assert pulled(landing, held=held_by(landing)).notes == [said]


def test_a_file_that_nobody_foresaw_costs_itself_alone(landing, monkeypatch):
    put(landing, "own.csv", OWN, LIQUIDATIONS)
    monkeypatch.setattr("ingest.inbox.read", lambda body, feed: 1 / 0)
    venues = ScriptedVenues(lambda url, params: [])
    pulled = pull(asking(LIQUIDATIONS, venues, WINDOW, keys={"COINALYZE_API_KEY": "any"}), landing)
    assert "own.csv is not taken: ZeroDivisionError in " in pulled.notes[0]
    assert len(venues.asked) == 1, "the venue is asked all the same"


def test_a_folder_in_the_place_of_a_file_costs_a_note(landing):
    (landing.inbox / FLOWS / "old.csv").mkdir(parents=True)
    (note,) = pulled(landing).notes
    assert "inbox/inbox_fund_flows/old.csv is not taken" in note


def test_spaces_a_byte_order_mark_and_windows_lines_do_no_harm(landing):
    text = b"\xef\xbb\xbf" + JANUARY.replace(",", ", ").replace("\n", "\r\n").encode()
    put(landing, "flows.csv", text)
    pulled(landing)
    assert landed(landing)[0] == ("BTC", date(2026, 1, 10), -125e6, "my sheet")


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "soon"])
def test_a_file_of_days_that_cannot_be_breaks_nothing(landing, day):
    put(landing, "flows.csv", HEADER + f"BTC,{day},1,my sheet\n")
    result = pulled(landing)
    assert (result.rows, result.quarantined, result.skipped) == (0, 1, None)


# --- series of the catalogue


OWN = "symbol,open_at,long_coin,short_coin\nBTCUSDT_PERP.A,2026-01-10T00:00:00Z,10,20\n"


def test_a_series_of_the_catalogue_is_taken_although_its_key_is_missing(landing):
    put(landing, "own.csv", OWN, LIQUIDATIONS)
    result = pulled(landing, LIQUIDATIONS)
    assert landed(landing, LIQUIDATIONS) == [("BTCUSDT_PERP.A", datetime(2026, 1, 10), 10.0, 20.0, None, None)]
    assert "set COINALYZE_API_KEY" in result.skipped


def test_own_rows_are_no_answer_of_the_venue_which_is_still_asked(landing):
    put(landing, "own.csv", OWN, LIQUIDATIONS)
    venues = ScriptedVenues(lambda url, params: [])
    request = asking(LIQUIDATIONS, venues, WINDOW, keys={"COINALYZE_API_KEY": "any"})
    pull(request, landing)
    assert len(venues.asked) == 1


def test_columns_that_may_be_unknown_may_be_left_out(landing):
    put(landing, "own.csv", "symbol,settled_at,funding_rate,channel\nBTCUSDT,2026-01-10 08:00:00,0.0001,rest\n",
        "binance_um_funding")  # fmt: skip
    pulled(landing, "binance_um_funding")
    assert landed(landing, "binance_um_funding") == [
        ("BTCUSDT", datetime(2026, 1, 10, 8), None, 0.0001, None, "rest"),
    ]  # fmt: skip


def test_a_feed_that_comes_in_whole_pulls_takes_no_file(landing):
    put(landing, "own.csv", "asset_code,day\nbtc,2026-01-10\n", "coinmetrics_network")
    result = pulled(landing, "coinmetrics_network", venues=ScriptedVenues(lambda url, params: {"data": []}))
    assert landed(landing, "coinmetrics_network") == []
    assert "comes in whole pulls" in result.notes[0]


def test_what_is_the_folder_of_no_feed_is_named(landing):
    assert strays(landing.inbox, [FLOWS]) == []
    put(landing, "flows.csv", JANUARY)
    put(landing, "flows.csv", JANUARY, "fund_flows")
    (landing.inbox / "loose.csv").write_text(JANUARY)
    (landing.inbox / ".DS_Store").write_text("")
    assert strays(landing.inbox, [FLOWS]) == ["fund_flows", "loose.csv"]
