"""An engine that is not installed is one line with what to do, before anything is fetched."""

from pathlib import Path

import pytest

from orchestration.engines import spark_session
from tests.pipelines import leverage


@pytest.mark.parametrize("engine", ["spark", "sail"])
def test_a_missing_engine_says_how_to_get_it(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_session, "find_spec", lambda name: None)
    with pytest.raises(spark_session.PipelineError, match=f"run: make spark ENGINE={engine}"):
        spark_session.refuse_missing(engine)


def test_spark_without_java_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_session, "find_spec", lambda name: object())
    monkeypatch.setattr(spark_session.shutil, "which", lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(spark_session.PipelineError, match="Spark needs Java"):
        spark_session.refuse_missing("spark")
    monkeypatch.setenv("SPARK_REMOTE", "sc://127.0.0.1:15002")
    spark_session.refuse_missing("spark")


def test_an_engine_of_another_name_is_refused(tmp_path: Path) -> None:
    ran = leverage("run", "--engine", "flink", "--warehouse", tmp_path / "warehouse")
    assert ran.status == 2
    assert "flink" in ran.err
