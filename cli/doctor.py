"""`leverage doctor`: what a run would meet: keys, venues, disk, versions, locks. It asks, and keeps nothing."""

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

from cli.console import results
from ingest.feeds import load_catalogue
from ingest.market import Market
from warehouse.errors import WarehouseLocked
from warehouse.location import Warehouse
from warehouse.lock import pipeline_lock
from warehouse.reading import latest
from warehouse.settings import Settings

TIMEOUT = (4.0, 8.0)  # seconds to connect and to answer: a person is waiting
SCARCE = 2**30  # bytes; a year of five-minute bars of one asset with three releases takes less than half of it
PACKAGES = ("duckdb", "dagster", "dbt-core", "dbt-duckdb", "polars")
STYLES = {"ok": "green", "note": "yellow", "wrong": "red"}
# What an answer of a venue's host says about whether it lets us in; any other answer means that it does.
REFUSALS = {
    403: "refuses (HTTP 403): this country, or a firewall between; docs/venues.md says what is left then",
    418: "has banned this address (HTTP 418); wait, up to 3 days",
    429: "is asked too often (HTTP 429); wait a minute",
    451: "is not available from this country (HTTP 451); docs/venues.md says what is left then",
}


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, whether it is well, and what to do if not."""

    what: str
    state: Literal["ok", "note", "wrong"]
    said: str


def doctor(settings: Settings) -> bool:
    """Print the findings; whether nothing is wrong. A note costs data or comfort, what is wrong stops a run."""
    out, market, warehouse = results(), settings.parsed_market(), settings.located()
    findings = [
        *_versions(),
        *_keys(settings, market),
        *_hosts(settings, market),
        _disk(warehouse),
        _lock(warehouse),
        _market(warehouse, market),
        _release(warehouse),
    ]
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name in ("what", "state", "finding"):
        table.add_column(name, overflow="fold")
    for finding in findings:
        style = STYLES[finding.state]
        table.add_row(escape(finding.what), f"[{style}]{finding.state}[/]", escape(finding.said))
    out.print(table)
    return all(finding.state != "wrong" for finding in findings)


def _versions() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding("versions", "ok", f"python {python}, " + ", ".join(f"{p} {version(p)}" for p in PACKAGES))


def _keys(settings: Settings, market: Market) -> Iterator[Finding]:
    if market.simulated:
        yield Finding("keys", "ok", "the simulated market needs none")
        return
    held = settings.keys()
    wanted: dict[str, list[str]] = {}
    for feed in load_catalogue(settings.catalogue).feeds:
        if feed.key_variable:
            wanted.setdefault(feed.key_variable, []).append(feed.name)
    for variable, feeds in wanted.items():
        if held.get(variable):
            yield Finding(variable, "ok", "set")
        else:
            yield Finding(variable, "note", f"not set: {', '.join(feeds)} will be skipped; set it in the environment")


def _hosts(settings: Settings, market: Market) -> Iterator[Finding]:
    if market.simulated:
        yield Finding("venues", "ok", "the simulated market asks none")
        return
    hosts = sorted({host for feed in load_catalogue(settings.catalogue).feeds for host in feed.hosts})
    with ThreadPoolExecutor(len(hosts)) as pool:
        yield from pool.map(lambda host: _asked(host, market), hosts)


def _asked(host: str, market: Market) -> Finding:
    """One request without retries: whether anybody answers, and whether the answer is a refusal."""
    address = f"{market.url}/{host}/" if market.url else f"https://{host}/"
    try:
        with requests.Session() as session:
            session.trust_env = not market.url  # a relay is asked directly, as a run does
            status = session.get(address, timeout=TIMEOUT, allow_redirects=False, stream=True).status_code
    except requests.exceptions.Timeout:
        return Finding(host, "note", "no answer within some seconds; check the network, or a firewall")
    except requests.exceptions.SSLError:
        return Finding(host, "note", "its certificate is not trusted here; a proxy that reads along?")
    except requests.exceptions.RequestException:
        return Finding(host, "note", "no connection; check the network, the name service, a firewall")
    if status in REFUSALS:
        return Finding(host, "note", REFUSALS[status])
    failing = status >= 500
    return Finding(host, "note" if failing else "ok", f"is failing (HTTP {status}); later" if failing else "answers")


def _disk(warehouse: Warehouse) -> Finding:
    place = next(p for p in (warehouse.root, *warehouse.root.parents) if p.exists())
    free = shutil.disk_usage(place).free
    used = _size(warehouse.root)
    said = f"{free / 2**30:.1f} GB free, {used / 2**30:.2f} GB taken by {warehouse.root}"
    return Finding("disk", "ok" if free > SCARCE else "wrong", said)


def _size(root: Path) -> int:
    return sum(path.lstat().st_size for path in root.rglob("*") if path.is_file() and not path.is_symlink())


def _lock(warehouse: Warehouse) -> Finding:
    if not warehouse.lock.exists():
        return Finding("lock", "ok", "no run has been here yet")
    try:  # held for an instant: the one way to know that nobody else does
        with pipeline_lock(warehouse.lock):
            return Finding("lock", "ok", "free")
    except WarehouseLocked as error:
        return Finding("lock", "note", str(error))


def _market(warehouse: Warehouse, market: Market) -> Finding:
    owner = warehouse.market()
    if owner in (None, str(market)):
        return Finding("market", "ok", str(market))
    return Finding("market", "wrong", f"{warehouse.root} holds {owner!r}; choose another --warehouse or --market")


def _release(warehouse: Warehouse) -> Finding:
    released = latest(warehouse)
    if released is None:
        return Finding("release", "note", "nothing is published yet; run: leverage run")
    return Finding("release", "ok", f"days {released['first_day']} to {released['last_day']}")
