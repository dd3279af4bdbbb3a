"""Coin Metrics: the whole series every time, page by page, and a metric that is not there is not zero."""

import csv
import json
from datetime import date

import polars as pl
import pytest

from ingest.coverage import Coverage, Part
from ingest.errors import AccessRefused, HostUnreachable, RequestRefused, VenueFailing
from ingest.landing import Landing
from ingest.pull import pull
from ingest.venues.coinmetrics.api import API
from ingest.venues.coinmetrics.whole_pulls import METRICS, URL
from ingest.windows import Window
from tests.ingest.scripted_venues import ScriptedVenues, asking, at, conformed, days, fetched, landed

FEED = "coinmetrics_network"
NEXT = "https://community-api.coinmetrics.io/v4/timeseries/asset-metrics?next_page_token=0.abc"


def row(day: str, **metrics: object) -> dict[str, object]:
    return {"asset": "btc", "time": f"{day}T00:00:00.000000000Z", **metrics}


def put(venues: ScriptedVenues, first="2026-01-10", last="2026-01-12", **more):
    return asking(FEED, venues, days(first, last), **{"symbols": ("btc",), **more})


def answering(*rows: dict) -> ScriptedVenues:
    return ScriptedVenues(lambda url, params: {"data": list(rows)})


def test_text_becomes_numbers_and_what_is_left_out_is_unknown():
    values = {metric: f"{n}.5" for n, metric in enumerate(METRICS, 1)}
    partial = {"AdrActCnt": "7", "PriceUSD": None}
    (whole, part) = landed(put(answering(row("2026-01-10", **values), row("2026-01-11", **partial)))).rows()
    assert whole == ("btc", date(2026, 1, 10), 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5)
    assert part == ("btc", date(2026, 1, 11), None, None, None, None, None, None, 7.0, None)


def test_all_metrics_of_whole_days_are_asked_for_or_none_so_that_no_pull_silently_lacks_one():
    venues = answering()
    fetched(put(venues))
    ((url, params),) = venues.asked
    assert url == "https://community-api.coinmetrics.io/v4/timeseries/asset-metrics"
    assert set(params["metrics"].split(",")) == set(METRICS)
    assert (params["start_time"], params["end_time"]) == ("2026-01-10", "2026-01-12")
    assert (params["assets"], params["frequency"], params["paging_from"]) == ("btc", "1d", "start")
    assert not {"ignore_forbidden_errors", "ignore_unsupported_errors"} & set(params)


def test_pages_are_followed_by_the_vendors_own_address():
    pages = {"": {"data": [row("2026-01-10")], "next_page_url": NEXT}, NEXT: {"data": [row("2026-01-11")]}}
    venues = ScriptedVenues(lambda url, params: pages[url if url == NEXT else ""])
    assert landed(put(venues))["day"].to_list() == [date(2026, 1, 10), date(2026, 1, 11)]
    assert venues.asked[1] == (NEXT, {})


@pytest.mark.parametrize("further", [URL, "https://elsewhere.example/v4?next_page_token=0.abc"])
def test_a_next_page_that_was_asked_already_or_lies_elsewhere_is_refused(further):
    venues = ScriptedVenues(lambda url, params: {"data": [row("2026-01-10")], "next_page_url": further})
    with pytest.raises(RequestRefused, match="is no further one of this host"):
        fetched(put(venues))
    assert len(venues.asked) == 1


def test_a_pull_that_ends_before_the_last_one_does_not_replace_it():
    request = put(ScriptedVenues(lambda url, params: {"data": [row("2026-01-10"), row("2026-01-11")]}))
    fetched(request)
    shorter = put(ScriptedVenues(lambda url, params: {"data": [row("2026-01-10")]}), held=request.held)
    with pytest.raises(VenueFailing, match="the last pull stays in use"):
        fetched(shorter)


def test_a_pull_that_has_lost_every_metric_does_not_replace_the_last_one():
    span = [f"2026-01-{day}" for day in range(10, 16)]
    request = put(answering(*(row(day, AdrActCnt="1") for day in span)), last="2026-01-15")
    fetched(request)
    bare = put(answering(*map(row, span)), last="2026-01-15", held=request.held)
    with pytest.raises(VenueFailing, match="active_addresses of btc is gone for 6 days from 2026-01-10 on"):
        fetched(bare)


def test_a_pull_that_breaks_off_leaves_nothing_behind(tmp_path):
    def answer(url, params):
        if url == NEXT:
            return VenueFailing("HTTP 503, 12 times", host=API.host)
        return {"data": [row("2026-01-10")], "next_page_url": NEXT}

    landing = Landing(tmp_path)
    pulled = pull(put(ScriptedVenues(answer)), landing)
    assert "HTTP 503" in pulled.skipped
    assert landing.segments([FEED]) == []


def test_the_series_is_asked_for_whole_however_much_of_it_is_held():
    held = Coverage([Part("btc", "rest", Window(at("2025-06-01"), at("2026-01-20")), 100)])
    venues = answering(row("2025-06-01"), row("2026-01-19"))
    request = put(venues, held=held)
    (batch,) = fetched(request)
    ((_, params),) = venues.asked
    assert (params["start_time"], params["end_time"]) == ("2025-06-01", "2026-01-19")
    assert batch.parts[0].window == Window(at("2025-06-01"), at("2026-01-20"))


