"""One pipeline at a time: the second is told who holds it, and a holder that died holds nothing."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import warehouse.lock
from warehouse.errors import WarehouseError, WarehouseLocked
from warehouse.lock import pipeline_lock

HOLDER = """
import sys
from pathlib import Path
from warehouse.lock import pipeline_lock
with pipeline_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """A process of its own that holds the lock until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "pipeline.lock")],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait(30)
    process.stdin.close()
    process.stdout.close()


def test_the_second_is_refused_in_one_line_with_the_holders_pid(holder, tmp_path):
    with pytest.raises(WarehouseLocked) as raised, pipeline_lock(tmp_path / "pipeline.lock"):
        pytest.fail("two held it")
    said = str(raised.value)
    assert f"process {holder.pid}, since " in said
    assert str(tmp_path) in said
    assert "\n" not in said


def test_a_holder_that_is_killed_holds_it_no_more(holder, tmp_path):
    holder.send_signal(signal.SIGKILL)
    holder.wait(30)
    with pipeline_lock(tmp_path / "pipeline.lock"):
        pass


def test_a_holder_that_ends_holds_it_no_more(holder, tmp_path):
    holder.stdin.close()
    assert holder.wait(30) == 0
    with pipeline_lock(tmp_path / "pipeline.lock"):
        pass


def test_who_waits_gets_it_as_soon_as_it_is_free(tmp_path, monkeypatch):
    monkeypatch.setattr(warehouse.lock, "POLL_SECONDS", 0.001)
    path = tmp_path / "pipeline.lock"
    held, got = threading.Event(), threading.Event()

    def second() -> None:
        held.wait(10)
        with pipeline_lock(path, wait=10):
            got.set()

    waiting = threading.Thread(target=second)
    waiting.start()
    with pipeline_lock(path):
        held.set()
        assert not got.wait(0.05)
    waiting.join(10)
    assert got.is_set()


def test_a_block_that_fails_frees_it(tmp_path):
    path = tmp_path / "not" / "there" / "pipeline.lock"
    with pytest.raises(ZeroDivisionError), pipeline_lock(path):
        raise ZeroDivisionError
    with pipeline_lock(path):
        assert f'"pid": {os.getpid()}' in path.read_text()
    assert path.read_text() == ""


def test_a_holder_that_has_not_yet_said_who_it_is_is_another_pipeline(tmp_path):
    path = tmp_path / "pipeline.lock"
    with pipeline_lock(path):
        path.write_text("")
        with pytest.raises(WarehouseLocked, match="another pipeline is writing to"), pipeline_lock(path):
            pytest.fail("two held it")


@pytest.mark.parametrize("content", ["", "[]", "5", "{}", '{"pid": 1}', "\x00\x00", "somebody"])
def test_a_lock_file_that_says_nothing_of_its_holder_locks_as_well(holder, tmp_path, content):
    (tmp_path / "pipeline.lock").write_text(content)
    with pytest.raises(WarehouseLocked, match="another pipeline is writing"), pipeline_lock(tmp_path / "pipeline.lock"):
        pytest.fail("two held it")


def test_a_lock_file_that_cannot_be_opened_is_named(tmp_path):
    (tmp_path / "pipeline.lock").mkdir()
    with (
        pytest.raises(WarehouseError, match=r"cannot write to .*pipeline\.lock: Is a directory"),
        pipeline_lock(tmp_path / "pipeline.lock"),
    ):
        pytest.fail("opened")
