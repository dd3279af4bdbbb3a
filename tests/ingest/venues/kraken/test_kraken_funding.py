"""Kraken funding: the relative rate of a year's list, and the analytics for what is older."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import RequestRefused
from ingest.feeds import feed_named
from ingest.instrument import Instrument
from ingest.venues.kraken import funding
from tests.ingest.scripted_venues import ScriptedVenues, asking, at, conformed, days, fetched, landed, ms
from tests.properties import examples

FEED, SYMBOL = "kraken_funding", "PF_XBTUSD"
HISTORY = "https://futures.kraken.com/derivatives/api/v4/historicalfundingrates"
ANALYTICS = "https://futures.kraken.com/api/charts/v1/analytics/PF_XBTUSD/funding"
HOUR = timedelta(hours=1)


def rate(stamp: datetime, relative: object = 4.7e-06, **more: object) -> dict:
    return {
        "timestamp": f"{stamp:%Y-%m-%dT%H:%M:%S.000Z}",
        "fundingRate": 0.37,
        "relativeFundingRate": relative,
        **more,
    }


def hours(first: str, last: str) -> list[datetime]:
    start = at(first)
    return [start + n * HOUR for n in range(int((at(last) - start) / HOUR) + 1)]


class Venue:
    """A year's list that begins with its first rate, and analytics that have `older` hours before it."""

    def __init__(self, *rates: dict, older: list[datetime] = (), refusal: str | None = None) -> None:
        self.rates, self.older, self.refusal = list(rates), older, refusal

    def __call__(self, url: str, params: dict) -> dict:
        if url == HISTORY:
            return {"result": "success", "rates": self.rates}
        assert url == ANALYTICS
        if self.refusal:
            return {"result": "error", "errors": [self.refusal]}
        stamps = [s for s in self.older if params["since"] <= s.timestamp() <= params["to"]]
        bars = {
            "rate": [["0.3", "0.5", "0.2", "0.37"]] * len(stamps),
            "relativeRate": [["0", "1", "0", "0.0000047"]] * len(stamps),
        }
        return {
            "result": {"timestamp": [int(s.timestamp() * 1000) for s in stamps], "data": bars, "more": False},
            "errors": [],
        }


def put(answer, first="2026-01-10", last="2026-01-10", **more):
    venues = answer if isinstance(answer, ScriptedVenues) else ScriptedVenues(answer)
    return asking(FEED, venues, days(first, last), **{"symbols": (SYMBOL,), **more})


def test_the_relative_rate_is_taken_and_the_absolute_one_kept_beside_it():
    rows = landed(put(Venue(rate(at("2026-01-10T08:00"), -3e-06))))
    assert rows.rows() == [(SYMBOL, datetime(2026, 1, 10, 8), -3e-06, 0.37, "history")]


@pytest.mark.parametrize("text", ["2026-01-10T08:00:00Z", "2026-01-10T08:00:00.000Z", "2026-01-10T08:00:00.123456Z"])
def test_stamps_come_with_and_without_fractions(text):
    rows = landed(put(Venue(rate(at("2026-01-10"), timestamp=text))))
    assert rows["settled_at"].to_list() == [datetime(2026, 1, 10, 8)]


def test_of_the_years_list_only_the_hours_that_are_not_held_are_taken():
    year = [rate(stamp) for stamp in hours("2025-12-01", "2026-02-02T03:00")]
    venues = ScriptedVenues(Venue(*year))
    request = put(venues, "2026-01-10", "2026-01-11")
    assert landed(request).height == 49
    assert len(venues.asked) == 1
    wider = put(ScriptedVenues(Venue(*year)), "2026-01-10", "2026-01-12", held=request.held)
    assert landed(wider)["settled_at"].min() == datetime(2026, 1, 12, 1)
    venues = ScriptedVenues(Venue(*year))
    assert fetched(put(venues, "2026-01-10", "2026-01-12", held=wider.held)) == []
    assert venues.asked == []