def test_two_pulls_of_restated_days_are_two_whole_segments_and_an_unchanged_one_is_none(tmp_path):
    landing = Landing(tmp_path)
    pulls = [
        pull(put(answering(row("2026-01-10", AdrActCnt=count), row("2026-01-11", AdrActCnt="5"))), landing)
        for count in ("1", "2", "2")
    ]
    assert [len(one.segments) for one in pulls] == [1, 1, 0]
    assert [pl.read_parquet(landing.path(s)).height for s in landing.segments([FEED])] == [2, 2]


def test_the_running_day_is_dropped_and_days_that_are_out_are_not_taken_for_covered():
    request = put(
        answering(row("2026-01-31", AdrActCnt="1"), row("2026-02-02", AdrActCnt="2")), "2026-01-31", "2026-02-02"
    )
    assert landed(request)["day"].to_list() == [date(2026, 1, 31)]
    assert request.held.of("btc", "rest") == [days("2026-01-31", "2026-01-31")]


def test_no_rows_cover_nothing():
    request = put(answering())
    assert landed(request).is_empty()
    assert request.held.of("btc", "rest") == []


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (row("2100-01-01", AdrActCnt="1"), "day: absurd timestamp"),
        ({**row("2026-01-11"), "time": "yesterday"}, "day: missing"),
        ({"time": "2026-01-11T00:00:00Z"}, "asset_code: missing"),
    ],
)
def test_a_row_that_cannot_be_is_quarantined(broken, reason):
    request = put(answering(row("2026-01-10", AdrActCnt="1"), broken))
    done = conformed(request, fetched(request))
    assert done.rows["day"].to_list() == [date(2026, 1, 10)]
    assert reason in done.quarantined["reason"].item()


@pytest.mark.parametrize(
    ("metric", "value", "reason"),
    [
        ("FlowInExNtv", "-1", "inflow_coin: not negative"),
        ("PriceUSD", "0", "price_usd: positive"),
        ("AdrActCnt", "many", "active_addresses: unparsable"),
    ],
)
def test_a_metric_that_cannot_be_costs_the_metric_alone(metric, value, reason):
    request = put(answering(row("2026-01-10", **{"FlowOutExNtv": "4", metric: value})))
    done = conformed(request, fetched(request))
    assert done.rows.select("outflow_coin", reason.partition(":")[0]).rows() == [(4.0, None)]
    assert done.quarantined["reason"].item() == f"{reason}; the row is kept without it"


@pytest.mark.parametrize(
    ("kind", "error"),
    [("forbidden", RequestRefused), ("unauthorized", AccessRefused), ("bad_parameter", RequestRefused)],
)
def test_an_error_in_the_body_is_no_data(kind, error):
    venues = ScriptedVenues(lambda url, params: {"error": {"type": kind, "message": "not that"}})
    with pytest.raises(error, match=rf"{kind}: not that \(community-api.coinmetrics.io/v4/timeseries/asset-metrics\)"):
        fetched(put(venues))


@pytest.mark.parametrize("body", [[], {}, {"data": None}, {"data": {"btc": 1}}, {"data": [["btc"]]}, "data", None])
def test_an_answer_of_another_shape_is_refused_with_what_came(body):
    with pytest.raises(RequestRefused, match="expected data, got"):
        fetched(put(ScriptedVenues(lambda url, params: body)))


# --- the file that stands in


FILE = "https://raw.githubusercontent.com/coinmetrics/data/master/csv/btc.csv"
HEADER = ",".join(["time", "ReferenceRateUSD", *METRICS]) + "\n"
REFUSALS = [
    HostUnreachable("no connection", host=API.host),
    AccessRefused("HTTP 403", host=API.host),
    VenueFailing("HTTP 503, 12 times", host=API.host),
]


def line(day: str, *values: object) -> str:
    return ",".join(map(str, [day, 90000, *values, *[""] * (len(METRICS) - len(values))])) + "\n"


def with_file(text: str | Exception, refusal: Exception = REFUSALS[0]) -> ScriptedVenues:
    return ScriptedVenues(lambda url, params: refusal, {FILE: text})


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda e: type(e).__name__)
def test_where_the_interface_refuses_the_file_gives_the_same_columns(refusal):
    text = (
        HEADER + line("2026-01-09", 9) + line("2026-01-10", *range(1, 9)) + line("2026-01-11", 5) + line("2026-01-12")
    )
    request = put(with_file(text, refusal))
    (batch,) = fetched(request)
    done = conformed(request, [batch])
    assert done.rows.rows() == [
        ("btc", date(2026, 1, 10), 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0),
        ("btc", date(2026, 1, 11), 5.0, None, None, None, None, None, None, None),
    ]
    part, *metrics = batch.parts
    assert part.url == FILE
    assert part.window == days("2026-01-10", "2026-01-11"), "a day with reference rates alone is no day that came"
    assert {metric.window for metric in metrics if metric.series == "btc/inflow_usd"} == {
        days("2026-01-10", "2026-01-10")
    }
    (note,) = request.notes
    assert str(refusal) in note


