"""Addresses of warehouses on object storage, such as s3://bucket/prefix."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from warehouse.errors import WarehouseError

# Stores for which the library has conditional puts: the scheme of their addresses, and what they call a bucket.
SCHEMES = {"s3": "bucket", "gs": "bucket", "az": "container", "abfs": "container", "abfss": "container"}
ALIASES = {"s3a": "s3"}  # as in Spark and Hadoop
LOCAL = "file"
HAS_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://")


class BadAddress(WarehouseError):
    """The address of a warehouse cannot be used."""


def storage_address(location: str) -> str | None:
    """The address of a warehouse on object storage, without a trailing slash; None when `location` is a local path.

    Raises BadAddress for another scheme, for an address without a bucket, and for one with credentials, which the
    message does not repeat.
    """
    found = HAS_SCHEME.match(location)
    if found is None or found["scheme"].lower() == LOCAL:
        return None
    scheme = ALIASES.get(found["scheme"].lower(), found["scheme"].lower())
    if scheme not in SCHEMES:
        raise BadAddress(f"a warehouse cannot be at {scheme}://; use a directory, or {_known()}")
    try:
        parts = urlsplit(location)
    except ValueError:
        raise BadAddress(
            f"the {scheme}:// address of the warehouse is not valid; write it like {scheme}://bucket/prefix"
        ) from (None)
    # abfs://container@account.dfs.core.windows.net/prefix is the one form with an @ that has no credentials.
    names_container = scheme.startswith("abfs") and ":" not in parts.netloc and parts.netloc.count("@") == 1
    if parts.query or parts.fragment or ("@" in parts.netloc and not names_container):
        raise BadAddress(
            f"the {scheme}:// address of the warehouse must hold no credentials or options; give it as"
            f" {scheme}://bucket/prefix, and set credentials in the environment, such as AWS_ACCESS_KEY_ID"
        )
    if not parts.netloc:
        raise BadAddress(f"{scheme}:// names no {SCHEMES[scheme]}; write it like {scheme}://bucket/prefix")
    path = "/".join(part for part in parts.path.split("/") if part)
    return f"{scheme}://{parts.netloc}/{path}".rstrip("/")


def local_path(location: str) -> Path:
    """The directory that a local `location` names: a path, or a file:// address."""
    if HAS_SCHEME.match(location):
        location = unquote(urlsplit(location).path)
    return Path(location).expanduser().absolute()


def bucket_of(address: str) -> str:
    """The bucket or container of an address, such as: bucket prices."""
    parts = urlsplit(address)
    return f"{SCHEMES[parts.scheme]} {parts.netloc}"


def directory_name(address: str) -> str:
    """The name of the working directory of an address: readable, and different for every address."""
    readable = re.sub(r"[^A-Za-z0-9.]+", "-", address).strip("-")[:80]
    return f"{readable}-{hashlib.sha256(address.encode()).hexdigest()[:8]}"


def _known() -> str:
    return ", ".join(f"{scheme}://" for scheme in ("s3", "gs", "az"))
