"""A condition that is applied before the newest version of a row is chosen may name columns of the key alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipelines import dbt

pytestmark = pytest.mark.slow


def compiled(folder: Path, table: str, *conditions: str) -> tuple[int, str]:
    """Exit status and output of dbt for these conditions on rows of `table`."""
    literals = ", ".join(f'"{condition}"' for condition in conditions)
    text = "{% for c in [" + literals + "] %}select {{ condition_on_key('" + table + "', c) }};{% endfor %}"
    done = dbt(
        "compile", "--quiet", "--inline", text, "--target-path", folder, "--log-path", folder,
        database=folder / "build.duckdb",
    )  # fmt: skip
    return done.status, done.said


def test_columns_of_the_key_functions_and_literals_are_taken(tmp_path: Path) -> None:
    status, said = compiled(
        tmp_path, "binance_spot_klines",
        "'interval' = 'x' and open_at >= timestamp '2026-01-01' and symbol in ('close', 'volume')",
        "date_trunc('hour', open_at) = open_at or (true /* in_days_to_build(open_at, 1) */)",
        "cast(open_at + interval '10' minute as date) is not null",
    )  # fmt: skip
    assert status == 0, said


@pytest.mark.parametrize(
    "condition", ["volume > 0", "open_at > ingested_at", "(true /* in_days_to_build(close, 0) */)"]
)
def test_another_column_is_refused_by_name(condition: str, tmp_path: Path) -> None:
    status, said = compiled(tmp_path, "binance_spot_klines", condition)
    assert status != 0
    assert "which is not in the key (symbol, interval, open_at)" in said
