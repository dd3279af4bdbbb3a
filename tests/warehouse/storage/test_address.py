"""Addresses of warehouses: which are accepted, how they are written, and that credentials are refused and not shown."""

import pytest

from warehouse.location import Warehouse
from warehouse.settings import Settings, warehouse_at
from warehouse.storage.address import BadAddress, directory_name, storage_address

SECRET = "wJalrXUtnFEMI"


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("s3://prices/leverage/", "s3://prices/leverage"),
        ("s3a://prices//leverage", "s3://prices/leverage"),
        ("S3://prices", "s3://prices"),
        ("gs://prices/a/b", "gs://prices/a/b"),
        ("az://container/a", "az://container/a"),
        ("abfss://container@account.dfs.core.windows.net/a", "abfss://container@account.dfs.core.windows.net/a"),
    ],
)
def test_an_address_is_one_however_it_is_written(given, address):
    assert storage_address(given) == address


@pytest.mark.parametrize("given", ["warehouse/data", "/srv/s3:/x", "~/a b", "file:///srv/leverage"])
def test_a_directory_is_no_address(given):
    assert storage_address(given) is None


def test_a_file_address_is_the_directory(tmp_path):
    folder = tmp_path / "a warehouse"
    assert warehouse_at(f"file://{tmp_path}/a%20warehouse") == Warehouse(folder) == warehouse_at(folder)


@pytest.mark.parametrize(
    "given",
    [
        f"s3://AKIDEXAMPLE:{SECRET}@prices/leverage",
        f"s3://{SECRET}@prices",
        f"s3://prices/leverage?secret_access_key={SECRET}",
        f"az://container/a#{SECRET}",
        f"abfss://container:{SECRET}@account.dfs.core.windows.net/a",
        f"https://{SECRET}@bucket.example/prefix",
        f"memory://{SECRET}",
        "s3://",
        "s3:///prefix",
        f"s3://[{SECRET}/x",
    ],
)
def test_what_cannot_be_used_is_refused_without_repeating_it(given):
    with pytest.raises(BadAddress) as refused:
        Settings(warehouse=given).resolved_warehouse()
    assert SECRET not in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_each_address_has_a_working_directory_of_its_own(monkeypatch, tmp_path):
    names = {directory_name(address) for address in ("s3://a-b/c", "s3://a/b-c", "s3://a/b/c", "gs://a/b/c")}
    assert len(names) == 4
    monkeypatch.setenv("LEVERAGE_WORKING_DIRECTORY", str(tmp_path))
    found = Settings(warehouse="s3://a/b/c/").resolved_warehouse()
    assert found == Warehouse(tmp_path / directory_name("s3://a/b/c"), "s3://a/b/c")
    assert found.location == "s3://a/b/c"
