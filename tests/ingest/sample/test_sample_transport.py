"""The adapter behind a real session: clock, publication, streaming, pagination, headers."""

import hashlib
from datetime import datetime

import pytest

from ingest.sample import SimulatedMarket

VISION = "https://data.binance.vision/data"
SPOT = "https://data-api.binance.vision/api/v3/klines"
FUTURES = "https://fapi.binance.com"
OPEN_INTEREST = f"{FUTURES}/futures/data/openInterestHist"
COINALYZE = "https://api.coinalyze.net/v1"
COINMETRICS = "https://community-api.coinmetrics.io/v4/timeseries/asset-metrics"
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
FEBRUARY_1, FEBRUARY_2 = 1769904000000, 1769990400000
NOW = FEBRUARY_2 + 6 * HOUR_MS
METRICS = "futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics-2026-02-01.zip"
DECEMBER = "futures/um/monthly/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2025-12.zip"
AUGUST = "spot/monthly/klines/ETHUSDT/1d/ETHUSDT-1d-2025-08.zip"
MONTH = "spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2026-01.zip"


# --- bars and the clock


@pytest.mark.parametrize("url", [SPOT, f"{FUTURES}/fapi/v1/klines"])
def test_the_forming_bar_is_there_and_can_be_told_by_its_close_time(venues, url):
    for interval, opened in (("1h", NOW), ("1d", FEBRUARY_2)):
        bars = venues.json(url, symbol="BTCUSDT", interval=interval, limit=3)
        assert bars[-1][0] == opened
        assert [bar[0] for bar in bars if bar[6] >= NOW] == [opened]


def test_a_forming_bar_grows_into_the_closed_one(open_market):
    asked = {"symbol": "BTCUSDT", "interval": "1h", "startTime": FEBRUARY_1, "limit": 1}
    early, late, closed = (
        open_market(now=f"2026-02-01T{time}").json(SPOT, **asked)[0] for time in ("00:10", "00:40", "01:00")
    )
    assert early[1] == late[1] == closed[1]
    assert 0 < float(early[5]) < float(late[5]) < float(closed[5])
    assert float(closed[3]) < float(late[3]) < float(early[3])
    assert float(early[2]) < float(late[2]) < float(closed[2])


@pytest.mark.parametrize("now", ["2025-06-15T12:34:56", "2025-06-15T00:00", "2024-12-29T00:00"])
def test_nothing_after_the_present_is_served(open_market, now):
    early = open_market(now=now)
    now_ms = early.market.now_ms
    for url in (SPOT, f"{FUTURES}/fapi/v1/klines"):
        bars = early.json(url, symbol="BTCUSDT", interval="1h", startTime=now_ms - 3 * HOUR_MS, limit=1000)
        assert max(bar[0] for bar in bars) <= now_ms
    rows = early.json(OPEN_INTEREST, symbol="BTCUSDT", period="5m", limit=500)
    assert all(row["timestamp"] <= now_ms for row in rows)
    rows = early.market.open_interest("BTC", now_ms - HOUR_MS, now_ms + HOUR_MS)
    assert all(row[0] <= now_ms for row in rows)
    settled = early.json(f"{FUTURES}/fapi/v1/fundingRate", symbol="BTCUSDT", limit=1000)
    assert all(row["fundingTime"] < now_ms + 1_000 for row in settled)
    day = early.coinalyze("open-interest-history", "BTCUSDT_PERP.A", "2024-01-01", "2026-12-31")[-1]
    assert now_ms - DAY_MS < 1000 * day["t"] <= now_ms
    assert all(row["time"] < now[:10] for row in early.coinmetrics())


