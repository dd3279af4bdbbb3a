"""The pieces of a run: what is not held, newest first, no more than a run takes, and a note about the rest."""

from datetime import timedelta

from ingest.coverage import Coverage, Part
from ingest.fetch.shapes import newest_pieces
from ingest.windows import Window
from tests.ingest.scripted_venues import ScriptedVenues, asking, at, days

YEAR_SO_FAR = days("2026-01-01", "2026-01-10")
SERIES, LONGEST = "BTC_USDT", timedelta(days=2)


def pieces(most: int, *held: Window):
    parts = [Part(SERIES, "rest", window, 1) for window in held]
    request = asking("gate_liquidations", ScriptedVenues(), YEAR_SO_FAR, held=Coverage(parts))
    return newest_pieces(request, SERIES, YEAR_SO_FAR, LONGEST, most, ", 2 days each"), request.notes


def test_pieces_are_counted_from_the_end_of_each_window_that_is_missing():
    found, notes = pieces(10, days("2026-01-06", "2026-01-07"))
    assert [(piece.start, piece.end) for piece in found] == [
        (at("2026-01-09"), at("2026-01-11")),
        (at("2026-01-08"), at("2026-01-09")),
        (at("2026-01-04"), at("2026-01-06")),
        (at("2026-01-02"), at("2026-01-04")),
        (at("2026-01-01"), at("2026-01-02")),
    ]
    assert notes == []


def test_what_a_run_does_not_take_is_noted():
    found, notes = pieces(2)
    assert found == [days("2026-01-09", "2026-01-10"), days("2026-01-07", "2026-01-08")]
    assert notes == ["BTC_USDT: 2026-01-01 to 2026-01-07 is for later runs, 2 days each"]
