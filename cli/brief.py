"""`leverage brief`: the day as a short market note in the terminal (label, figures, evidence, data), or as its page."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from brief import FOLDER, READ_IF_THERE, REQUIRED, About, DayTables, day_page
from brief.figures import headline, quantity, words
from cli.console import REGIME_STYLES, results
from cli.output import written_to
from ingest.feeds import feed_named
from ingest.sample import SIMULATED
from regimes import load_parameters
from warehouse.errors import UnknownDay
from warehouse.reading import OpenRelease, open_release
from warehouse.settings import Settings


def brief(settings: Settings, day: date | None, asset: str | None, output: Path | None) -> None:
    """Print the brief of a day of an asset (None: the newest, the first), or write it as a page to `output`.

    Raises UnknownDay for what is not published.
    """
    warehouse = settings.located()
    with open_release(warehouse) as release:
        latest = release.latest
        asset = asset or latest["asset"]
        if asset not in latest["assets"]:
            raise UnknownDay(f"{asset} is not in {warehouse.root}; it holds {', '.join(latest['assets'])}")
        day = day or date.fromisoformat(latest["assets"][asset]["day"])
        label = release.select("SELECT * FROM regimes_daily WHERE asset = ? AND day = ?", [asset, day]).to_dicts()
        if not label:
            raise UnknownDay(f"{day} is not published; there is {latest['first_day']} to {latest['last_day']}")
        if output is None:
            _show(results(), release, label[0])
        else:
            _write(output, release, asset, day, (warehouse.published / FOLDER / "index.html").as_uri())


def _write(output: Path, release: OpenRelease, asset: str, day: date, index: str) -> None:
    """Write the day's page, the same as in a release."""
    standing = set(release.select("SELECT table_name FROM duckdb_tables()")["table_name"])
    names = [*REQUIRED, *(name for name in READ_IF_THERE if name in standing)]
    tables = DayTables(asset, day, {name: release.connection.table(name).pl() for name in names})
    told = dict(release.select("SELECT name, value FROM about").rows())
    about = About(told["market"], told["simulated"] == "true", told["published_at"], told["licences"])
    written_to(output, day_page(tables, load_parameters(), about, index).encode())


def _show(out: Console, release: OpenRelease, label: dict[str, Any]) -> None:
    asset, day, latest = label["asset"], label["day"], release.latest
    (features,) = release.select(
        "SELECT * FROM leverage_features_daily WHERE asset = ? AND day = ?", [asset, day]
    ).to_dicts()
    meaning, family = release.select(
        "SELECT meaning, family FROM regime_labels WHERE label = ?", [label["regime"]]
    ).row(0)
    style = REGIME_STYLES[family]
    head = [
        f"[{style}]{words(label['regime']).upper()}[/]{_state(label)}{_confidence(label)}",
        f"[dim]{escape(meaning)}[/dim]",
        "",
        escape(label["explanation"]),
    ]
    if latest["simulated"]:
        head.insert(0, "[bold reverse yellow] SIMULATED MARKET, not real data [/]")
    out.print(Panel(Group(*head), title=f"{asset} {day} UTC", box=box.ROUNDED, width=min(out.width, 100)))
    out.print(_figures(features))
    if (evidence := _evidence(release, asset, day, label["event"])) is not None:
        out.print(evidence)
    out.print(_data(label, latest))
    if latest["simulated"]:
        out.print(f"[dim]{simulated_feeds(latest)}[/dim]")


def simulated_feeds(latest: dict[str, Any]) -> str:
    """Which feeds the simulation has, in one line."""
    names = sorted({feed["feed"] for feed in latest["feeds"]} & set(SIMULATED))
    venues = ", ".join(sorted({feed_named(name).venue for name in names}))
    return f"simulated: {len(names)} feeds of {venues}; the others come with --market live"


def _state(label: dict[str, Any]) -> str:
    """The phase, and what happened on the day where that is another label than the regime."""
    phase = f"  {label['phase']}" if label["phase"] else ""
    event = f", the day itself {words(label['event'])}" if label["event"] != label["regime"] else ""
    return phase + event


def _confidence(label: dict[str, Any]) -> str:
    if label["confidence"] is None:
        return ""
    second = f", next {words(label['runner_up'])}" if label["runner_up"] else ""
    return f"  confidence {label['confidence']:.2f}{second}"


def _figures(features: dict[str, Any]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2))
    for figure in headline(features):
        table.add_row(figure.title, figure.text or "[dim]not known[/dim]", f"[dim]{figure.mart}[/dim]")
    return table


def _evidence(release: OpenRelease, asset: str, day: date, event: str) -> Table | None:
    rows = release.select(
        "SELECT label, predicate, feature, value, unit, membership, baseline FROM regime_evidence"
        " WHERE asset = ? AND day = ? AND label_rank = 1 ORDER BY role, weight DESC, predicate",
        [asset, day],
    ).to_dicts()
    if not rows:
        return None
    closest = rows[0]["label"]
    title = "What the label rests on" if closest == event else f"Closest to {words(closest)}"
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
            words(row["predicate"]),
            quantity(row["value"], row["unit"]) if known else "[dim]not known[/dim]",
            f"{row['membership']:.0%}" if row["membership"] is not None else "-",
            escape(row["baseline"] or ""),
        )
    return table


def _data(label: dict[str, Any], latest: dict[str, Any]) -> str:
    said = f"data {label['data_status']}, coverage {label['coverage']:.0%}"
    if label["missing_inputs"]:
        said += f"; missing {label['missing_inputs'].replace(',', ', ').replace('_', ' ')}"
    if missed := len(latest["unavailable_feeds"]):
        said += f"; {missed} of {len(latest['feeds'])} feeds not reached in the last run, see leverage status"
    rules = f"rules {label['rules_version']} ({label['parameter_hash'][:8]})"
    return f"[dim]{escape(said)}; {rules}. A label describes the day; it is no forecast and no advice.[/dim]"