def test_todays_bucket_is_partial_at_coinalyze(open_market):
    noon, after = open_market(now="2025-10-10T12:00"), open_market()
    day = ("BTCUSDT_PERP.A", "2025-10-10", "2025-10-10")
    (partial,), (whole,) = (v.coinalyze("liquidation-history", *day) for v in (noon, after))
    assert partial["l"] == pytest.approx(whole["l"] / 2, abs=0.001)
    (partial,), (whole,) = (v.coinalyze("open-interest-history", *day) for v in (noon, after))
    assert partial["o"] == whole["o"]
    assert partial["c"] > whole["c"]
    (partial,), (whole,) = (v.coinalyze("funding-rate-history", *day) for v in (noon, after))
    assert partial["o"] == whole["o"]
    assert partial["c"] != whole["c"]


def test_a_present_without_time_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        SimulatedMarket(1, datetime(2026, 1, 1))


# --- archives


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (METRICS, "2026-02-02T02:59", "2026-02-02T03:00"),
        ("spot/daily/klines/ETHUSDT/1d/ETHUSDT-1d-2025-12-31.zip", "2026-01-01T02:59", "2026-01-01T03:00"),
        # The first Monday: 2026-02-02, and 2026-01-05 for December.
        (MONTH, "2026-02-02T02:59", "2026-02-02T03:00"),
        (DECEMBER, "2026-01-05T02:59", "2026-01-05T03:00"),
        # A month that begins on a Monday.
        (AUGUST, "2025-09-01T02:59", "2025-09-01T03:00"),
    ],
)
def test_archives_appear_when_the_venue_publishes_them(open_market, path, before, after):
    for suffix in ("", ".CHECKSUM"):
        assert open_market(now=before).get(f"{VISION}/{path}{suffix}").status_code == 404
        assert open_market(now=after).get(f"{VISION}/{path}{suffix}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2023-05-05.zip",
        "spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2025-02-30.zip",
        "spot/daily/klines/BTCUSDT/1h/BTCUSDT-1d-2025-02-03.zip",
        "spot/daily/klines/BTCUSDT/4h/BTCUSDT-4h-2025-02-03.zip",
        "spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2025-02.zip",
        "spot/daily/klines/BTCUSDT/1h/ETHUSDT-1h-2025-02-03.zip",
        "spot/daily/klines/DOGEUSDT/1h/DOGEUSDT-1h-2025-02-03.zip",
        "spot/daily/metrics/BTCUSDT/BTCUSDT-metrics-2025-02-03.zip",
        "futures/um/monthly/metrics/BTCUSDT/BTCUSDT-metrics-2025-02.zip",
        "futures/um/daily/metrics/BTCUSDT/1h/BTCUSDT-metrics-2025-02-03.zip",
        "futures/um/daily/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2025-02-03.zip",
        "futures/um/monthly/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2026-02.zip",
        "futures/cm/daily/metrics/BTCUSD_PERP/BTCUSD_PERP-metrics-2025-02-03.zip",
    ],
)
def test_what_the_venue_does_not_publish_is_no_such_key(venues, path):
    for suffix in ("", ".CHECKSUM"):
        response = venues.get(f"{VISION}/{path}{suffix}")
        assert response.status_code == 404
        assert response.headers["Content-Type"] == "application/xml"
        assert "<Code>NoSuchKey</Code>" in response.text


