"""A file is replaced whole or not at all, and a lock is one holder's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest import durable


@pytest.mark.parametrize("lasting", [True, False])
def test_a_file_is_replaced_and_nothing_else_is_left(lasting: bool, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    for content in (b"old", b"new"):
        durable.replace_file(file, content, durable=lasting)
        assert file.read_bytes() == content
    assert list(tmp_path.iterdir()) == [file]


def test_what_the_disk_does_not_take_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        durable.replace_file(file, b"new", durable=True)
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_lock_has_one_holder_until_its_file_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with path.open("a") as first, path.open("a") as second:
        assert durable.try_lock(first)
        assert not durable.try_lock(second)
        first.close()
        assert durable.try_lock(second)
