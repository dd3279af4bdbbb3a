"""Every generic test of the dbt project lets good rows pass and fails on each kind of bad row.

The project's macros and generic tests run in a throw-away project over literal rows, in one dbt invocation.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from orchestration.dbt_project import DBT_PROJECT
from tests.pipelines import dbt

COLUMNS = ("asset", "day", "long_usd", "short_usd")
TYPES = ("varchar", "date", "double", "double")

Row = tuple[str | None, str | None, float | str | None, float | None]

CALENDAR = """
select 'BTC' as asset, date '2025-12-31' as day, false as is_in_window
union all select 'BTC', date '2026-01-01', true
union all select 'BTC', date '2026-01-02', true
"""
HOURS = "select asset, cast(day as timestamp) as hour_at, is_in_window from {{ ref('int_calendar') }}"
FIRST: Row = ("BTC", "2026-01-01", 300.0, 100.0)
SECOND: Row = ("BTC", "2026-01-02", 0.0, None)
PARTS: list[Row] = [
    ("BTC", "2026-01-01", 200.0, 40.0),
    ("BTC", "2026-01-01", 100.0, 60.0),
    ("BTC", "2026-01-02", 0.0, None),
    ("BTC", "2026-01-02", 0.0, 5.0),
    ("BTC", "2026-01-02", -1.0, 5.0),  # not among those that count
]

ARGUMENTS: dict[str, dict[str, Any]] = {
    "unique_grain": {"key": ["asset", "day"]},
    "holds": {"conditions": {"long_is_not_negative": "long_usd >= 0", "short_is_small": "short_usd < 1000"}},
    "covers_calendar": {},
    "covers_hours": {},
    "lies_in_calendar": {},
    "exists_in": {"to": "ref('parts')", "columns": ["asset", "day"]},
    "plausible": {"shape": "fund_flows", "key": ["asset", "day"], "table_name": "rows"},
    "ordinary": {
        "expected": {"long is negative": {"holds": "long_usd >= 0", "value": "long_usd"}},
        "key": ["asset", "day"],
        "table_name": "rows",
    },
    "sums_of": {"parts": "ref('parts')", "columns": ["long_usd", "short_usd"], "among": "long_usd >= 0"},
}

WARNING = ("plausible", "ordinary")


@dataclass(frozen=True)
class Case:
    test: str
    name: str
    passes: bool
    rows: list[Row] = field(default_factory=list)

    @property
    def model(self) -> str:
        return f"{self.test}__{self.name}"


CASES = [
    *(Case(test, "good_rows", True, [FIRST, SECOND]) for test in ARGUMENTS),
    Case("unique_grain", "key_twice", False, [FIRST, SECOND, ("BTC", "2026-01-02", 7.0, 7.0)]),
    Case("unique_grain", "null_in_key", False, [FIRST, (None, "2026-01-02", 1.0, 1.0)]),
    Case("unique_grain", "another_asset_on_the_same_day", True, [FIRST, ("ETH", "2026-01-01", 1.0, 1.0)]),
    Case("holds", "first_condition_broken", False, [FIRST, ("BTC", "2026-01-02", -1.0, 1.0)]),
    Case("holds", "second_condition_broken", False, [FIRST, ("BTC", "2026-01-02", 1.0, 1000.0)]),
    Case("holds", "one_broken_while_the_other_is_null", False, [("BTC", "2026-01-02", None, 1000.0)]),
    Case("holds", "unknown_values", True, [("BTC", "2026-01-02", None, None)]),
    Case("plausible", "not_a_number", False, [FIRST, ("BTC", "2026-01-02", "nan", 1.0)]),
    Case("plausible", "unknown_value", False, [FIRST, ("BTC", "2026-01-02", None, 1.0)]),
    Case("ordinary", "expectation_broken", False, [FIRST, ("BTC", "2026-01-02", -1.0, 1.0)]),
    Case("ordinary", "unknown_value", True, [FIRST, ("BTC", "2026-01-02", None, 1.0)]),
    Case("covers_calendar", "day_missing", False, [FIRST]),
    Case("covers_calendar", "day_twice", False, [FIRST, SECOND, SECOND]),
    Case("covers_calendar", "day_after_the_window", False, [FIRST, SECOND, ("BTC", "2026-01-03", 1.0, 1.0)]),
    Case("covers_calendar", "day_before_the_window", False, [FIRST, SECOND, ("BTC", "2025-12-31", 1.0, 1.0)]),
    Case("covers_calendar", "asset_of_no_calendar", False, [FIRST, SECOND, ("DOGE", "2026-01-01", 1.0, 1.0)]),
    Case("covers_hours", "hour_missing", False, [FIRST]),
    Case("covers_hours", "hour_twice", False, [FIRST, SECOND, SECOND]),
    Case("covers_hours", "hour_before_the_window", False, [FIRST, SECOND, ("BTC", "2025-12-31", 1.0, 1.0)]),
    Case("exists_in", "some_days_only", True, [FIRST]),
    Case("exists_in", "stranger", False, [FIRST, ("DOGE", "2026-01-01", 1.0, 1.0)]),
    Case("lies_in_calendar", "some_days_only", True, [FIRST]),
    Case("lies_in_calendar", "day_before_the_window", False, [("BTC", "2025-12-31", 1.0, 1.0)]),
    Case("lies_in_calendar", "asset_of_no_calendar", False, [("DOGE", "2026-01-01", 1.0, 1.0)]),
    Case("exists_in", "null", False, [("BTC", None, 1.0, 1.0)]),
    Case("sums_of", "off_by_rounding", True, [("BTC", "2026-01-01", 300.00000001, 100.0), SECOND]),
    Case("sums_of", "off_by_more", False, [("BTC", "2026-01-01", 300.001, 100.0), SECOND]),
    Case("sums_of", "second_column_off", False, [("BTC", "2026-01-01", 300.0, 99.0), SECOND]),
    Case("sums_of", "known_while_a_part_is_not", False, [FIRST, ("BTC", "2026-01-02", 0.0, 5.0)]),
    Case("sums_of", "unknown_while_every_part_is_known", False, [("BTC", "2026-01-01", None, 100.0)]),
    Case("sums_of", "known_without_any_part", False, [("BTC", "2026-01-03", 1.0, 1.0)]),
]


def select_of(rows: list[Row]) -> str:
    """A query of the rows, typed whatever nulls are among them; a column has the name of a shape's."""

    def literal(value: object, sql_type: str) -> str:
        text = "null" if value is None else f"'{value}'"
        return f"cast({text} as {sql_type})"

    names = ", ".join(COLUMNS)
    values = (", ".join(literal(v, t) for v, t in zip(row, TYPES, strict=True)) for row in rows)
    listed = ", ".join(f"({v})" for v in values)
    return f"select *, day as hour_at, long_usd as fund_netflow_usd from (values {listed}) as literal_rows ({names})"


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Status of each case's test, by model name."""
    project = tmp_path_factory.mktemp("generic_tests")
    (project / "models").mkdir()
    # JSON is YAML, and dbt reads it as such
    (project / "dbt_project.yml").write_text(
        json.dumps(
            {
                "name": "generic_tests",
                "config-version": 2,
                "profile": "generic_tests",
                "macro-paths": [str(DBT_PROJECT / "macros"), str(DBT_PROJECT / "tests" / "generic")],
                "vars": {"as_of": None},
                "flags": {
                    "send_anonymous_usage_stats": False,
                    "require_generic_test_arguments_property": True,
                },
            }
        )
    )
    output = {"type": "duckdb", "path": str(project / "rows.duckdb"), "threads": 2}
    (project / "profiles.yml").write_text(json.dumps({"generic_tests": {"target": "dev", "outputs": {"dev": output}}}))
    (project / "models" / "int_calendar.sql").write_text(CALENDAR)
    (project / "models" / "int_hours.sql").write_text(HOURS)
    (project / "models" / "parts.sql").write_text(select_of(PARTS))
    declared = []
    for case in CASES:
        (project / "models" / f"{case.model}.sql").write_text(select_of(case.rows))
        arguments = {"arguments": given} if (given := ARGUMENTS[case.test]) else {}
        test = {case.test: {"name": f"test_{case.model}", **arguments}}
        declared.append({"name": case.model, "data_tests": [test]})
    (project / "models" / "models.yml").write_text(json.dumps({"models": declared}))

    target = project / "target"
    finished = dbt("build", "--quiet", "--target-path", target, "--log-path", target, project=project)
    results = target / "run_results.json"
    assert results.exists(), finished.said
    statuses = {}
    for result in json.loads(results.read_text())["results"]:
        kind, _, name, *_ = result["unique_id"].split(".")
        if kind == "test":
            statuses[name.removeprefix("test_")] = result["status"]
        else:
            assert result["status"] == "success", result["message"]
    return statuses


def test_every_generic_test_of_the_project_is_tried() -> None:
    assert {path.stem for path in (DBT_PROJECT / "tests" / "generic").glob("*.sql")} == set(ARGUMENTS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.model)
def test_generic_test_passes_good_rows_and_fails_bad_ones(case: Case, outcomes: dict[str, str]) -> None:
    refused = "warn" if case.test in WARNING else "fail"
    assert outcomes[case.model] == ("pass" if case.passes else refused)
