"""The running day is compared with calendar days, also when the daily run of yesterday is late."""

from datetime import datetime, timedelta

from tests.regimes.hourly_windows import FLUSH, calendar_days, window
from warehouse.window_marts import with_days_that_ended_since


def test_a_day_without_a_daily_run_is_its_window_up_to_midnight() -> None:
    days = calendar_days()
    last_day = days.prices_daily["day"].max()
    midnight = datetime.combine(last_day + timedelta(days=2), datetime.min.time())
    found = with_days_that_ended_since(days, window(FLUSH, midnight), last_day)
    assert found.prices_daily["day"].to_list()[-2:] == [last_day, last_day + timedelta(days=1)]
    assert round(found.prices_daily["return_pct"][-1], 9) == FLUSH.return_pct
    assert found.exchange_flows_daily["day"].max() == last_day
    for end in (midnight - timedelta(days=1), midnight + timedelta(hours=1)):
        assert (
            with_days_that_ended_since(days, window(FLUSH, end), last_day).prices_daily.height
            == days.prices_daily.height
        )
