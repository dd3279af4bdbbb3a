"""`leverage now`: what the last 24 hours would be called as a day; one line per asset, then detail."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.markup import escape

from brief.words import as_words
from cli.console import REGIME_STYLES, stdout_console
from cli.errors import Stale, WrongUse
from cli.notify import channels_or_refuse
from orchestration.alerting import notify as send_new
from regimes.data_quality import NETFLOW
from tables.prices import price_text
from warehouse.errors import NotPublished, UnknownDay
from warehouse.reading import read_latest
from warehouse.run_context import run_time
from warehouse.settings import Settings

HOUR = timedelta(hours=1)
PUBLISHED_AFTER = timedelta(minutes=2)  # an hour's end: venues close their bars by then
SHOWN_SECONDS = 1.0  # each simulated hour
MILLION = 1e6


def now(
    settings: Settings,
    at: str | None,
    *,
    as_json: bool,
    asset: str | None,
    watch: bool,
    from_hour: str | None,
    notify: bool,
) -> None:
    """Refresh the reading of the running day and print it. `watch` repeats it every hour, `notify` sends alerts.

    Raises WrongUse for invalid options, NotPublished without a daily run, UnknownDay for an unknown asset, Stale when
    an asset with a daily label has no reading.
    """
    if from_hour and not watch:
        raise WrongUse("--from-hour needs --watch")
    if notify:
        channels_or_refuse()
    warehouse = settings.resolved_warehouse()
    latest = read_latest(warehouse)
    if latest is None:
        raise NotPublished(
            f"{warehouse.location} has no calendar day to compare with; run: leverage run, then leverage now"
        )
    if asset and asset not in latest["assets"]:
        raise UnknownDay(f"{asset} is not in {warehouse.location}; it holds {', '.join(latest['assets'])}")
    from orchestration.now import refresh_now  # takes a second, which only a valid command is worth

    out, document = stdout_console(), {}
    for moment in _moments(settings, at, watch=watch, from_hour=from_hour):
        document = refresh_now(settings, moment).document
        if asset:
            document = {**document, "assets": {asset: document["assets"][asset]}}
        if as_json:
            print(json.dumps(document, indent=None if watch else 2), flush=True)
        else:
            _print(out, document, detail=asset or (None if watch else next(iter(document["assets"]))))
        if notify:
            for one in send_new(warehouse):
                if one.failure:
                    print(f"{one.channel}: {one.failure}; the next call tries again", file=sys.stderr)
    without = [name for name, found in document["assets"].items() if _is_lost(found, latest["assets"].get(name))]
    if without:
        lacking = (document["assets"][without[0]]["missing_inputs"] or "").split(",")
        named = ", ".join(name for name in lacking if name not in ("", NETFLOW))  # never known within the day
        reason = f": it lacks {named}" if named else ""
        raise Stale(f"{', '.join(without)} has no reading of the 24 hours up to {_hour(document)}{reason}")


def _moments(settings: Settings, at: str | None, *, watch: bool, from_hour: str | None) -> Iterator[datetime]:
    """The times to refresh at: a single one, the simulated hours, or every hour without end."""
    market = settings.parsed_market()
    last, first = _parsed("--now", settings, at), _parsed("--from-hour", settings, from_hour)
    if not watch:
        yield last
    elif market.simulated or from_hour:
        moment = first if from_hour else last - 24 * HOUR
        if moment > last:
            raise WrongUse(f"--from-hour {first:%Y-%m-%d %H:%M} is after --now {last:%Y-%m-%d %H:%M}")
        while moment <= last:
            # The settlement of an hour's end is published after it, so a refresh at the hour itself would lack it.
            yield moment.replace(minute=0, second=0, microsecond=0) + PUBLISHED_AFTER
            moment += HOUR
            time.sleep(SHOWN_SECONDS if market.simulated else 0.0)
    else:
        while True:
            yield datetime.now(UTC)
            due = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + HOUR + PUBLISHED_AFTER
            while (left := (due - datetime.now(UTC)).total_seconds()) > 0:
                time.sleep(min(left, 60.0))  # in pieces: a machine that slept wakes up late


def _parsed(option: str, settings: Settings, text: str | None) -> datetime:
    try:
        return run_time(settings.parsed_market(), text)
    except ValueError as error:
        raise WrongUse(f"{option} {text} is no time; give it as 2026-02-01T14:00:00Z") from error


def _is_lost(found: dict[str, Any], daily: dict[str, Any] | None) -> bool:
    """Whether an asset has no reading now although its last calendar day had one."""
    had = daily is not None and daily["data_status"] != "insufficient"
    return had and found["data_status"] in (None, "insufficient")


def _print(out: Console, document: dict[str, Any], detail: str | None) -> None:
    simulated = ", simulated" if document["simulated"] else ""
    for asset, found in document["assets"].items():
        style = REGIME_STYLES.get(found["family"], "bold")
        label = as_words(found["event"]) if found["event"] else "no reading"
        confidence = "" if found["confidence"] is None else f", confidence {found['confidence']:.2f}"
        out.print(
            f"{asset} {_hour(document)}  [{style}]{label}[/]{confidence}  [dim]24 hours, provisional"
            f" ({escape(document['market'])}{simulated})[/dim]",
            soft_wrap=True,
        )
    for event in document["events"]:
        if event["happened_at"] == document["window_ended_at"]:
            out.print(f"[bold reverse] {as_words(event['kind'])} [/] {escape(event['sentence'])}", soft_wrap=True)
    if detail:
        _print_detail(out, document["assets"][detail])
    for feed, reason in document["skipped"].items():
        out.print(f"[yellow]skipped[/yellow] {feed}: {escape(reason)}", soft_wrap=True)


def _print_detail(out: Console, found: dict[str, Any]) -> None:
    out.print()
    if found["explanation"]:
        out.print(escape(found["explanation"]))
    figures = found["headline"]
    rows = (
        ("price", _price(figures["close_usd"]), _number(figures["return_pct"], "{:+.1f} %")),
        ("low", _number(figures["low_vs_previous_close_pct"], "{:+.1f} %"), "against 24 hours before"),
        (
            "liquidations",
            _number(figures["liquidations_usd"], "{:,.1f} M USD", MILLION),
            _number(figures["liquidation_multiple"], "{:.1f} x the usual day"),
        ),
        (
            "open interest",
            _number(figures["open_interest_usd"], "{:,.0f} M USD", MILLION),
            _number(figures["open_interest_change_1d_pct"], "{:+.1f} %"),
        ),
        ("funding", _number(figures["funding_8h_bp"], "{:.2f} bp per 8 h"), figures["funding_state"] or ""),
        ("support", _price(found["support_usd"]), found["support_status"] or ""),
    )
    out.print()
    for name, value, more in rows:
        out.print(f"  {name:<14}{value:>20}  [dim]{escape(more)}[/dim]")
    if found["nearest_change"]:
        out.print(f"\n[dim]{escape(found['nearest_change'])}[/dim]", soft_wrap=True)


def _number(value: float | None, form: str, unit: float = 1.0) -> str:
    return "unknown" if value is None else form.format(value / unit)


def _price(value: float | None) -> str:
    return "unknown" if value is None else f"{price_text(value)} USD"


def _hour(document: dict[str, Any]) -> str:
    return f"{datetime.fromisoformat(document['window_ended_at']):%Y-%m-%d %H:%M}"
