"""`--warehouse s3://...`: what is wrong with the address or the store is one line, and holds no secret."""

from __future__ import annotations

from pathlib import Path

from tests.object_storage import KEY, SECRET
from tests.pipelines import leverage


def refused(status: int, *arguments: str, extra: dict[str, str]) -> str:
    ran = leverage(*arguments, extra=extra)
    assert ran.status == status, ran.said
    assert ran.out == ""
    assert SECRET not in ran.err
    assert KEY not in ran.err
    return " ".join(ran.err.split())


def test_credentials_in_the_address_are_refused(store, tmp_path: Path):
    said = refused(2, "status", "--warehouse", f"s3://{KEY}:{SECRET}@prices/x", extra=store.machine(tmp_path))
    assert said == (
        "error the s3:// address of the warehouse must hold no credentials or options; give it as s3://bucket/prefix,"
        " and set credentials in the environment, such as AWS_ACCESS_KEY_ID"
    )


def test_a_bucket_that_is_not_there_and_an_empty_one(store, tmp_path: Path):
    machine = store.machine(tmp_path)
    assert refused(1, "run", "--warehouse", "s3://nowhere/x", extra=machine) == (
        "error cannot use s3://nowhere/x: there is no bucket nowhere; create it, or correct --warehouse"
    )
    address = store.bucket()
    assert refused(1, "status", extra=machine | {"LEVERAGE_WAREHOUSE": address}) == (
        f"error nothing is published in {address} yet; run: leverage run, with the same options"
    )