def test_what_is_older_than_the_list_comes_from_the_analytics():
    old, new = hours("2026-01-09", "2026-01-10T11:00"), hours("2026-01-10T12:00", "2026-01-12")
    venues = ScriptedVenues(Venue(*map(rate, new), older=old))
    request = put(venues, "2026-01-09", "2026-01-11")
    rows = landed(request).sort("settled_at")
    assert rows["settled_at"].to_list() == [stamp.replace(tzinfo=None) for stamp in [*old, *new]]
    assert rows["channel"].to_list() == ["analytics"] * len(old) + ["history"] * len(new)
    assert set(rows["relative_rate"]) == {4.7e-06}
    assert [(p["since"], p["to"] + 1, p["interval"]) for url, p in venues.asked if url == ANALYTICS] == [
        (ms("2026-01-09") // 1000, ms("2026-01-10T12:00") // 1000, 3600)
    ]
    assert request.held.missing(SYMBOL, request.window) == []


@pytest.mark.parametrize("refusal", ["not available", None])
def test_what_neither_has_stays_missing_and_the_year_is_kept(refusal):
    request = put(Venue(*map(rate, hours("2026-01-10", "2026-01-11")), refusal=refusal), "2026-01-01", "2026-01-10")
    assert landed(request).height == 25
    assert request.held.missing(SYMBOL, request.window) == [days("2026-01-01", "2026-01-09")]
    assert [refusal in note for note in request.notes] == ([True] if refusal else [])


def test_an_unknown_symbol_costs_that_one_alone():
    def answer(url, params):
        if params.get("symbol") == "PF_GONE":
            return {"result": "error", "errors": [{"code": 11, "message": "Argument invalid: symbol"}]}
        return Venue(*map(rate, hours("2026-01-10", "2026-01-11")))(url, params)

    request = put(answer, symbols=("PF_GONE", SYMBOL))
    assert {batch.parts[0].series for batch in request.feed.fetch(request)} == {SYMBOL}
    assert "Argument invalid: symbol (futures.kraken.com/derivatives" in str(request.refused["PF_GONE"])


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"relativeFundingRate": "free"}, "relative_rate: unparsable"),
        ({"relativeFundingRate": None}, "relative_rate: missing"),
        ({"relativeFundingRate": 0.37}, "relative_rate: within -0.1 to 0.1"),
        ({"timestamp": "noon"}, "settled_at: missing"),
        ({"timestamp": "2100-01-01T00:00:00Z"}, "settled_at: absurd timestamp"),
    ],
)
def test_a_rate_that_cannot_be_is_quarantined(more, reason):
    request = put(Venue(*map(rate, hours("2026-01-10", "2026-01-11")), rate(at("2026-01-10T07:00")) | more))
    done = conformed(request, fetched(request))
    assert reason in done.quarantined["reason"].item()


@pytest.mark.parametrize("body", [{"result": "success"}, {"rates": [1]}, {"rates": {}}, []])
def test_an_answer_of_another_shape_is_refused(body):
    with pytest.raises(RequestRefused, match="expected rates"):
        fetched(put(lambda url, params: body))


@examples(20)
@given(st.permutations(hours("2026-01-10", "2026-01-11") * 2), st.integers(0, 24))
def test_order_duplicates_and_which_list_an_hour_is_in_change_no_rate(shuffled, first):
    year = [stamp for stamp in shuffled if stamp >= at("2026-01-10") + first * HOUR]
    older = [stamp for stamp in shuffled if stamp < at("2026-01-10") + first * HOUR]
    request = put(Venue(*map(rate, year), older=older))
    rows = landed(request).sort("settled_at")
    assert rows["settled_at"].to_list() == [stamp.replace(tzinfo=None) for stamp in hours("2026-01-10", "2026-01-11")]
    assert rows["relative_rate"].unique().to_list() == [4.7e-06]
    assert request.held.missing(SYMBOL, request.window) == []


# --- recorded samples


def test_the_recorded_rate_keeps_its_value(api_samples):
    body = json.loads((api_samples / "kraken_futures/historical_funding_rates.json").read_text())
    (row,) = landed(put(lambda url, params: body, "2018-08-31", "2018-08-31")).rows()
    assert row == (SYMBOL, datetime(2018, 8, 31, 16), 6.077996e-05, 2.18900669884e-07, "history")


def test_recorded_analytics_are_in_milliseconds(api_samples):
    body = json.loads((api_samples / "kraken_futures/analytics_funding.json").read_text())
    day = datetime.fromtimestamp(body["result"]["timestamp"][0] / 1000, UTC).date().isoformat()
    answers = {HISTORY: {"rates": []}, ANALYTICS: body}
    (row,) = landed(put(lambda url, params: answers[url], day, day, now="2026-12-01")).rows()
    assert row[2:] == (5.2e-06, 0.41, "analytics")
    assert row[1] == datetime(2026, 10, 4)


@pytest.mark.parametrize("fields", [funding.YEAR_FIELDS, funding.OLDER.fields])
def test_both_lists_have_the_columns_of_the_schema(fields):
    read = fields.frame([], Instrument(SYMBOL, "BTC", "perpetual")).columns
    assert sorted(read) == sorted(feed_named(FEED).schema.columns)
