"""One archive: verified by its published sum, absent or damaged told apart, unzipped."""

import hashlib
import io
import zipfile

import pytest
from werkzeug import Response

from ingest.archives.archive import Archive, fetch_archive, only_member
from ingest.errors import ArchiveAbsent, ArchiveDamaged, VenueFailing
from tests.ingest.scripted_venues import days, zipped

URL = "https://files.example/a/BTC-2026-01-01.zip"
BODY = zipped("1,2\n")
SUM = hashlib.sha256(BODY).hexdigest()


def test_an_archive_comes_with_the_sum_it_was_verified_by(relay):
    relay.answers(f"{URL}.CHECKSUM", f"{SUM}  BTC-2026-01-01.zip\n")
    relay.answers(URL, Response(BODY))
    assert relay.session.verified(URL) == (BODY, SUM)


def test_a_sum_in_capitals_is_the_same_sum(relay):
    relay.answers(f"{URL}.CHECKSUM", f"{SUM.upper()}  BTC-2026-01-01.zip\n")
    relay.answers(URL, Response(BODY))
    assert relay.session.verified(URL) == (BODY, SUM)


def test_a_download_that_differs_from_its_sum_is_repeated(relay):
    relay.answers(f"{URL}.CHECKSUM", SUM)
    relay.answers(URL, Response(BODY[:-1]), Response(BODY))
    assert relay.session.verified(URL)[0] == BODY
    assert relay.session.traffic.retries == 1


def test_an_archive_that_never_matches_its_sum_is_damaged(relay):
    relay.answers(f"{URL}.CHECKSUM", SUM)
    relay.answers(URL, Response(b"other"))
    with pytest.raises(ArchiveDamaged, match=r"does not match .* \(files.example/a/BTC-2026-01-01.zip\)"):
        relay.session.verified(URL)


def test_a_page_in_place_of_the_checksum_is_retried_and_then_reported(relay):
    relay.answers(f"{URL}.CHECKSUM", "<html>maintenance</html>")
    with pytest.raises(VenueFailing, match="malformed checksum '<html>"):
        relay.session.verified(URL)


@pytest.mark.parametrize("there", [[], [f"{URL}.CHECKSUM"]], ids=["neither", "checksum-only"])
def test_an_archive_that_is_not_found_is_absent_and_asked_for_once(relay, there):
    for url in there:
        relay.answers(url, SUM)
    for url in {URL, f"{URL}.CHECKSUM"} - set(there):
        relay.answers(url, Response("<Error><Code>NoSuchKey</Code></Error>", status=404))
    with pytest.raises(ArchiveAbsent):
        relay.session.verified(URL)
    assert relay.pauses == []


def test_an_archive_without_a_published_checksum_is_taken_unverified(relay):
    relay.answers(f"{URL}.CHECKSUM", Response("<Error><Code>NoSuchKey</Code></Error>", status=404))
    relay.answers(URL, Response(BODY))
    assert relay.session.verified(URL) == (BODY, None)
    fetched = fetch_archive(relay.session, Archive(URL, "BTC", days("2026-01-01", "2026-01-01")))
    assert (fetched.text, fetched.sha256, fetched.is_verified) == (b"1,2\n", hashlib.sha256(BODY).hexdigest(), False)


def test_only_an_archive_can_be_absent(relay):
    relay.answers(URL, Response(status=404))
    with pytest.raises(ArchiveAbsent):
        relay.session.download(URL)


# --- what is in them


def test_an_archive_holds_one_file():
    assert only_member(BODY, URL) == b"1,2\n"
    several = io.BytesIO()
    with zipfile.ZipFile(several, "w") as archive:
        archive.writestr("a", "")
        archive.writestr("b", "")
    with pytest.raises(ArchiveDamaged, match="holds 2 files"):
        only_member(several.getvalue(), URL)


def broken_deflate() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", "1,2\n" * 100)
    body = bytearray(held.getvalue())
    body[31:40] = b"\xff" * 9  # right behind the local header: the compressed data itself
    return bytes(body)


def encrypted() -> bytes:
    body = bytearray(BODY)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.index(signature) + flags] |= 1
    return bytes(body)


@pytest.mark.parametrize(
    "body", [b"", b"<html></html>", BODY[:-10], broken_deflate(), encrypted()],
    ids=["empty", "html", "cut", "broken-deflate", "encrypted"],
)  # fmt: skip
def test_what_does_not_unzip_is_damaged(body):
    with pytest.raises(ArchiveDamaged, match="does not unzip"):
        only_member(body, URL)


def test_an_archive_that_holds_more_than_any_real_one_is_damaged(monkeypatch):
    monkeypatch.setattr("ingest.archives.archive.LARGEST", 10)
    assert only_member(zipped("0123456789"), "x.zip") == b"0123456789"
    with pytest.raises(ArchiveDamaged, match=r"x.zip holds more than 0 MiB"):
        only_member(zipped("01234567890"), "x.zip")
