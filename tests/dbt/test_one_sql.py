"""Models, macros and data tests hold SQL that DuckDB and Spark both take, with the same meaning."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from orchestration.dbt_project import DBT_PROJECT
from tests.dbt.one_sql import differences, stubs
from tests.pipelines import dbt


@pytest.mark.slow
def test_no_model_and_no_data_test_holds_sql_of_one_engine_alone(tmp_path: Path) -> None:
    project, target = tmp_path / "project", tmp_path / "target"
    shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    engine = project / "macros" / "engine.sql"
    engine.write_text(stubs(engine.read_text()))
    compiled = dbt(
        "compile", "--quiet", "--target-path", target, "--log-path", target,
        project=project, database=tmp_path / "build.duckdb",
    )  # fmt: skip
    assert compiled.status == 0, compiled.said
    nodes = json.loads((target / "manifest.json").read_text())["nodes"].values()
    found = {
        node["name"]: differs
        for node in nodes
        if node["resource_type"] in ("model", "test") and (differs := differences(node["compiled_code"]))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("sql", "advice"),
    [
        ('select "interval" from t', "quoted('interval')"),
        ('select t."interval" from t', "quoted('interval')"),
        ("select a from t qualify row_number() over (order by day) = 1", "in a subquery"),
        ("select cast(a as varchar) as a from t", "type varchar: write one of"),
        ("select cast(a as timestamptz) as a from t", "type timestamptz"),
        ("select a::date as a from t", "cast(x as type)"),
        ("select unnest(generate_series(1, 3)) as a", "each_of"),
        ("select epoch(a) as a from t", "seconds_of"),
        ("select median(a) as a from t", "median_of"),
        ("select string_agg(a, ', ') as a from t", "sorted_list"),
        ("select last_value(a ignore nulls) over (order by day) as a from t", "last_known"),
        ("select arg_min(a, b) as a from t", "min_by"),
        ("select list_sort(a) as a from t", "list_sort: not known to be the same function"),
        ("select [a, b] as a from t", "brackets of a list"),
        ("select date_trunc('hour', a) as a from t", "start_of_hour"),
        ("select 24.0 as hours from t", "24.0 is a decimal: write 24e0"),
        ("select 1.0 / count(*) as share from t", "write 1e0"),
        (
            "select sum(a) over (order by day range between interval '3' day preceding and current row) as a from t",
            "day_number()",
        ),
        ("select row_number() over (partition by a order by close) as a from t", "nulls last"),
    ],
)
def test_what_one_engine_does_in_its_own_way_is_refused_with_what_to_write(sql: str, advice: str) -> None:
    assert any(advice in difference for difference in differences(sql)), differences(sql)


@pytest.mark.parametrize(
    "sql",
    [
        'select a from "build"."raw"."binance_um_klines" as t',
        "select engine_quoted(interval) as bar_interval from t where engine_quoted(interval) = '1d'",
        "select cast(24 as double) as hours, 24e0 as others, cast(0.95 as double) as share from t",
        "select cast(date_trunc('hour', a - interval '1' microsecond) as timestamp) as a from t",
        "select row_number() over (partition by a order by case when b then 1 else 2 end, close desc, day) as a from t",
        "select sum(a) over (order by engine_day_number(day) range between 29 preceding and current row) as a from t",
    ],
)
def test_what_both_engines_take_is_not_refused(sql: str) -> None:
    assert differences(sql) == []


def test_a_macro_of_the_engines_becomes_a_call_of_its_name() -> None:
    made = stubs(
        "{% macro each_of(first, last, step=none) -%} x {%- endmacro %}\n{% macro spark__y() -%} {%- endmacro %}"
    )
    assert made.startswith("{% macro each_of(first, last, step=none) -%} engine_each_of(")
    assert "spark__" not in made
