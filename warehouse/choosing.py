"""Which assets a warehouse is about now: the rule, the set that it comes to, and the catalogue of that set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from ingest.catalogue import Catalogue, load_catalogue
from ingest.contract_lists import Contract, listed_contracts
from ingest.errors import CatalogueBroken
from ingest.market import Market
from ingest.sample import simulated
from ingest.selection import Chosen, Selection, next_set
from ingest.windows import Window
from warehouse.location import Warehouse

RANKED_AT = "binance"  # the venue with the most perpetuals, and whole history by contract

Lists = Mapping[str, tuple[Contract, ...]]
Rank = Callable[[Selection, Window, Lists], tuple[str, ...]]
"""The assets of a rule with `top`, the first one first, for a month, among the contracts of the lists by venue."""


def chosen_assets(
    warehouse: Warehouse,
    catalogue: Catalogue,
    asked: Selection | None,
    today: date,
    lists: Callable[[], Lists],
    rank: Rank,
) -> Chosen | None:
    """The assets of the rule `asked`, else of the rule before it, else of the catalogue's [select].

    None where nothing was ever chosen: the warehouse has the assets that the catalogue lists by hand. A `top` is taken
    from the last whole month before `today`, once a month, so that the set is known in advance and can be made again.
    Raises what `lists` and `rank` raise.
    """
    before = warehouse.chosen()
    rule = asked or (before.rule if before and before.is_asked else catalogue.select)
    if rule is None:
        return before
    found = lists()
    month = None if rule.top is None else _month_before(today)
    named = f"{month.start:%Y-%m}" if month else None
    if before and before.rule == rule and before.month == named:
        chosen = before
    else:
        ranked = rank(rule, month, found) if month else ()
        calendar = warehouse.calendar()
        chosen = next_set(
            before.assets if before else catalogue.assets,
            before.left if before else {},
            rule,
            dict.fromkeys([*rule.names, *ranked]),
            named,
            calendar.last_day if calendar else None,
        )
    known = before.contracts if before else ()
    assets = {*chosen.assets, *chosen.left}
    contracts = listed_contracts(catalogue.perpetuals, found, assets, known, today)
    return replace(
        chosen,
        is_asked=bool(asked) or bool(before and before.is_asked),
        list_venues=tuple(sorted({*found, *(before.list_venues if before else ())})),
        contracts=contracts,
    )


def ranked_assets(
    catalogue: Catalogue, rule: Selection, contracts: Iterable[Contract], size: Callable[[str], float | None]
) -> tuple[str, ...]:
    """The assets of the `top` of a rule by the `size` of their Binance contracts. Raises CatalogueBroken without any.

    `size` takes a symbol and returns None for a contract that is not to be ranked.
    """
    (naming,) = (one for one in catalogue.perpetuals if one.venue == RANKED_AT)
    sizes: dict[str, float] = {}
    for contract in contracts:
        asset, _ = naming.coin(contract.base)
        usable = contract.is_trading and contract.quote == naming.quote and asset not in rule.excluded
        if usable and (found := size(contract.symbol)) is not None:
            sizes[asset] = max(found, sizes.get(asset, 0.0))
    if not sizes:
        raise CatalogueBroken(
            f"{rule} selects nothing: the list of {RANKED_AT} was not fetched", advice="name the assets instead"
        )
    return tuple(sorted(sizes, key=lambda asset: (-sizes[asset], asset))[: rule.top])


def _month_before(today: date) -> Window:
    """The last whole month."""
    last = today.replace(day=1) - timedelta(days=1)
    return Window.of_days(last.replace(day=1), last)


def market_catalogue(market: Market, path: Path | None, chosen: Chosen | None) -> Catalogue:
    """The catalogue at `path`, or the default one, of the chosen assets; of the simulated market what is simulated.

    Raises CatalogueBroken when a chosen asset is not available.
    """
    catalogue = load_catalogue(path)
    if chosen:
        catalogue = catalogue.of_assets(chosen)
    if market.simulated:
        catalogue = simulated(catalogue, further=chosen is not None)
    if chosen and (lacking := set(chosen.assets) - set(catalogue.assets)):
        where = "the simulated market" if market.simulated else "the catalogue"
        raise CatalogueBroken(
            f"{where} has no {', '.join(sorted(lacking))}", advice="leave it out, or add an [[instruments]] entry"
        )
    return catalogue
