"""What the rows of many files cover: the same as for the stamps of each file alone."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ingest.archives.archive import Archive
from ingest.archives.series import Archives
from ingest.coverage import covered_stretches
from tests.ingest.scripted_venues import days

HOUR = timedelta(hours=1)
SERIES = ("BTCUSDT/1h", "BTCUSDT/1d", "BTCUSDT")
hours_of_files = st.lists(st.lists(st.integers(-3, 50), max_size=40), min_size=1, max_size=4)


@given(hours_of_files, st.sampled_from(SERIES), st.sampled_from([HOUR, 8 * HOUR, None]), st.sampled_from([0, 1]))
def test_files_cover_what_their_own_stamps_cover(hours, series, apart, before):
    published = Archives("archive.example", "{}{}".format, (), {}, step=HOUR, apart=apart, before=before * HOUR)
    files = [
        Archive(f"https://archive.example/{number}", series, days("2026-01-01", "2026-01-02"))
        for number in range(len(hours))
    ]
    period = files[0].window
    stamps = [[period.start + (one + before) * HOUR for one in of_file] for of_file in hours]
    rows = pl.DataFrame(
        [(number, stamp.replace(tzinfo=None)) for number, of_file in enumerate(stamps) for stamp in of_file],
        schema={"file": pl.Int32, "open_at": pl.Datetime("us")},
        orient="row",
    )
    found = published.covered(files, rows, "open_at")
    step = 24 * HOUR if series.endswith("1d") else HOUR
    for number, of_file in enumerate(stamps):
        inside = sorted({one - before * HOUR for one in of_file if period.start <= one - before * HOUR < period.end})
        assert found.get(number, []) == covered_stretches(period, inside, step, max(step, apart or step))
