"""Reading, listing, putting on conditions and deleting the objects below an address. Errors show no secrets."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from warehouse.errors import WarehouseError
from warehouse.storage.address import bucket_of

if TYPE_CHECKING:
    from obstore import PutMode
    from obstore.store import ClientConfig, RetryConfig

SIDE_BY_SIDE = 8  # requests at a time: one takes tens of milliseconds, most of it waiting
ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
CLIENT: ClientConfig = {"connect_timeout": timedelta(seconds=10), "timeout": timedelta(minutes=10)}
RETRIES: RetryConfig = {"max_retries": 4, "retry_timeout": timedelta(minutes=2)}
CREDENTIALS = (
    "set credentials in the environment, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, with AWS_ENDPOINT_URL"
    " for a store other than Amazon's"
)
# The parts of the library's messages that are repeated. The rest can hold signed addresses and names of keys.
STATUS = re.compile(r"status code: (\d{3}(?: [A-Z][A-Za-z ]*)?)")
CODE = re.compile(r"<Code>([A-Za-z]+)</Code>")
METADATA_SERVICE = "169.254."  # the library asks it for the machine's credentials when the environment has none

Item = TypeVar("Item")
Result = TypeVar("Result")
Version = Mapping[str, str | None]
"""What identifies the content of an object: its entity tag, and on some stores a version."""


class StorageError(WarehouseError):
    """Object storage cannot be used: no bucket, no access, no answer."""


class NotReplaced(StorageError):
    """A conditional put was refused, because the object is there already or has changed."""


@dataclass(frozen=True)
class Found:
    """The content of an object and its version."""

    content: bytes
    version: Version


class Objects:
    """The objects below an address. Names are relative to it, such as landing/binance_open_interest/x.parquet."""

    def __init__(self, address: str) -> None:
        from obstore.store import from_url  # not imported for local warehouses

        self.address = address
        try:
            # The library refuses http by default; it is allowed if the user has set such an endpoint.
            client: ClientConfig = {**CLIENT, "allow_http": True} if _endpoint().startswith("http://") else CLIENT
            self._store = from_url(address, client_options=client, retry_config=RETRIES)
        # The library raises its own types, ValueError and others for settings that it cannot use.
        except Exception:  # noqa: BLE001
            raise StorageError(
                f"cannot use {address}: the settings in the environment are refused; {CREDENTIALS}"
            ) from None

    def get(self, name: str) -> Found | None:
        """The object, None when there is none."""
        import obstore

        try:
            found = obstore.get(self._store, name)
            meta = found.meta
            return Found(bytes(found.bytes()), _version(meta))
        except FileNotFoundError as error:
            if _is_missing_bucket(error):
                raise self._failure(error) from None
            return None
        except Exception as error:  # noqa: BLE001 - every type of the library
            raise self._failure(error) from None

    def names(self, prefix: str) -> dict[str, int]:
        """The names of all objects below `prefix`, a folder, with their sizes in bytes."""
        import obstore

        try:
            chunks = obstore.list(self._store, prefix=prefix, chunk_size=1000)
            return {meta["path"]: meta["size"] for chunk in chunks for meta in chunk}
        except Exception as error:  # noqa: BLE001
            raise self._failure(error) from None

    def put_new(self, name: str, content: bytes) -> Version | None:
        """Put an object unless there is one of that name; its version, or None when there was one."""
        try:
            return self._put(name, content, "create")
        except NotReplaced:
            return None

    def replace(self, name: str, content: bytes, before: Version | None) -> Version:
        """Replace the version `before` of an object; if it is None, put an object that does not exist yet.

        Raises NotReplaced when another machine was first. If the library sends a put again because its answer was lost,
        the store refuses the second one; the equal content shows that the first one was accepted.
        """
        try:
            return self._put(name, content, "create" if before is None else dict(before))  # type: ignore[arg-type]
        except NotReplaced:
            found = self.get(name)
            if found is None or found.content != content:
                raise
            return found.version

    def put(self, name: str, content: bytes) -> None:
        """Put an object, whether or not there is one."""
        self._put(name, content, "overwrite")

    def honours_conditions(self, name: str) -> bool:
        """Whether the store refuses to create an existing object, and to replace a version that does not exist.

        It puts the content that the object has, so a store that ignores conditions changes nothing.
        """
        found = self.get(name)
        if found is None:
            raise StorageError(f"{self.address}/{name} is gone; run again")
        for mode in ("create", dict.fromkeys(found.version, "1")):
            try:
                self._put(name, found.content, mode)  # type: ignore[arg-type]
            except NotReplaced:
                continue
            return False
        return True

    def delete(self, names: Sequence[str]) -> None:
        """Delete objects; those that do not exist are ignored."""
        import obstore

        try:
            if names:
                obstore.delete(self._store, list(names))
        except FileNotFoundError:
            pass
        except Exception as error:  # noqa: BLE001
            raise self._failure(error) from None

    def _put(self, name: str, content: bytes, mode: PutMode) -> Version:
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        try:
            # One request, because a condition holds for a whole object.
            return _version(obstore.put(self._store, name, content, mode=mode, use_multipart=False))
        except (AlreadyExistsError, PreconditionError):
            raise NotReplaced(f"{self.address}/{name} was put by another machine meanwhile") from None
        except Exception as error:  # noqa: BLE001
            if CODE.findall(str(error))[:1] == ["ConditionalRequestConflict"]:
                raise NotReplaced(f"{self.address}/{name} is put by another machine at this moment") from None
            raise self._failure(error) from None

    def _failure(self, error: Exception) -> StorageError:
        """What failed and what to do. Only known pieces of the library's message are used."""
        text, address = str(error), self.address
        status, code = STATUS.search(text), CODE.search(text)
        said = ", ".join(one for one in (status and status[1].strip(), code and code[1]) if one)
        if _is_missing_bucket(error):
            return StorageError(
                f"cannot use {address}: there is no {bucket_of(address)}; create it, or correct --warehouse"
            )
        if METADATA_SERVICE in text:
            return StorageError(f"cannot use {address}: there are no credentials; {CREDENTIALS}")
        if status and status[1][:3] in ("400", "401", "403"):
            return StorageError(f"cannot use {address}: access is refused ({said}); {CREDENTIALS}")
        if said:
            return StorageError(f"cannot use {address}: the store answers {said}; try again later")
        return StorageError(
            f"cannot reach {address} at {_endpoint() or 'its default endpoint'};"
            " check the network, and AWS_ENDPOINT_URL"
        )


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """The results of `work` for each item, SIDE_BY_SIDE at a time. Raises the first error."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _endpoint() -> str:
    """The endpoint that the environment names, without credentials; empty for the default one."""
    named = next((os.environ[name] for name in ENDPOINTS if os.environ.get(name)), "")
    return re.sub(r"(?<=://)[^/]*@", "", named)


def _version(meta: Mapping[str, Any]) -> Version:
    return {name: meta[name] for name in ("e_tag", "version") if meta.get(name)}


def _is_missing_bucket(error: Exception) -> bool:
    return bool(set(CODE.findall(str(error))) & {"NoSuchBucket", "ContainerNotFound"}) or (
        "The specified bucket does not exist" in str(error)
    )


def read_file(path: Path) -> bytes:
    """The content of a local file. Raises StorageError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}; check its owner") from error
