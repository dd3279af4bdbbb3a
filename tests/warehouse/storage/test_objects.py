"""Puts on conditions, and failures that are one line, say what to do, and hold no secret."""

import pytest

from tests.object_storage import KEY, SECRET
from warehouse.storage.objects import NotReplaced, Objects, StorageError


def refusal(address: str) -> str:
    """What reading from the address fails with."""
    said = []
    for attempt in (lambda: Objects(address).names("landing"), lambda: Objects(address).put("a", b"1")):
        with pytest.raises(StorageError) as failed:
            attempt()
        said.append(str(failed.value))
        assert failed.value.__cause__ is None, "not even a traceback has what the library said"
        assert failed.value.__suppress_context__
    assert said[0] == said[1]
    assert not {KEY, SECRET} & set(said[0].replace(":", " ").split())
    assert len(said[0].splitlines()) == 1
    return said[0]


def test_an_object_is_put_once(objects):
    assert objects.put_new("a/b", b"1") is not None
    assert objects.put_new("a/b", b"2") is None
    assert objects.get("a/b").content == b"1"
    assert objects.names("a") == {"a/b": 1}
    assert objects.get("a/c") is None


def test_a_version_is_replaced_once(objects):
    first = objects.replace("pointer", b"1", None)
    assert objects.replace("pointer", b"2", first) != first
    for before in (first, None):
        with pytest.raises(NotReplaced):
            objects.replace("pointer", b"3", before)
    assert objects.get("pointer").content == b"2"


def test_a_put_that_is_sent_again_is_recognised(objects):
    first = objects.replace("pointer", b"1", None)
    second = objects.replace("pointer", b"2", first)
    assert objects.replace("pointer", b"2", first) == second, "the answer to the first attempt was lost"


def test_deleting_what_is_not_there_is_no_error(objects):
    objects.put("a", b"1")
    objects.delete(["a", "b"])
    objects.delete([])
    assert objects.names("") == {}


def test_a_bucket_that_is_not_there(store, address):
    assert refusal("s3://nowhere/a") == (
        "cannot use s3://nowhere/a: there is no bucket nowhere; create it, or correct --warehouse"
    )


def test_no_answer(address, monkeypatch):
    monkeypatch.setattr("warehouse.storage.objects.RETRIES", {"max_retries": 0})
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{KEY}:{SECRET}@127.0.0.1:9")
    assert refusal(address) == (
        f"cannot reach {address} at http://127.0.0.1:9; check the network, and AWS_ENDPOINT_URL"
    )


@pytest.mark.parametrize(
    ("status", "code", "text"),
    [(403, "AccessDenied", "403 Forbidden, AccessDenied"), (403, "InvalidAccessKeyId", "403 Forbidden, Invalid")],
)
def test_no_access(httpserver, address, monkeypatch, status, code, text):
    body = f"<Error><Code>{code}</Code><Message>{SECRET}</Message><AWSAccessKeyId>{KEY}</AWSAccessKeyId></Error>"
    httpserver.expect_request("/denied").respond_with_data(body, status)
    httpserver.expect_request("/denied/one/a").respond_with_data(body, status)
    monkeypatch.setenv("AWS_ENDPOINT_URL", httpserver.url_for("").rstrip("/"))
    said = refusal("s3://denied/one")
    assert said.startswith(f"cannot use s3://denied/one: access is refused ({text}")
    assert "AWS_SECRET_ACCESS_KEY" in said


def test_a_store_that_ignores_conditions_is_found_out(objects, monkeypatch):
    objects.put("warehouse.json", b"{}")
    assert objects.honours_conditions("warehouse.json")
    put = objects._put
    for ignored in (str, dict):
        monkeypatch.setattr(
            objects, "_put", lambda n, c, mode, of=ignored: put(n, c, "overwrite" if isinstance(mode, of) else mode)
        )
        assert not objects.honours_conditions("warehouse.json")
