"""The progress of a run: a description of each step when it begins."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from orchestration.definitions import build_definitions
from orchestration.internals.step_events import on_step_start
from orchestration.resources import Pipeline
from orchestration.run_progress import STEP_DESCRIPTIONS, describe_step
from warehouse.settings import Settings


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("binance__binance_um_klines", "fetching binance_um_klines"),
        ("tape__tape_coverage", "tape coverage"),
        ("dbt_models", "building and testing the tables"),
    ],
)
def test_a_step_is_said_in_words(step: str, words: str) -> None:
    assert describe_step(step, {"binance_um_klines"}) == words


def test_every_step_that_has_words_of_its_own_is_one_of_the_daily_job(tmp_path: Path) -> None:
    definitions = build_definitions(Pipeline.from_settings(Settings(market="sample", warehouse=tmp_path)))
    assert set(STEP_DESCRIPTIONS) <= {node.name for node in definitions.resolve_job_def("daily").graph.nodes}


def test_a_step_is_heard_of_before_it_has_ended() -> None:
    said: list[str] = []

    @dg.op
    def first() -> None:
        assert said == ["first"]
        said.append("first is done")

    @dg.op(ins={"after": dg.In(dg.Nothing)})
    def second() -> None: ...

    @dg.job
    def both() -> None:
        second(after=first())

    with dg.instance_for_test() as instance:
        on_step_start(instance, "7a6d1f0e-0000-4000-8000-000000000000", said.append)
        both.execute_in_process(instance=instance, run_id="7a6d1f0e-0000-4000-8000-000000000000")
    assert said == ["first", "first is done", "second"]
