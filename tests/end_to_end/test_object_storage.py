"""A warehouse in an S3 bucket: runs on two machines make what a local warehouse holds, also after kill -9."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from ingest.landing import NAME
from tests.object_storage import SECRET, Store
from tests.pipelines import SAMPLE_FIRST, SAMPLE_NEXT, SAMPLE_NOW, differing, forked, leverage, published
from warehouse.storage.address import directory_name
from warehouse.storage.objects import Objects

PATIENCE = 300.0
WHOLE_PULLS = {"coinmetrics_network"}  # each pull is the whole series


@pytest.fixture(scope="module")
def bucket(store: Store, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, str]]:
    """The address of a warehouse that one machine has published to, and the variables of that machine."""
    address, variables = store.bucket(), store.machine(tmp_path_factory.mktemp("one"))
    ran = leverage("run", "--warehouse", address, "--from", SAMPLE_FIRST, "--now", SAMPLE_NOW, extra=variables)
    assert ran.status == 0, ran.said
    assert f"published {address}" in ran.err
    assert SECRET not in ran.said
    return address, variables


@pytest.fixture
def objects(bucket: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Objects:
    for name, value in bucket[1].items():
        monkeypatch.setenv(name, value)
    return Objects(bucket[0])


def working(variables: dict[str, str], address: str) -> Path:
    return Path(variables["LEVERAGE_WORKING_DIRECTORY"], directory_name(address))


def pointer(objects: Objects) -> str:
    found = objects.get("published.json")
    assert found is not None
    return str(json.loads(found.content)["release"])


@pytest.mark.slow(minutes=4)
@pytest.mark.proof
class TestTwoMachines:
    def test_the_first_publishes_what_a_local_warehouse_does(self, bucket, sample: Path) -> None:
        address, variables = bucket
        assert differing(published(working(variables, address)), published(sample)) == []

    def test_the_second_takes_over_from_the_store_alone(
        self, bucket, store: Store, objects: Objects, day_added: tuple[Path, list[dict]], tmp_path: Path
    ) -> None:
        address, other = bucket[0], store.machine(tmp_path)
        before = objects.names("landing")
        killed_between_upload_and_pointer(address, other, objects, tmp_path)
        ran = leverage("run", "--warehouse", address, "--now", SAMPLE_NEXT, extra=other)
        assert ran.status == 0, ran.said
        assert "damage" not in ran.err
        assert differing(published(working(other, address)), published(day_added[0])) == []
        new = set(objects.names("landing")) - set(before)
        assert new
        for name in new:
            _, feed, file = name.split("/")
            found = NAME.fullmatch(file)
            assert found
            last = found["window"].split("_")[1]
            assert last >= "20260128" or feed in WHOLE_PULLS, f"{name} was fetched again"
        first = leverage("sql", "--warehouse", address, "SELECT max(day) AS last FROM regimes_daily", extra=bucket[1])
        assert first.out.split() == ["last", "2026-01-28"], first.said
        again = leverage("run", "--warehouse", address, "--now", SAMPLE_NEXT, extra=bucket[1])
        assert again.status == 0, again.said
        assert "nothing new: the release of 2026-01-28 is current" in again.err
        assert SECRET not in ran.said + again.said


def killed_between_upload_and_pointer(
    address: str, variables: dict[str, str], objects: Objects, tmp_path: Path
) -> None:
    """kill -9 of a run as it begins to upload its release: the one before stays published."""
    old = pointer(objects)
    said = {"out": tmp_path / "killed.out", "err": tmp_path / "killed.err"}
    process = forked("run", "--warehouse", address, "--now", SAMPLE_NEXT, **said, extra=variables)
    deadline = time.monotonic() + PATIENCE
    while {name.split("/")[1] for name in objects.names("releases")} == {old}:
        assert process.exitcode is None, said["err"].read_text()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert process.pid
    children = psutil.Process(process.pid).children(recursive=True)
    os.kill(process.pid, signal.SIGKILL)
    for child in children:
        child.kill()
    process.join()
    assert pointer(objects) == old
    reading = leverage("sql", "--warehouse", address, "SELECT max(day) AS last FROM regimes_daily", extra=variables)
    assert reading.out.split() == ["last", "2026-01-27"], reading.said
