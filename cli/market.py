"""`leverage market`: the market over all assets on a day: how many were flushed, which ones, and the totals."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from brief.figures import quantity
from brief.words import as_words
from cli.console import stdout_console
from cli.days import asked_day
from tables.published.market import MARKET_BREADTH_DAILY, MARKET_DAILY
from warehouse.errors import UnknownDay, WarehouseError
from warehouse.reading import OpenRelease, open_release
from warehouse.settings import Settings

NAMES_SHOWN = 12  # assets of a group; --json has all
DAYS_SHOWN = 7
# Title and unit of each total, and the count of the assets behind it.
TOTALS = {
    "median_asset_return_pct": ("median return", "%", "return_asset_count"),
    "long_liquidations_usd": ("longs liquidated", "USD", "liquidation_asset_count"),
    "short_liquidations_usd": ("shorts liquidated", "USD", "liquidation_asset_count"),
    "median_asset_liquidation_multiple": (
        "liquidations against an ordinary day, median",
        "ratio",
        "liquidation_asset_count",
    ),
    "open_interest_usd": ("open interest", "USD", "open_interest_asset_count"),
    "open_interest_change_1d_pct": ("open interest in contracts, 1 day", "%", "open_interest_change_asset_count"),
}
SHARES = {"negative_funding_share": "negative funding", "hot_funding_share": "hot funding"}


def market(settings: Settings, asked: str | None, as_json: bool) -> None:
    """Print the market of a day, by default the last one. Raises UnknownDay for a day that is not published."""
    warehouse, day = settings.resolved_warehouse(), asked_day(asked, settings.parsed_market())
    with open_release(warehouse) as release:
        published = set(release.select("SELECT table_name FROM duckdb_tables()")["table_name"])
        if MARKET_DAILY.name not in published:
            raise WarehouseError(f"the release in {warehouse.location} was made before market_daily; run: leverage run")
        day = day or date.fromisoformat(release.latest["last_day"])
        found = release.select(
            f"SELECT b.*, m.market_label, m.sentence FROM {MARKET_BREADTH_DAILY.name} b"  # noqa: S608 - constants
            f" JOIN {MARKET_DAILY.name} m USING (day) WHERE day = ?",
            [day],
        ).to_dicts()
        if not found:
            raise UnknownDay(
                f"{day} is not published; the release has {release.latest['first_day']} to {release.latest['last_day']}"
            )
        groups = _groups(release, day)
        if as_json:
            document = {"simulated": release.latest["simulated"], **found[0], "assets": groups}
            print(json.dumps(document, indent=2, default=str))
        else:
            _print_market(stdout_console(), release, found[0], groups)


def _groups(release: OpenRelease, day: date) -> dict[str, list[str]]:
    """The assets of the day by what they count as; without_reading has the inactive ones as well."""
    rows = release.select(
        "SELECT market_group, list(asset ORDER BY asset) AS assets FROM regimes_daily JOIN regime_labels"
        " ON event = label WHERE day = ? GROUP BY market_group ORDER BY count(*) DESC, market_group",
        [day],
    )
    return dict(rows.iter_rows())


def _print_market(out: Console, release: OpenRelease, row: dict[str, Any], groups: dict[str, list[str]]) -> None:
    label = as_words(row["market_label"]).upper() if row["market_label"] else "NO LABEL"
    head = [f"[bold]{label}[/bold]", "", escape(row["sentence"])]
    if release.latest["simulated"]:
        head.insert(0, "[bold reverse yellow] SIMULATED MARKET, not real data [/]")
    out.print(Panel(Group(*head), title=f"Market {row['day']} UTC", box=box.ROUNDED, width=min(out.width, 100)))
    out.print(_assets(groups))
    out.print(_totals(row))
    out.print(_days(release, row["day"]))
    final = "" if row["is_final"] else "not final yet; "
    out.print(
        f"[dim]{final}liquidations are a floor; rules {row['rules_version']}. A label describes the day; it is no"
        " forecast and no advice.[/dim]"
    )


def _assets(groups: dict[str, list[str]]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    for group, assets in groups.items():
        more = f" and {len(assets) - NAMES_SHOWN} more" if len(assets) > NAMES_SHOWN else ""
        table.add_row(as_words(group), str(len(assets)), escape(", ".join(assets[:NAMES_SHOWN])) + more)
    return table


def _totals(row: dict[str, Any]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name, justify in (("total", "left"), ("value", "right"), ("assets", "right")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for column, (title, unit, count) in TOTALS.items():
        value = row[column]
        text = "[dim]not known[/dim]" if value is None else quantity(value, unit, signed=unit == "%")
        table.add_row(title, text, str(row[count]))
    for column, title in SHARES.items():
        text = "[dim]not known[/dim]" if row[column] is None else f"{100 * row[column]:.0f} % of the assets"
        table.add_row(title, text, str(row["funding_asset_count"]))
    return table


def _days(release: OpenRelease, day: date) -> Table:
    """The days up to this one, newest first."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name in ("day", "market", "flushed", "read", "median return", "liquidated", "open interest"):
        table.add_column(name, justify="left" if name in ("day", "market") else "right")
    rows = release.select(
        f"SELECT b.*, m.market_label FROM {MARKET_BREADTH_DAILY.name} b JOIN {MARKET_DAILY.name} m USING (day)"  # noqa: S608
        " WHERE day <= ? ORDER BY day DESC LIMIT ?",
        [day, DAYS_SHOWN],
    )
    for row in rows.iter_rows(named=True):
        table.add_row(
            str(row["day"]),
            as_words(row["market_label"] or "no label"),
            str(row["flushed_count"]),
            f"{row['read_count']} of {row['read_count'] + row['without_reading_count']}",
            _or_dash(row["median_asset_return_pct"], "%"),
            _or_dash(row["liquidations_usd"], "USD"),
            _or_dash(row["open_interest_change_1d_pct"], "%"),
        )
    return table


def _or_dash(value: float | None, unit: str) -> str:
    return "-" if value is None else quantity(value, unit, signed=unit == "%")