def test_an_archive_streams_in_pieces_that_hash_to_its_checksum(venues):
    digest, pieces = hashlib.sha256(), 0
    with venues.session.get(f"{VISION}/{MONTH}", stream=True) as response:
        assert not response._content_consumed
        for piece in response.iter_content(4096):
            digest.update(piece)
            pieces += 1
    assert pieces == -(-int(response.headers["Content-Length"]) // 4096) > 10
    assert venues.get(f"{VISION}/{MONTH}.CHECKSUM").text == f"{digest.hexdigest()}  BTCUSDT-1h-2026-01.zip\n"


def test_the_raw_body_can_be_read(venues):
    with venues.session.get(f"{VISION}/{MONTH}", stream=True) as response:
        assert response.raw.read(2) == b"PK"


# --- pagination


@pytest.mark.parametrize(("url", "most"), [(SPOT, 1000), (f"{FUTURES}/fapi/v1/klines", 1500)])
def test_klines_page_through_the_whole_market_without_gap_or_double(venues, url, most):
    opened, start = [], 0
    while page := venues.json(url, symbol="ETHUSDT", interval="1h", startTime=start, endTime=NOW, limit=5_000):
        assert len(page) <= most
        opened += [bar[0] for bar in page]
        start = page[-1][0] + HOUR_MS
    first = 1735430400000
    assert opened == list(range(first, NOW + 1, HOUR_MS))


def test_klines_without_a_start_are_the_latest_and_500_at_most(venues):
    bars = venues.json(SPOT, symbol="BTCUSDT", interval="1h")
    assert (len(bars), bars[-1][0]) == (500, NOW)
    bars = venues.json(SPOT, symbol="BTCUSDT", interval="1d", endTime=FEBRUARY_1, limit=2)
    assert [bar[0] for bar in bars] == [FEBRUARY_1 - DAY_MS, FEBRUARY_1]


def test_open_interest_pages_by_500_through_the_30_days_it_keeps(venues):
    stamps, start = [], NOW - 30 * DAY_MS
    while page := venues.json(OPEN_INTEREST, symbol="BTCUSDT", period="5m", startTime=start, endTime=NOW, limit=500):
        assert len(page) <= 500
        stamps += [row["timestamp"] for row in page]
        start = page[-1]["timestamp"] + 1
    assert stamps == list(range(NOW - 30 * DAY_MS, NOW + 1, 300_000))


def test_open_interest_from_midnight_has_the_snapshot_that_ended_the_day_before(venues):
    rows = venues.json(OPEN_INTEREST, symbol="BTCUSDT", period="5m", startTime=FEBRUARY_1, limit=1)
    assert [row["timestamp"] for row in rows] == [FEBRUARY_1]


def test_open_interest_older_than_30_days_is_refused(venues):
    response = venues.get(OPEN_INTEREST, symbol="BTCUSDT", period="5m", startTime=NOW - 30 * DAY_MS - 1)
    assert response.status_code == 400
    assert response.json() == {"code": -1130, "msg": "parameter 'startTime' is invalid."}
    oldest = venues.json(OPEN_INTEREST, symbol="BTCUSDT", period="5m", limit=500)[0]
    assert oldest["timestamp"] >= NOW - 30 * DAY_MS


def test_network_rows_page_by_the_next_address(venues):
    asked = {
        "assets": "btc",
        "metrics": "AdrActCnt",
        "frequency": "1d",
        "page_size": 150,
        "paging_from": "start",
    }
    answer = venues.json(COINMETRICS, **asked)
    pages = [answer["data"]]
    while "next_page_url" in answer:
        assert answer["next_page_token"]
        answer = venues.json(answer["next_page_url"])
        pages.append(answer["data"])
    assert [len(page) for page in pages] == [150, 150, 100]
    days = [row["time"][:10] for page in pages for row in page]
    assert days == sorted(set(days))
    assert (days[0], days[-1]) == ("2024-12-29", "2026-02-01")


def test_network_rows_are_final_at_three_oclock(open_market):
    assert open_market(now="2026-02-02T02:59").coinmetrics()[-1]["time"][:10] == "2026-01-31"
    assert open_market(now="2026-02-02T03:00").coinmetrics()[-1]["time"][:10] == "2026-02-01"


# --- headers


def test_every_answer_says_that_it_is_simulated_and_when_it_is(venues):
    for url in (f"{VISION}/{METRICS}", f"{VISION}/nothing", f"{FUTURES}/nothing", COINMETRICS):
        response = venues.get(url)
        assert response.headers["X-Simulated-Market"] == "seed=7"
        assert response.headers["Date"] == "Mon, 02 Feb 2026 06:00:00 GMT"
        assert int(response.headers["Content-Length"]) == len(response.content)
        assert response.reason in ("OK", "Not Found", "Bad Request")
