"""The write-ahead file: what was synced is read back whole, what a crash or a full disk cuts is found and said."""

from __future__ import annotations

import asyncio
import errno
import os
from datetime import timedelta

import pytest

from record import wal
from record.ledger import Entry
from record.wal import Message, Reading, WriteAhead, sealed_files
from tests.record.turned_clock import NOON


def message(number: int, text: str = "") -> Message:
    return Message("okx", NOON + timedelta(microseconds=number), text or f"frame {number}")


def read(path):
    reading = Reading(path)
    return list(reading), reading.torn


def test_what_was_synced_is_read_back_as_it_came(tmp_path):
    file = WriteAhead(tmp_path, "run")
    odd = message(2, 'two\nlines, "quotes", €, \udc80')
    entry = Entry("okx", "okx", "recorded", NOON, NOON + timedelta(seconds=1), 3, "detail")
    file.append(message(1))
    file.append(odd)
    file.note(entry)
    asyncio.run(file.sync())
    assert read(file.path) == ([message(1), odd, entry], 0)
    assert wal.recorder_of(file.path) == "run"


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_line_that_a_crash_cut_is_counted_and_the_others_stand(tmp_path, cut):
    file = WriteAhead(tmp_path, "run")
    for i in range(3):
        file.append(message(i))
    asyncio.run(file.sync())
    os.truncate(file.path, file.path.stat().st_size - cut)
    assert read(file.path) == ([message(0), message(1)], 1)


def test_a_line_whose_bytes_differ_from_its_checksum_is_torn(tmp_path):
    file = WriteAhead(tmp_path, "run")
    file.append(message(1))
    asyncio.run(file.sync())
    file.path.write_bytes(file.path.read_bytes().replace(b"frame 1", b"frame 7"))
    assert read(file.path) == ([], 1)


@pytest.mark.parametrize("broken", ["write", "fdatasync"])
def test_what_a_full_disk_did_not_take_is_written_once_there_is_room(tmp_path, monkeypatch, broken):
    file = WriteAhead(tmp_path, "run")
    file.append(message(1))
    asyncio.run(file.sync())
    file.append(message(2))
    real = os.write

    def full(descriptor, *data):
        if data:
            real(descriptor, data[0][:7])  # a disk that fills up takes a part first
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, broken, full)
        with pytest.raises(OSError, match="No space left"):
            asyncio.run(file.sync())
        assert read(file.path) == ([message(1)], 0)
    file.append(message(3))
    asyncio.run(file.sync())
    assert read(file.path) == ([message(1), message(2), message(3)], 0)


def test_memory_is_bounded_while_the_disk_takes_nothing_and_the_ledger_still_finds_room(tmp_path, monkeypatch):
    monkeypatch.setattr(wal, "WAITING_BYTES", 1000)
    file = WriteAhead(tmp_path, "run")
    kept = [file.append(message(i)) for i in range(100)]
    assert kept.index(False) < 30
    assert not any(kept[kept.index(False) :])
    file.note(Entry("okx", "okx", "lost", NOON, NOON, kept.count(False)))
    asyncio.run(file.sync())
    lines, _ = read(file.path)
    assert lines[:-1] == [message(i) for i in range(kept.index(False))]
    assert isinstance(lines[-1], Entry)
    assert file.append(message(101))


def test_files_stay_small_however_much_waits(tmp_path, monkeypatch):
    monkeypatch.setattr(wal, "FILE_BYTES", 500)
    file = WriteAhead(tmp_path, "run")
    for i in range(100):
        file.append(message(i))
    asyncio.run(file.sync())
    file.close()
    files = sealed_files(tmp_path, but=None)
    assert all(path.stat().st_size < 600 for path in files)
    assert [line for path in files for line in Reading(path)] == [message(i) for i in range(100)]


def test_a_folder_that_takes_no_new_file_leaves_the_old_one_in_use(tmp_path, monkeypatch):
    file = WriteAhead(tmp_path, "run")
    file.append(message(1))
    asyncio.run(file.sync())
    before = file.path
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", lambda *_: (_ for _ in ()).throw(PermissionError(errno.EACCES, "denied")))
        with pytest.raises(PermissionError):
            file.rotate()
    file.append(message(2))
    asyncio.run(file.sync())
    assert (file.path, read(before)[0]) == (before, [message(1), message(2)])


def test_an_empty_file_is_not_rotated_and_not_left_behind(tmp_path):
    file = WriteAhead(tmp_path, "run")
    assert file.rotate() is None
    file.close()
    assert sealed_files(tmp_path, but=None) == []
