"""One day as a self-contained HTML page: the answer and its figures on one screen, evidence and methods folded below.

This module collects the words and numbers; templates/ places them on the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from brief.figures import headline, quantity
from brief.history import followed, since_yesterday
from brief.outlook import distances, outlook
from brief.price_chart import price_chart
from brief.rendering import asset_text, environment, readable_on, script_hash
from brief.tables import DAYS_DRAWN, DayTables
from brief.tiles import tiles
from brief.verdict import answer, behind, scope
from brief.words import as_words, short, state_of
from regimes import Parameters
from regimes.baselines import MAD_TO_SIGMA
from tables.prices import price_text

ROLES = ("core", "guard", "supporting", "supports_only")
# The column of each mart that says which feeds or venues a row comes from.
ORIGINS = {
    "prices_daily": "venues",
    "liquidations_daily": "feed_set",
    "open_interest_daily": "feeds",
    "funding_daily": "venues",
    "exchange_flows_daily": "feed",
    "network_activity_daily": "feed",
}
# The columns of the table that has the numbers behind chart and sparklines, with heading and decimals, None of a price.
NUMBERS: dict[str, tuple[str, int | None]] = {
    "close_usd": ("Close, USD", None),
    "open_interest_usd": ("Open interest, USD", 0),
    "long_liquidations_usd": ("Longs liquidated, USD", 0),
    "short_liquidations_usd": ("Shorts liquidated, USD", 0),
    "funding_8h_bp": ("Funding, bp per 8 h", 2),
    "netflow_coin": ("Netflow, coins", 0),
    "active_addresses_count": ("Addresses", 0),
}


@dataclass(frozen=True)
class About:
    """The release: its market, when it was published (UTC, ISO), and the licences of the data."""

    market: str
    simulated: bool
    published_at: str
    licences: str


def day_page(
    tables: DayTables,
    parameters: Parameters,
    about: About,
    index: str,
    banner: str | None = None,
    pages: Mapping[tuple[str, date], str] | None = None,
    left: int = 0,
) -> str:
    """The page. `index` is the address of the explorer and `pages` has those of other pages, as seen from this one;
    `banner` is a warning at the top, `left` the number of assets that are published but not in the tables. Raises
    KeyError for a day without a row."""
    row = tables.of_day("regimes_daily")
    labels = {label["label"]: label for label in tables.frames["regime_labels"].to_dicts()}
    evidence = tables.rows("regime_evidence")
    support = tables.of_day("support_daily")
    script = asset_text("pointer.js")
    links = Links(index, pages or {})
    return (
        environment()
        .get_template("day.html")
        .render(
            asset=tables.asset,
            day=tables.day,
            row=row,
            label=labels[row["event"]],
            on_label=readable_on(labels[row["event"]]["colour"]),
            answer=answer(row, support),
            scope=scope(row, support, parameters),
            market=tables.market(),
            behind=behind(row, {mart: tables.of_day(mart) for mart in ORIGINS}),
            strip=_strip(tables, labels, links),
            left=left,
            links=links.around(tables),
            chart=price_chart(tables),
            tiles=tiles(tables, parameters),
            since_yesterday=since_yesterday(tables),
            distances=distances(tables, evidence, parameters),
            followed=followed(tables),
            support=support,
            as_words=as_words,
            state_of=state_of,
            breakable=breakable,
            figures=headline(tables.of_day("leverage_features_daily")),
            evidence=_judged(evidence),
            outlook=outlook(tables, evidence, parameters),
            scenario=tables.scenario(),
            numbers=_numbers(tables),
            feeds=tables.frames["feed_status"].sort("feed").to_dicts(),
            origins=_origins(tables),
            parameters=parameters,
            mad_to_sigma=MAD_TO_SIGMA,
            days_drawn=DAYS_DRAWN,
            about=about,
            banner=banner,
            script=script,
            script_hashes=[script_hash(script)],
        )
    )


@dataclass(frozen=True)
class Links:
    """Addresses as seen from a page: of the explorer, and of the pages that there are."""

    explorer: str
    pages: Mapping[tuple[str, date], str]

    def of(self, asset: str, day: date) -> str:
        """The page of the day, or the explorer with the day pinned."""
        return self.pages.get((asset, day)) or f"{self.explorer}#asset={quote(asset)}&day={day}"

    def around(self, tables: DayTables) -> dict[str, str | None]:
        """The day before and the day after, if the tables have them, and the explorer at this day."""
        regimes = tables.frames["regimes_daily"]
        days = set(regimes.filter(asset=tables.asset)["day"].to_list())
        before, after = (tables.day + timedelta(days=by) for by in (-1, 1))
        return {
            "previous": self.of(tables.asset, before) if before in days else None,
            "next": self.of(tables.asset, after) if after in days else None,
            "explorer": f"{self.explorer}#asset={quote(tables.asset)}&day={tables.day}",
        }


def _strip(tables: DayTables, labels: Mapping[str, Mapping[str, Any]], links: Links) -> list[dict[str, Any]]:
    """Every asset on the day, Bitcoin first, then by open interest: label, price, change and state; without a reading
    only why."""
    regimes = tables.frames["regimes_daily"].filter(day=tables.day)
    rows = sorted(
        regimes.to_dicts(),
        key=lambda row: (row["asset"] != "BTC", -(row["open_interest_usd"] or 0.0), row["asset"]),
    )
    return [
        {
            "asset": row["asset"],
            "is_this": row["asset"] == tables.asset,
            "has_reading": row["event"] != "insufficient_data",
            "missing": as_words(row["missing_inputs"] or "too little data").replace(",", ", "),
            "label": as_words(row["event"]),
            "colour": labels[row["event"]]["colour"],
            "price": None if row["close_usd"] is None else short(row["close_usd"]),
            "change": None if row["return_pct"] is None else f"{row['return_pct']:+.1f} %",
            "state": state_of(row),
            "href": links.of(row["asset"], tables.day),
        }
        for row in rows
    ]


def breakable(name: str) -> Markup:
    """An identifier that a narrow column may break after its underscores."""
    return Markup("_<wbr>").join(name.split("_"))


def _judged(evidence: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The conditions of the label of the day, core conditions first, then what only supports it; values in words."""
    best = [row for row in evidence if row["label_rank"] == 1]
    return [
        {**row, "said": None if row["value"] is None else quantity(row["value"], row["unit"])}
        for row in sorted(best, key=lambda row: (ROLES.index(row["role"]), -row["weight"], row["predicate"]))
    ]


def _numbers(tables: DayTables) -> dict[str, Any]:
    """The days drawn as a table, newest first: headings, and rows of text; unknown values are a dash."""
    features, regimes = tables.drawn("leverage_features_daily"), tables.drawn("regimes_daily")
    joined = features.select("day", *NUMBERS).join(regimes.select("day", "event"), on="day", how="left")
    rows = [
        [
            row["day"].isoformat(),
            as_words(row["event"] or "-"),
            *(_cell(row[name], decimals) for name, (_, decimals) in NUMBERS.items()),
        ]
        for row in joined.sort("day", descending=True).to_dicts()
    ]
    return {"heads": ["Day (UTC)", "Label", *(title for title, _ in NUMBERS.values())], "rows": rows}


def _cell(value: float | None, decimals: int | None) -> str:
    if value is None:
        return "-"
    return price_text(value) if decimals is None else f"{value:,.{decimals}f}"


def _origins(tables: DayTables) -> list[tuple[str, str]]:
    found = []
    for mart, column in ORIGINS.items():
        said = tables.of_day(mart).get(column)
        found.append((mart, str(said) if said else "nothing on this day"))
    return found
