"""`leverage doctor`: checks what a run needs (keys, venues, disk, versions, locks) and changes nothing."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import requests
from rich import box
from rich.markup import escape
from rich.table import Table

from cli.console import stdout_console
from cli.summary import feeds_of, missing_of, relay_trouble, summary
from ingest.feed import Feed
from ingest.market import Market
from ingest.transport import Session
from warehouse.choosing import market_catalogue
from warehouse.damage import FOLDER, LOG, noted
from warehouse.errors import WarehouseError, WarehouseLocked
from warehouse.location import Warehouse
from warehouse.lock import pipeline_lock
from warehouse.reading import open_release, read_latest
from warehouse.settings import Settings

TIMEOUT = (4.0, 8.0)  # seconds to connect and to answer: a person is waiting
MINIMUM_FREE = 2**30  # bytes; a year of five-minute bars of one asset with three releases takes less than half of it
PACKAGES = ("duckdb", "dagster", "dbt-core", "dbt-duckdb", "polars")
STYLES = {"ok": "green", "note": "yellow", "wrong": "red"}
# Answers of a venue's host that mean no access. Any other answer means that the host can be used.
REFUSALS = {
    403: "refuses access (HTTP 403): this country, or a firewall; docs/venues.md says what is left without it",
    418: "has banned this address (HTTP 418); wait, up to 3 days",
    429: "gets too many requests (HTTP 429); wait a minute",
    451: "is not available from this country (HTTP 451); docs/venues.md says what is left without it",
}


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was checked, its state, and what to do if it is not ok."""

    what: str
    state: Literal["ok", "note", "wrong"]
    text: str


def doctor(settings: Settings) -> bool:
    """Print one line about the release and the findings; returns whether a run can start and no reading is lost.

    With a note only data is missing; "wrong" stops a run, or is a reading that is lost.
    """
    out, market, warehouse = stdout_console(), settings.parsed_market(), settings.resolved_warehouse()
    said, reading = _reading(warehouse)
    if said:
        out.print(escape(said), soft_wrap=True)
    findings = [
        *_versions(),
        *_keys(settings, market),
        *_hosts(settings, market),
        _disk(warehouse),
        _lock(warehouse),
        _market(warehouse, market),
        _release(warehouse),
        *_damage(warehouse),
        *reading,
    ]
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name in ("what", "state", "finding"):
        table.add_column(name, overflow="fold")
    for finding in findings:
        style = STYLES[finding.state]
        table.add_row(escape(finding.what), f"[{style}]{finding.state}[/]", escape(finding.text))
    out.print(table)
    return all(finding.state != "wrong" for finding in findings)


def _versions() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding("versions", "ok", f"python {python}, " + ", ".join(f"{p} {version(p)}" for p in PACKAGES))


def _keys(settings: Settings, market: Market) -> Iterator[Finding]:
    if market.simulated:
        yield Finding("keys", "ok", "not needed for the simulated market")
        return
    held = settings.keys()
    wanted: dict[str, list[str]] = {}
    for feed in _feeds(settings, market):
        if feed.key_variable:
            wanted.setdefault(feed.key_variable, []).append(feed.name)
    for variable, feeds in wanted.items():
        if held.get(variable):
            yield Finding(variable, "ok", "set")
        else:
            yield Finding(variable, "note", f"not set: {', '.join(feeds)} will be skipped; set it in the environment")


def _feeds(settings: Settings, market: Market) -> tuple[Feed, ...]:
    """The feeds that a run of the warehouse would ask for."""
    return market_catalogue(market, settings.catalogue, settings.resolved_warehouse().chosen()).feeds


def _hosts(settings: Settings, market: Market) -> Iterator[Finding]:
    if market.simulated:
        yield Finding("venues", "ok", "not needed for the simulated market")
        return
    if trouble := relay_trouble(market):
        yield Finding("relay", "wrong", trouble)
        return
    hosts = sorted({host for feed in _feeds(settings, market) for host in feed.hosts})
    with ThreadPoolExecutor(len(hosts)) as pool:
        yield from pool.map(lambda host: _check_host(host, market), hosts)


def _check_host(host: str, market: Market) -> Finding:
    """One request without retries: does the host answer, and does the answer give access?"""
    address = f"{market.url}/{host}/" if market.url else f"https://{host}/"
    try:
        with Session(environment=not market.url) as session:  # like a run, reach a relay without a proxy
            status = session.get(address, timeout=TIMEOUT, allow_redirects=False, stream=True).status_code
    except requests.exceptions.Timeout:
        return Finding(host, "note", "no answer within some seconds; check the network and the firewall")
    except requests.exceptions.SSLError:
        return Finding(host, "note", "its certificate is not trusted; is there a proxy that decrypts traffic?")
    except requests.exceptions.RequestException:
        return Finding(host, "note", "no connection; check the network, DNS and the firewall")
    if status in REFUSALS:
        return Finding(host, "note", REFUSALS[status])
    if status >= 500:
        return Finding(host, "note", f"is failing (HTTP {status}); try later")
    return Finding(host, "ok", "answers")


def _disk(warehouse: Warehouse) -> Finding:
    place = next(p for p in (warehouse.root, *warehouse.root.parents) if p.exists())
    free = shutil.disk_usage(place).free
    used = _size(warehouse.root)
    text = f"{free / 2**30:.1f} GB free, {used / 2**30:.2f} GB used by {warehouse.root}"
    return Finding("disk", "ok" if free > MINIMUM_FREE else "wrong", text)


def _size(root: Path) -> int:
    return sum(path.lstat().st_size for path in root.rglob("*") if path.is_file() and not path.is_symlink())


def _lock(warehouse: Warehouse) -> Finding:
    if not warehouse.lock.exists():
        return Finding("lock", "ok", "no run so far")
    try:  # the only way to know that it is free is to take it
        with pipeline_lock(warehouse.lock):
            return Finding("lock", "ok", "free")
    except WarehouseLocked as error:
        return Finding("lock", "note", str(error))
    except WarehouseError as error:
        return Finding("lock", "wrong", str(error))


def _market(warehouse: Warehouse, market: Market) -> Finding:
    owner = warehouse.market()
    if owner in (None, str(market)):
        return Finding("market", "ok", str(market))
    return Finding("market", "wrong", f"{warehouse.location} holds {owner!r}; choose another --warehouse or --market")


def _damage(warehouse: Warehouse) -> Iterator[Finding]:
    if lines := noted(warehouse.root):
        place = warehouse.root / FOLDER
        yield Finding("damage", "note", f"{len(lines)} lines in {place / LOG}, the last: {lines[-1]}")


def _release(warehouse: Warehouse) -> Finding:
    try:
        document = read_latest(warehouse)
    except WarehouseError as error:
        return Finding("release", "note", str(error))
    if document is None:
        return Finding("release", "note", "nothing is published yet; run: leverage run")
    return Finding("release", "ok", f"days {document['first_day']} to {document['last_day']}")


def _reading(warehouse: Warehouse) -> tuple[str | None, list[Finding]]:
    """The summary of the release, and a finding for each asset without a reading; nothing before the first release."""
    if read_latest(warehouse) is None:
        return None, []
    with open_release(warehouse) as release:
        missing = missing_of(release)
        said = summary(release.latest, feeds_of(release), missing)
    return said, [Finding("reading", "wrong", f"{one.text}; leverage status shows what was skipped") for one in missing]
