"""`leverage brief`: the day as a short market note in the terminal: label, figures, evidence, data status."""

from __future__ import annotations

from datetime import date
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from cli.console import REGIME_STYLES, results
from ingest.feeds import feed_named
from ingest.sample import SIMULATED
from orchestration.settings import Settings
from warehouse.errors import UnknownDay
from warehouse.location import Warehouse
from warehouse.reading import required_latest, select

FIGURES = (
    ("close", "close_usd", "{:,.0f} USD"),
    ("change on the day", "return_pct", "{:+.1f} %"),
    ("low against the close before", "drawdown_pct", "{:+.1f} %"),
    ("range of the day", "range_pct", "{:.1f} %"),
    ("longs liquidated", "long_liquidations_usd", "{:,.0f} USD"),
    ("shorts liquidated", "short_liquidations_usd", "{:,.0f} USD"),
    ("against an ordinary day", "liquidation_multiple", "{:.1f} x"),
    ("open interest", "open_interest_usd", "{:,.0f} USD"),
    ("open interest in contracts, 1 day", "open_interest_change_1d_pct", "{:+.1f} %"),
    ("open interest in contracts, 7 days", "open_interest_change_7d_pct", "{:+.1f} %"),
    ("funding", "funding_bp", "{:+.2f} bp per 8 h"),
    ("netflow to exchanges", "netflow_coin", "{:+,.0f} coins"),
    ("netflow, unusual by", "netflow_z", "{:+.1f} robust sd"),
    ("active addresses", "active_addresses_count", "{:,.0f}"),
    ("against the same weekdays", "address_ratio", "{:.2f} x"),
)


def brief(settings: Settings, day: date | None, asset: str) -> None:
    """Print the brief of a day of an asset."""
    warehouse = settings.located()
    latest = required_latest(warehouse)
    newest = latest["assets"].get(asset)
    if newest is None:
        raise UnknownDay(f"{asset} is not in {warehouse.root}; it holds {', '.join(latest['assets'])}")
    show(results(), warehouse, day or date.fromisoformat(newest["day"]), asset)


def show(out: Console, warehouse: Warehouse, day: date, asset: str) -> None:
    """Print the brief of one published day. Raises UnknownDay outside of what is published."""
    latest = required_latest(warehouse)
    found = select(warehouse, "SELECT * FROM regimes_daily WHERE asset = ? AND day = ?", [asset, day]).to_dicts()
    if not found:
        raise UnknownDay(f"{day} is not published; there is {latest['first_day']} to {latest['last_day']}")
    label = found[0]
    features = select(
        warehouse, "SELECT * FROM leverage_features_daily WHERE asset = ? AND day = ?", [asset, day]
    ).to_dicts()[0]
    style = REGIME_STYLES[label["family"]]
    meaning = select(warehouse, "SELECT meaning FROM regime_labels WHERE label = ?", [label["regime"]]).item()
    head = [
        f"[{style}]{label['regime'].replace('_', ' ').upper()}[/]{_confidence(label)}",
        f"[dim]{escape(meaning)}[/dim]",
        "",
        escape(label["explanation"]),
    ]
    if latest["simulated"]:
        head.insert(0, "[bold reverse yellow] SIMULATED MARKET, not real data [/]")
    out.print(Panel(Group(*head), title=f"{asset} {day} UTC", box=box.ROUNDED, width=min(out.width, 100)))
    out.print(_figures(features))
    if (evidence := _evidence(warehouse, asset, day, label["regime"])) is not None:
        out.print(evidence)
    out.print(_data(label, latest, day))
    if latest["simulated"]:
        out.print(f"[dim]{simulated_feeds(latest)}[/dim]")


def simulated_feeds(latest: dict[str, Any]) -> str:
    """Which feeds the simulation has, in one line."""
    names = sorted({feed["feed"] for feed in latest["feeds"]} & set(SIMULATED))
    venues = ", ".join(sorted({feed_named(name).venue for name in names}))
    return f"simulated: {len(names)} feeds of {venues}; the others come with --market live"


def _confidence(label: dict[str, Any]) -> str:
    if label["confidence"] is None:
        return ""
    second = f", next {label['runner_up'].replace('_', ' ')}" if label["runner_up"] else ""
    return f"  confidence {label['confidence']:.2f}{second}"


def _figures(features: dict[str, Any]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2))
    for title, column, pattern in FIGURES:
        value = features[column]
        table.add_row(title, "[dim]not known[/dim]" if value is None else pattern.format(value))
    return table


def _evidence(warehouse: Warehouse, asset: str, day: date, regime: str) -> Table | None:
    rows = select(
        warehouse,
        "SELECT label, predicate, feature, value, unit, membership, baseline FROM regime_evidence"
        " WHERE asset = ? AND day = ? AND label_rank = 1 ORDER BY role, weight DESC, predicate",
        [asset, day],
    ).to_dicts()
    if not rows:
        return None
    closest = rows[0]["label"]
    title = "What the label rests on" if closest == regime else f"Closest to {closest.replace('_', ' ')}"
    table = Table(
        box=box.SIMPLE_HEAD,
        header_style="bold",
        title=title,
        title_justify="left",
        pad_edge=False,
    )
    for name, justify in (("evidence", "left"), ("value", "right"), ("holds", "right"), ("against", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for row in rows:
        known = row["value"] is not None
        table.add_row(
            row["predicate"].replace("_", " "),
            f"{row['value']:,.2f} {row['unit']}" if known else "[dim]not known[/dim]",
            f"{row['membership']:.0%}" if row["membership"] is not None else "-",
            escape(row["baseline"] or ""),
        )
    return table


def _data(label: dict[str, Any], latest: dict[str, Any], day: date) -> str:
    said = f"data {label['data_status']}, coverage {label['coverage']:.0%}"
    if label["missing_inputs"]:
        said += f"; missing {label['missing_inputs'].replace(',', ', ').replace('_', ' ')}"
    if latest["unavailable_feeds"]:
        said += f"; not reached in the last run: {', '.join(latest['unavailable_feeds'])}"
    rules = f"rules {label['rules_version']} ({label['parameter_hash'][:8]})"
    return f"[dim]{escape(said)}; {rules}. A label describes the day; it is no forecast and no advice.[/dim]"
