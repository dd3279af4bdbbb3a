"""A release that is not as it was published is moved aside, and nobody can write to one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.small_warehouse import FIRST, LAST, NOW, RUN, make_marts
from warehouse.damage import noted
from warehouse.errors import WarehouseError
from warehouse.publishing.checksums import damage_of
from warehouse.publishing.latest_json import latest_document
from warehouse.publishing.release import Release, mend, publish
from warehouse.reading import open_release, read_latest

HOLD = """
import duckdb, os, sys
os.chmod(sys.argv[1], 0o644)
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
if sys.stdin.readline():
    connection.execute("UPDATE regimes_daily SET regime = 'other'")
    os._exit(0)
"""


@pytest.fixture
def published(connection, warehouse):
    """Publish a release of a number of days; returns its folder."""

    def publish_days(days: int):
        make_marts(connection, *(("BTC", FIRST + timedelta(days=n), "calm", 1.0) for n in range(days)))
        latest = latest_document(connection, RUN, market="live", simulated=False, inputs=str(days))
        files = {"brief.html": f"<p>{days}"}
        return publish(
            connection, warehouse, Release(("regimes_daily",), {"market": "live"}, latest, False, files=files), NOW
        )

    return publish_days


FILES = ["latest.json", "leverage.duckdb", "parquet/regimes_daily.parquet", "brief.html", "SHA256SUMS"]
DAMAGE = {
    "flipped": lambda path: path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:]),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-10]),
    "empty": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
}


def cut(path) -> None:
    path.chmod(0o644)
    DAMAGE["cut"](path)


def test_every_damage_to_any_file_is_noticed(published, tmp_path):
    folder = published(1)
    for file in FILES:
        for name, damage in DAMAGE.items():
            if (file, name) == ("SHA256SUMS", "gone"):
                continue  # a release of an earlier version has none
            copy = shutil.copytree(folder, tmp_path / f"{name} {Path(file).name}")
            assert damage_of(copy) is None
            (copy / file).chmod(0o644)
            damage(copy / file)
            assert damage_of(copy), (file, name)
    (folder / "added.html").touch()
    assert damage_of(folder) == "was changed: added.html was not published with it"


def test_the_release_before_takes_over_from_one_that_is_damaged(published, warehouse):
    before, newest = published(1), published(2)
    cut(newest / "parquet/regimes_daily.parquet")
    mend(warehouse)
    assert warehouse.published.resolve() == before
    assert read_latest(warehouse)["inputs"] == "1"
    (line,) = noted(warehouse.root)
    assert line.startswith(f"releases/{newest.name} is damaged: parquet/regimes_daily.parquet does not match")
    assert line.endswith("published anew")
    assert not newest.exists()
    assert (next((warehouse.root / "damaged").glob("*/releases")) / newest.name).is_dir()


def test_a_release_as_it_was_published_stays(published, warehouse):
    folder = published(1)
    mend(warehouse)
    assert warehouse.published.resolve() == folder
    assert noted(warehouse.root) == []


@pytest.mark.parametrize("lost", ["target", "its folder", "link", "link is a folder"])
def test_what_published_names_or_is_may_be_lost(published, warehouse, lost):
    folder = published(1)
    if lost == "target":
        shutil.rmtree(folder)
    elif lost == "its folder":
        shutil.rmtree(warehouse.releases)
    else:
        warehouse.published.unlink()
        if lost == "link is a folder":
            shutil.copytree(folder, warehouse.published)
    mend(warehouse)
    assert len(noted(warehouse.root)) == 1
    again = published(2)
    assert warehouse.published.is_symlink()
    assert warehouse.published.resolve() == again
    assert read_latest(warehouse)["inputs"] == "2"


def test_a_link_that_is_gone_is_made_again(published, warehouse):
    published(1)
    newest = published(2)
    warehouse.published.unlink()
    mend(warehouse)
    assert warehouse.published.resolve() == newest


def test_without_another_release_nothing_is_published_until_the_next_run(published, warehouse):
    folder = published(1)
    cut(folder / "latest.json")
    mend(warehouse)
    assert read_latest(warehouse) is None


def test_the_files_of_a_release_may_not_be_written_by_anybody(published, warehouse):
    folder = published(1)
    for path in folder.rglob("*"):
        assert path.is_dir() or path.stat().st_mode & 0o222 == 0, path
    if os.geteuid():  # root may write everywhere
        with pytest.raises(duckdb.IOException, match="Permission denied"):
            duckdb.connect(folder / "leverage.duckdb")


def test_a_release_that_somebody_holds_for_writing_is_read_nevertheless(published, warehouse):
    folder = published(2)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder / "leverage.duckdb")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout.readline() == b"open\n"
    try:
        with pytest.raises(duckdb.IOException, match="lock"):
            duckdb.connect(folder / "leverage.duckdb", read_only=True)
        mend(warehouse)
        with open_release(warehouse) as opened:
            assert opened.select("SELECT max(day) FROM regimes_daily").item() == FIRST + timedelta(days=1) < LAST
        assert noted(warehouse.root) == []
    finally:
        holder.communicate(b"write\n", timeout=60)
    mend(warehouse)
    assert noted(warehouse.root)[0].startswith(f"releases/{folder.name} was changed: leverage.duckdb.wal was not")


def test_damage_that_shows_in_a_query_says_what_to_do(published, warehouse):
    path = published(3) / "leverage.duckdb"
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    place = content.rindex(b"calm")
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(WarehouseError, match=r"leverage.duckdb.*run: leverage run"), open_release(warehouse) as opened:
        opened.select("SELECT regime, confidence FROM regimes_daily")


@pytest.mark.parametrize("content", ["{}", "[]", "null", '"text"'])
def test_a_document_that_says_nothing_is_named(published, warehouse, content):
    path = published(1) / "latest.json"
    path.chmod(0o644)
    path.write_text(content)
    with pytest.raises(WarehouseError, match=r"latest\.json is damaged.*run: leverage run"):
        read_latest(warehouse)
