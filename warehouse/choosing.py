"""Which assets a warehouse is about now: the rule, the set that it comes to, and the catalogue of that set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from ingest.catalogue import Catalogue, load_catalogue
from ingest.errors import CatalogueBroken
from ingest.market import Market
from ingest.sample import simulated
from ingest.selection import Chosen, Selection, next_set
from warehouse.location import Warehouse

Rank = Callable[[Selection, date], tuple[str, ...]]
"""The assets of a rule with `top`, the first one first, for the month that begins on a day."""


def chosen_assets(
    warehouse: Warehouse, catalogue: Catalogue, asked: Selection | None, today: date, rank: Rank
) -> Chosen | None:
    """The assets of the rule `asked`, else of the rule before it, else of the catalogue's [select].

    None where nothing was ever chosen: the warehouse has the assets that the catalogue lists by hand. A `top` is taken
    from the last whole month before `today`, once a month, so that the set is known in advance and can be made again.
    Raises what `rank` raises.
    """
    before = warehouse.chosen()
    rule = asked or (before.rule if before and before.is_asked else catalogue.select)
    if rule is None:
        return before
    month = None if rule.top is None else _month_before(today)
    named = f"{month:%Y-%m}" if month else None
    if before and before.rule == rule and before.month == named:
        chosen = before
    else:
        ranked = rank(rule, month) if month else ()
        calendar = warehouse.calendar()
        chosen = next_set(
            before.assets if before else catalogue.assets,
            before.left if before else {},
            rule,
            dict.fromkeys([*rule.names, *ranked]),
            named,
            calendar.last_day if calendar else None,
        )
    return chosen.asked_for(bool(asked) or bool(before and before.is_asked))


def _month_before(today: date) -> date:
    """The first day of the last whole month."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def market_catalogue(market: Market, path: Path | None, chosen: Chosen | None) -> Catalogue:
    """The catalogue at `path`, or the default one, of the chosen assets; of the simulated market what is simulated.

    Raises CatalogueBroken when a chosen asset is not to be had.
    """
    catalogue = load_catalogue(path)
    if chosen:
        catalogue = catalogue.of_assets(chosen.assets, chosen.left)
    if market.simulated:
        catalogue = simulated(catalogue)
    if chosen and (lacking := set(chosen.assets) - set(catalogue.assets)):
        where = "the simulated market" if market.simulated else "the catalogue"
        raise CatalogueBroken(
            f"{where} has no {', '.join(sorted(lacking))}", advice="leave it out, or add an [[instruments]] entry"
        )
    return catalogue
