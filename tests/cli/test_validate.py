"""A user's list of documented days: what is read from it, and which faults are refused with their line."""

from datetime import date
from pathlib import Path

import pytest

from cli.errors import WrongUse
from cli.validate import read_days


def written(directory: Path, text: str) -> Path:
    path = directory / "days.csv"
    path.write_text(text)
    return path


def test_other_columns_and_blanks_do_not_matter(tmp_path: Path) -> None:
    text = "label, note , day,asset\nleverage_flush ,a crash, 2026-01-31,BTC\nmixed,,2026-01-30, ETH\n"
    assert read_days(written(tmp_path, text)).rows() == [
        ("BTC", date(2026, 1, 31), "leverage_flush"),
        ("ETH", date(2026, 1, 30), "mixed"),
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("asset,day\nBTC,2026-01-31\n", "lacks label; its first line names asset, day and label"),
        ("asset,day,label\nBTC,31.01.2026,mixed\n", "line 2: 31.01.2026 is not a day such as 2026-01-31"),
        ("asset,day,label\nBTC,2026-01-31,mixed\nBTC,2026-02-30,mixed\n", "line 3: 2026-02-30 is not a day"),
        ("asset,day,label\nBTC,2026-01-31,flush\n", "line 2: flush is not one of leverage_flush, long_squeeze, "),
        ("asset,day,label\n,2026-01-31,mixed\n", "line 2: no asset"),
        ("asset,day,label\nBTC,2026-01-31,\n", "line 2: no label"),
        ("asset,day,label\nBTC,2026-01-31,mixed\nBTC,2026-01-31,mixed\n", "has BTC 2026-01-31 more than once"),
        ("asset,day,label\n", "has no day"),
        ("", "is not a CSV file"),
    ],
)
def test_a_fault_is_refused_with_its_line(text: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=complaint) as refused:
        read_days(written(tmp_path, text))
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"nowhere\.csv: No such file or directory"):
        read_days(tmp_path / "nowhere.csv")
