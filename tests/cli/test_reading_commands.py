"""`leverage sql`, `tables` and `brief`: forms of output, the query from standard input, what hints an error keeps."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.pipelines import LEVERAGE, environment, leverage

WRONG_USE = 2
QUERY = "SELECT asset, day, NULL AS nothing, [1, 2] AS list FROM regimes_daily WHERE asset = 'BTC' ORDER BY day LIMIT 2"


def piped(query: str, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [LEVERAGE, *map(str, arguments)], input=query.encode(), env=environment(), capture_output=True, check=False
    )


@pytest.mark.slow
class TestSql:
    """One query in every form."""

    def test_a_query_comes_from_standard_input_and_goes_to_standard_output(self, sample: Path) -> None:
        ran = piped(QUERY, "sql", "-", "--output", "-", "--format", "csv", "--warehouse", sample)
        assert ran.stdout.decode().splitlines() == [
            "asset,day,nothing,list", 'BTC,2025-11-20,,"[1, 2]"', 'BTC,2025-11-21,,"[1, 2]"',
        ]  # fmt: skip

    def test_json_and_parquet_have_the_same_rows(self, sample: Path) -> None:
        parquet = pl.read_parquet(
            io.BytesIO(piped(QUERY, "sql", "-", "--format", "parquet", "--warehouse", sample).stdout)
        )
        found = json.loads(leverage("sql", QUERY, "--format", "json", "--warehouse", sample).out)
        assert [row["list"] for row in found] == parquet["list"].to_list() == [[1, 2], [1, 2]]
        assert [row["day"] for row in found] == ["2025-11-20", "2025-11-21"]

    def test_markdown_is_a_table_that_a_page_shows(self, sample: Path) -> None:
        ran = leverage("sql", "SELECT 'a|b' AS text, 1.5 AS number", "--format", "markdown", "--warehouse", sample)
        assert ran.out.splitlines() == ["| text | number |", "| --- | ---: |", r"| a\|b | 1.5 |"]

    def test_a_wide_table_says_how_many_columns_it_leaves_out(self, sample: Path) -> None:
        ran = leverage("sql", "SELECT * FROM regimes_daily LIMIT 3", "--format", "table", "--warehouse", sample)
        assert "is_latest" in ran.out.splitlines()[1]
        with duckdb.connect(sample / "published" / "leverage.duckdb", read_only=True) as database:
            count = len(database.table("regimes_daily").columns)
        assert f"of {count} columns shown" in ran.out

    def test_an_error_keeps_the_hint_of_duckdb_in_one_line(self, sample: Path) -> None:
        table = leverage("sql", "SELECT * FROM regime_daily", "--warehouse", sample)
        column = leverage("sql", "SELECT evnt FROM regimes_daily", "--warehouse", sample)
        assert 'Did you mean "regimes_daily' in table.err
        assert '"event"' in column.err
        assert len(table.err.splitlines()) == len(column.err.splitlines()) == 1

    def test_the_warehouse_may_stand_before_the_command(self, sample: Path, tmp_path: Path) -> None:
        query = "SELECT count(*) > 0 AS found FROM regimes_daily"
        assert leverage("--warehouse", sample, "sql", query).out == "found\ntrue\n"
        elsewhere = {"LEVERAGE_WAREHOUSE": str(tmp_path)}
        assert leverage("--warehouse", sample, "sql", query, extra=elsewhere).status == 0
        assert leverage("--warehouse", tmp_path, "sql", query, "--warehouse", sample).status == 0


@pytest.mark.slow
class TestTables:
    """What is published, in the command's own words."""

    def test_every_table_has_its_rows_and_one_sentence(self, sample: Path) -> None:
        found = {row["table"]: row for row in json.loads(leverage("tables", "--json", "--warehouse", sample).out)}
        with duckdb.connect(sample / "published" / "leverage.duckdb", read_only=True) as database:
            named = {name for (name,) in database.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
            rows = database.execute("SELECT count(*) FROM regimes_daily").fetchone()
        assert found.keys() == named
        assert found["regimes_daily"]["rows"] == rows[0]  # type: ignore[index]
        assert all(row["holds"].endswith(".") and "SIMULATED" not in row["holds"] for row in found.values())

    def test_a_table_shows_type_unit_and_meaning_of_its_columns(self, sample: Path) -> None:
        found = json.loads(leverage("tables", "prices_daily", "--json", "--warehouse", sample).out)
        close = next(row for row in found if row["column"] == "close_usd")
        assert (close["type"], close["unit"]) == ("DOUBLE", "USD")
        assert all(row["meaning"] for row in found)

    def test_an_unknown_table_names_the_nearest(self, sample: Path) -> None:
        ran = leverage("tables", "regime_daily", "--warehouse", sample)
        assert ran.status == WRONG_USE
        assert "did you mean regimes_daily?" in ran.err


@pytest.mark.slow
class TestBrief:
    """The brief for programs, and the day by name."""

    def test_json_has_the_label_and_its_evidence(self, sample: Path) -> None:
        found = json.loads(leverage("brief", "--json", "--day", "2026-01-25", "--warehouse", sample).out)
        assert (found["asset"], found["day"], found["simulated"]) == ("BTC", "2026-01-25", True)
        with duckdb.connect(sample / "published" / "leverage.duckdb", read_only=True) as database:
            row = database.execute(
                "SELECT event, (SELECT count(*) FROM regime_evidence e WHERE e.asset = r.asset AND e.day = r.day)"
                " FROM regimes_daily r WHERE asset = 'BTC' AND day = DATE '2026-01-25'"
            ).fetchone()
        assert (found["event"], len(found["evidence"])) == row

    def test_what_only_supports_the_label_is_marked(self, sample: Path) -> None:
        with duckdb.connect(sample / "published" / "leverage.duckdb", read_only=True) as database:
            (day,) = database.execute(
                "SELECT max(day) FROM regime_evidence"
                " WHERE asset = 'BTC' AND label_rank = 1 AND predicate IN ('takers_sold', 'takers_bought')"
            ).fetchone() or (None,)
        said = leverage("brief", "--day", str(day), "--warehouse", sample).out
        rows = [line for line in said.splitlines() if line.strip().startswith(("takers sold", "takers bought"))]
        assert len(rows) == 1
        assert "(supports only)" in rows[0]

    def test_yesterday_is_the_last_complete_day(self, sample: Path) -> None:
        ran = leverage("brief", "--day", "yesterday", "--warehouse", sample)
        assert "2026-02-01 is not published" in ran.err, "the simulation ends on 2026-02-02, after this warehouse"

    @pytest.mark.parametrize("day", ["2026-13-01", "tomorrow", "20260125"])
    def test_what_is_no_day_is_refused_with_an_example(self, day: str, sample: Path) -> None:
        ran = leverage("brief", "--day", day, "--warehouse", sample)
        assert ran.status == WRONG_USE
        assert "2026-01-31" in ran.err
