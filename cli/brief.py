"""`leverage brief`: a short market note of a day in the terminal (label, figures, evidence, data), or as a page."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from rich import box
from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from brief import EXPLORER, READ_IF_THERE, REQUIRED, About, DayTables, day_page
from brief.figures import headline, quantity
from brief.words import as_words, state_of
from cli.console import REGIME_STYLES, stdout_console
from cli.days import asked_day
from cli.errors import WrongUse
from cli.output import write_output
from cli.summary import simulated_feeds
from regimes import load_parameters
from regimes.positioning_evidence import SUPPORTS_ONLY
from warehouse.errors import UnknownDay
from warehouse.reading import OpenRelease, open_release
from warehouse.settings import Settings


def brief(
    settings: Settings,
    asked: str | None = None,
    asset: str | None = None,
    output: Path | None = None,
    as_json: bool = False,
) -> None:
    """Print the brief of a day, as text or JSON, or write it as a page to `output`.

    The defaults are the newest reading and the first asset.

    Raises UnknownDay when the day or the asset is not published, WrongUse when the options contradict each other.
    """
    if as_json and output is not None:
        raise WrongUse("--json prints to standard output, and --output writes a page; choose one")
    warehouse, day = settings.resolved_warehouse(), asked_day(asked, settings.parsed_market())
    with open_release(warehouse) as release:
        latest = release.latest
        asset = asset or latest["asset"]
        if asset not in latest["assets"]:
            raise UnknownDay(f"{asset} is not in {warehouse.location}; it holds {', '.join(latest['assets'])}")
        lost = latest["assets"][asset].get("without_reading")  # releases before format 3 do not say it
        warning = f"{lost['text']}. This is its last reading." if lost and day is None else None
        day = day or date.fromisoformat(latest["assets"][asset]["day"])
        label = release.select("SELECT * FROM regimes_daily WHERE asset = ? AND day = ?", [asset, day]).to_dicts()
        if not label:
            raise UnknownDay(f"{day} is not published; the release has {latest['first_day']} to {latest['last_day']}")
        if as_json:
            print(json.dumps(_document(release, label[0]), indent=2, default=str))
        elif output is None:
            out = stdout_console()
            if warning:
                out.print(f"[bold reverse red] {escape(warning)} [/]", soft_wrap=True)
            _print_brief(out, release, label[0])
        else:
            index = (warehouse.published / EXPLORER).as_uri()
            _write_page(output, release, asset, day, index, warning)


def _document(release: OpenRelease, label: dict[str, Any]) -> dict[str, Any]:
    """The row of regimes_daily with its evidence, and the sentence of the market."""
    asset, day = label["asset"], label["day"]
    evidence = release.rows(
        "SELECT * EXCLUDE (asset, day) FROM regime_evidence WHERE asset = ? AND day = ?"
        " ORDER BY label_rank, role, weight DESC, predicate",
        [asset, day],
    )
    market = DayTables(asset, day, _market(release)).market()
    return {"simulated": release.latest["simulated"], **label, "market": market, "evidence": evidence}


def _write_page(output: Path, release: OpenRelease, asset: str, day: date, index: str, warning: str | None) -> None:
    """Write the same page that a release has for the day."""
    published = set(release.select("SELECT table_name FROM duckdb_tables()")["table_name"])
    names = [*REQUIRED, *(name for name in READ_IF_THERE if name in published)]
    tables = DayTables(asset, day, {name: release.connection.table(name).pl() for name in names})
    stored = dict(release.select("SELECT name, setting FROM about").rows())
    about = About(stored["market"], stored["simulated"] == "true", stored["published_at"], stored["licences"])
    write_output(output, day_page(tables, load_parameters(), about, index, warning).encode())


def _print_brief(out: Console, release: OpenRelease, label: dict[str, Any]) -> None:
    asset, day, latest = label["asset"], label["day"], release.latest
    (features,) = release.select(
        "SELECT * FROM leverage_features_daily WHERE asset = ? AND day = ?", [asset, day]
    ).to_dicts()
    meaning, family = release.select("SELECT meaning, family FROM regime_labels WHERE label = ?", [label["event"]]).row(
        0
    )
    style = REGIME_STYLES[family]
    head = [
        f"[{style}]{as_words(label['event']).upper()}[/]{_confidence(label)}",
        f"[dim]{escape(meaning)}[/dim]",
        "",
        escape(label["explanation"]),
        f"[dim]state: {escape(state_of(label))}[/dim]",
    ]
    if latest["simulated"]:
        head.insert(0, "[bold reverse yellow] SIMULATED MARKET, not real data [/]")
    out.print(Panel(Group(*head), title=f"{asset} {day} UTC", box=box.ROUNDED, width=min(out.width, 100)))
    if market := DayTables(asset, day, _market(release)).market():
        out.print(f"market: {escape(market)}\n")
    out.print(_figures(features))
    if (evidence := _evidence(release, asset, day)) is not None:
        out.print(evidence)
    out.print(_data_quality(label, latest))
    if latest["simulated"]:
        feeds = release.rows("SELECT venue FROM feed_status")
        out.print(f"[dim]{simulated_feeds(feeds)}[/dim]")


def _market(release: OpenRelease) -> dict[str, pl.DataFrame]:
    """The table of the market; none in a release that was made before it."""
    name = "market_daily"
    published = release.select("SELECT table_name FROM duckdb_tables()")["table_name"]
    return {name: release.connection.table(name).pl()} if name in published else {}


def _confidence(label: dict[str, Any]) -> str:
    if label["confidence"] is None:
        return ""
    second = f", next {as_words(label['runner_up'])}" if label["runner_up"] else ""
    return f"  confidence {label['confidence']:.2f}{second}"


def _figures(features: dict[str, Any]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2))
    for figure in headline(features):
        table.add_row(figure.title, figure.text or "[dim]not known[/dim]", f"[dim]{figure.mart}[/dim]")
    return table


def _evidence(release: OpenRelease, asset: str, day: date) -> Table | None:
    rows = release.select(
        "SELECT predicate, role, feature, value, unit, membership, baseline FROM regime_evidence"
        " WHERE asset = ? AND day = ? AND label_rank = 1 ORDER BY role, weight DESC, predicate",
        [asset, day],
    ).to_dicts()
    if not rows:
        return None
    table = Table(
        box=box.SIMPLE_HEAD,
        header_style="bold",
        title="Evidence for the label",
        title_justify="left",
        pad_edge=False,
    )
    for name, justify in (("evidence", "left"), ("value", "right"), ("holds", "right"), ("against", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for row in rows:
        is_known = row["value"] is not None
        mark = " [dim](supports only)[/dim]" if row["role"] == SUPPORTS_ONLY else ""
        table.add_row(
            as_words(row["predicate"]) + mark,
            quantity(row["value"], row["unit"]) if is_known else "[dim]not known[/dim]",
            f"{row['membership']:.0%}" if row["membership"] is not None else "-",
            escape(row["baseline"] or ""),
        )
    return table


def _data_quality(label: dict[str, Any], latest: dict[str, Any]) -> str:
    text = f"data {label['data_status']}, known inputs {label['known_inputs_share']:.0%}"
    if label["missing_inputs"]:
        text += f"; missing {label['missing_inputs'].replace(',', ', ').replace('_', ' ')}"
    if unknown := label.get("unknown_inputs"):
        text += f"; offered by no source: {unknown.replace(',', ', ').replace('_', ' ')}"
    if missed := len(latest["unavailable_feeds"]):
        text += f"; {missed} of {len(latest['feeds'])} feeds skipped in the last run, see leverage status"
    rules = f"rules {label['rules_version']} ({label['parameter_hash'][:8]})"
    return f"[dim]{escape(text)}; {rules}. A label describes the day; it is no forecast and no advice.[/dim]"
