"""The stamp of a published row, in milliseconds whatever its unit."""

from __future__ import annotations

import pytest

from ingest.fetch.rows import Fields, Stamp, StampUnit


@pytest.mark.parametrize(
    ("unit", "stamp"),
    [
        ("s", 1_767_225_600),
        ("ms", "1767225600000"),
        ("s or ms", 1_767_225_600),
        ("s or ms", 1_767_225_600_000),
        ("ms or us", 1_767_225_600_000),
        ("ms or us", 1_767_225_600_000_000),
    ],
)
def test_a_stamp_is_read_in_milliseconds(unit: StampUnit, stamp: int | str) -> None:
    assert Fields(Stamp("time", "open_at", unit), {}).stamp_of({"time": stamp}) == 1_767_225_600_000
    assert Fields(Stamp("time", "open_at", unit), {}, cells=("price", "time")).stamp_of([1, stamp]) == 1_767_225_600_000