def test_the_file_is_not_asked_for_while_the_interface_answers():
    venues = answering(row("2026-01-10", AdrActCnt="1"))
    fetched(put(venues))
    assert venues.downloaded == []


def test_a_file_that_ends_before_the_last_pull_does_not_replace_it():
    request = put(answering(row("2026-01-10", AdrActCnt="1"), row("2026-01-11", AdrActCnt="1")))
    fetched(request)
    with pytest.raises(VenueFailing, match="the last pull stays in use"):
        fetched(put(with_file(HEADER + line("2026-01-10", 1)), held=request.held))


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (None, "no such archive"),
        (VenueFailing("HTTP 500", host="raw.githubusercontent.com"), "HTTP 500"),
        ("time,PriceUSD\n2026-01-10,90000\n", "lacks AdrActCnt"),
        ("<html>", "lacks AdrActCnt"),
        ("", "no CSV"),
    ],
)
def test_without_a_usable_file_it_is_the_interfaces_refusal_that_counts(file, why):
    venues = with_file(file) if file is not None else ScriptedVenues(lambda url, params: REFUSALS[0])
    request = put(venues)
    with pytest.raises(HostUnreachable, match="no connection"):
        fetched(request)
    (note,) = request.notes
    assert why in note


def test_a_broken_line_of_the_file_is_quarantined():
    request = put(with_file(HEADER + line("2026-01-10", 1) + line("2026-01-11", -1) + line("soon", 1)))
    done = conformed(request, fetched(request))
    assert done.rows["day"].to_list() == [date(2026, 1, 10), date(2026, 1, 11)]
    assert done.rows["inflow_coin"].null_count() == 1
    assert sorted(done.quarantined["reason"]) == [
        "day: missing",
        "inflow_coin: not negative; the row is kept without it",
    ]


# --- recorded samples


def test_the_recorded_page_keeps_its_values(api_samples):
    page = json.loads((api_samples / "coinmetrics/asset_metrics.json").read_text())
    venues = ScriptedVenues(lambda url, params: {"data": []} if "next_page_token" in url else page)
    rows = landed(put(venues, "2025-10-09", "2025-10-10")).rows(named=True)
    assert venues.asked[1][0] == page["next_page_url"]
    assert len(rows) == len(page["data"])
    for typed, published in zip(rows, page["data"], strict=True):
        assert f"{typed['day']}" == published["time"][:10]
        for metric, column in METRICS.items():
            assert typed[column] == (float(published[metric]) if metric in published else None)


def test_days_of_the_recorded_file_that_have_no_values_stay_unknown(api_samples):
    with (api_samples / "coinmetrics/btc_csv_excerpt_vintage_2026-03.csv").open() as file:
        lines = list(csv.DictReader(file))
    records = [{"asset": "btc", "time": line["time"], **{m: line[m] or None for m in METRICS}} for line in lines]
    rows = landed(put(answering(*records), lines[0]["time"], lines[-1]["time"], now="2026-11-22"))
    assert rows.height == len(lines)
    for metric, column in METRICS.items():
        assert rows[column].to_list() == [float(line[metric]) if line[metric] else None for line in lines]
    assert rows["inflow_coin"].null_count() > 0


def test_recorded_restatements_of_the_same_days_are_all_kept(api_samples, tmp_path):
    with (api_samples / "coinmetrics/flow_revisions.csv").open() as file:
        lines = list(csv.DictReader(file))
    landing = Landing(tmp_path)
    vintages = sorted({line["vintage"] for line in lines})
    for vintage in vintages:
        pulled = [
            row(line["day"], **{m: line[m] for m in METRICS if m in line})
            for line in lines
            if line["vintage"] == vintage
        ]
        pull(put(answering(*pulled), "2025-10-09", "2025-12-29", now="2026-11-22"), landing)
    held = [pl.read_parquet(landing.path(segment)) for segment in landing.segments([FEED])]
    assert len(held) == len(vintages) == 3
    for frame, vintage in zip(held, vintages, strict=True):
        published = [line for line in lines if line["vintage"] == vintage]
        assert frame["inflow_usd"].to_list() == [float(line["FlowInExUSD"]) for line in published]
        assert frame["active_addresses"].to_list() == [float(line["AdrActCnt"]) for line in published]


def test_the_recorded_file_keeps_its_values_and_loses_its_last_line(api_samples):
    text = (api_samples / "coinmetrics/btc_csv_excerpt_vintage_2026-03.csv").read_text()
    lines = list(csv.DictReader(text.splitlines()))
    rows = landed(put(with_file(text), lines[0]["time"], lines[-1]["time"], now="2026-11-22"))
    known = [line for line in lines if any(line[m] for m in METRICS)]
    assert rows["day"].cast(pl.String).to_list() == [line["time"] for line in known]
    assert known[-1] is not lines[-1]
    for metric, column in METRICS.items():
        assert rows[column].to_list() == [float(line[metric]) if line[metric] else None for line in known]
