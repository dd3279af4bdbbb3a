"""Which assets a warehouse is about: remembered, changed, taken once a month, and given back by the release."""

import json
from datetime import date

import pytest

from ingest.catalogue import load_catalogue
from ingest.contract_lists import Contract
from ingest.errors import CatalogueBroken
from ingest.market import Market
from ingest.selection import Chosen, Selection
from warehouse.choosing import chosen_assets, market_catalogue, ranked_assets
from warehouse.location import Calendar

TODAY = date(2026, 2, 2)
CATALOGUE = load_catalogue()
asked = Selection.parse


def ranked(rule, month, lists):
    """The ranking of each month: its number decides the first asset."""
    return tuple(f"A{month.start.month}{n}" for n in range(rule.top))


def choose(warehouse, rule, today=TODAY, lists=None):
    chosen = chosen_assets(warehouse, CATALOGUE, rule, today, lambda: lists or {}, ranked)
    if chosen:
        warehouse.choose(chosen)
    return chosen


def test_without_a_rule_a_warehouse_has_what_the_catalogue_lists(warehouse):
    warehouse.claim("live")
    assert choose(warehouse, None) is None
    assert market_catalogue(Market("live"), None, warehouse.chosen()).assets == ("BTC", "ETH", "SOL")


def test_a_rule_holds_for_later_runs_and_what_leaves_keeps_its_last_day(warehouse):
    warehouse.claim("live")
    warehouse.extend(Calendar(date(2026, 1, 1), date(2026, 1, 31)))
    assert choose(warehouse, asked("BTC,XRP")).left == {"ETH": date(2026, 1, 31), "SOL": date(2026, 1, 31)}
    assert choose(warehouse, None).assets == ("BTC", "XRP")
    assert warehouse.market() == "live"
    assert warehouse.calendar() == Calendar(date(2026, 1, 1), date(2026, 1, 31))
    catalogue = market_catalogue(Market("live"), None, warehouse.chosen())
    assert catalogue.last_days == {"BTC": None, "ETH": date(2026, 1, 31), "SOL": date(2026, 1, 31), "XRP": None}


def test_nothing_has_left_before_the_first_day(warehouse):
    warehouse.claim("live")
    assert choose(warehouse, asked("XRP")).left == {}


def test_a_top_is_taken_once_a_month_from_the_month_before(warehouse):
    warehouse.claim("live")
    warehouse.extend(Calendar(date(2026, 1, 1), date(2026, 2, 27)))
    january = choose(warehouse, asked("top:2,BTC"))
    assert (january.month, january.assets) == ("2026-01", ("BTC", "A10", "A11"))
    assert choose(warehouse, None, date(2026, 2, 28)) == january
    march = choose(warehouse, None, date(2026, 3, 1))
    assert (march.month, march.assets) == ("2026-02", ("BTC", "A20", "A21"))
    assert set(march.left) == {"A10", "A11", "ETH", "SOL"}


def contract(symbol, base, *, size=1.0, is_trading=True, quote="USDT", announced=None):
    return Contract(symbol, base, quote, size, is_trading, announced)


def asked_symbols(warehouse, feed):
    catalogue = market_catalogue(Market("live"), None, warehouse.chosen())
    return {i.symbol: i.last_day for i in catalogue.instruments.get(feed, ())}


def test_symbols_come_from_the_lists_of_the_venues(warehouse):
    warehouse.claim("live")
    lists = {
        "binance": (contract("1000PEPEUSDT", "1000PEPE"), contract("PEPEUSDC", "PEPE", quote="USDC")),
        "okx": (contract("PEPE-USDT-SWAP", "PEPE", size=10_000_000.0),),
        "bybit": (contract("XRPUSDT", "XRP"),),
    }
    choose(warehouse, asked("PEPE"), lists=lists)
    catalogue = market_catalogue(Market("live"), None, warehouse.chosen())
    assert asked_symbols(warehouse, "coinalyze_funding") == {"1000PEPEUSDT_PERP.A": None}
    assert "bybit_klines" not in catalogue.instruments, "its list does not have the coin"
    (swap,) = catalogue.instruments["okx_liquidation_tape"]
    assert (swap.contract_size, swap.coin_multiple) == (10_000_000.0, 1)
    assert asked_symbols(warehouse, "hyperliquid_klines") == {"kPEPE": None}, "its list was not fetched"


def test_a_contract_that_leaves_the_list_or_is_renamed_ends_and_stays(warehouse):
    warehouse.claim("live")
    before, after = contract("MATICUSDT", "MATIC"), contract("POLUSDT", "POL")
    choose(warehouse, asked("MATIC,POL"), date(2026, 1, 5), {"binance": (before,)})
    assert asked_symbols(warehouse, "binance_um_klines") == {"MATICUSDT": None, "POLUSDT": None}
    choose(warehouse, None, date(2026, 1, 9), {"binance": (after,)})
    ended = {"MATICUSDT": date(2026, 1, 8), "POLUSDT": None}
    assert asked_symbols(warehouse, "binance_um_klines") == ended
    choose(warehouse, None, date(2026, 1, 20), {"binance": (after,)})
    choose(warehouse, None, date(2026, 1, 21), {})
    assert asked_symbols(warehouse, "binance_um_klines") == ended, "the day does not move, nor without a list"
    choose(warehouse, None, date(2026, 1, 22), {"binance": (after, before)})
    assert asked_symbols(warehouse, "binance_um_klines") == dict.fromkeys(ended), "listed again"


def xrp_ends(warehouse, today, *listed):
    """The last day on which XRPUSDT is asked for after a choice on the given day in February 2026."""
    choose(warehouse, asked("XRP"), date(2026, 2, today), {"binance": listed} if listed else {})
    return asked_symbols(warehouse, "binance_um_klines")["XRPUSDT"]


OTHER = contract("BTCUSDT", "BTC")


@pytest.mark.parametrize(
    ("steps", "last_days"),
    [
        pytest.param([(4, True), (5, True), (6, True)], [None, None, 5], id="announced, then over"),
        pytest.param([(4, True), (20, None)], [None, 5], id="over while no list was fetched"),
        pytest.param([(4, True), (20, "gone")], [None, 5], id="gone from the list long after the end"),
        pytest.param([(3, True), (4, "gone")], [None, 3], id="gone before the announced end"),
        pytest.param([(5, False), (6, False), (7, "gone")], [5, 5, 5], id="settled within its last day"),
        pytest.param([(20, False)], [5], id="settled before it was chosen"),
        pytest.param([(3, False), (20, False)], [2, 2], id="suspended before the announced end"),
    ],
)
def test_a_contract_ends_on_the_day_that_its_venue_has_announced(warehouse, steps, last_days):
    warehouse.claim("live")
    found = []
    for today, state in steps:
        xrp = contract("XRPUSDT", "XRP", is_trading=state is True, announced=date(2026, 2, 5))
        listed = {None: (), "gone": (OTHER,)}.get(state, (OTHER, xrp))
        found.append(xrp_ends(warehouse, today, *listed))
    assert found == [day and date(2026, 2, day) for day in last_days]


def test_an_announcement_that_is_withdrawn_ends_nothing(warehouse):
    warehouse.claim("live")
    assert xrp_ends(warehouse, 4, contract("XRPUSDT", "XRP", announced=date(2026, 2, 5))) is None
    assert xrp_ends(warehouse, 5, contract("XRPUSDT", "XRP")) is None
    assert xrp_ends(warehouse, 9) is None


def test_a_set_chosen_before_ends_were_remembered_is_read(warehouse):
    warehouse.claim("live")
    chosen = choose(warehouse, asked("XRP"), lists={"binance": (contract("XRPUSDT", "XRP"),)})
    document = chosen.document()
    for one in document["contracts"]:
        del one["announced_end"]
    assert Chosen.read(document) == chosen


def test_a_top_ranks_coins_by_size_and_by_name_among_equals():
    sizes = {"BTCUSDT": 9.0, "AAAUSDT": 5.0, "1000PEPEUSDT": 5.0, "USDCUSDT": 7.0, "NEWUSDT": None}
    listed = [contract(symbol, symbol.removesuffix("USDT")) for symbol in sizes]
    listed += [contract("OLDUSDT", "OLD", is_trading=False), contract("ETHUSDC", "ETH", quote="USDC")]
    top = ranked_assets(CATALOGUE, asked("top:3,-USDC"), listed, sizes.__getitem__)
    assert top == ("BTC", "AAA", "PEPE")
    with pytest.raises(CatalogueBroken, match="selects nothing"):
        ranked_assets(CATALOGUE, asked("top:3"), [], sizes.__getitem__)


def test_a_lost_marker_gets_its_assets_back_from_the_release(warehouse):
    warehouse.claim("live")
    chosen = choose(warehouse, asked("XRP"))
    said = {"market": "live", "first_day": "2026-01-01", "last_day": "2026-02-01", "selection": chosen.document()}
    warehouse.published.mkdir()
    (warehouse.published / "latest.json").write_text(json.dumps(said))
    warehouse.marker.write_text("{")
    assert warehouse.chosen() == chosen


def test_the_simulated_market_says_what_it_does_not_have():
    chosen = Chosen(asked("BTC,NOSUCH"), ("BTC", "NOSUCH"))
    with pytest.raises(CatalogueBroken, match="the simulated market has no NOSUCH"):
        market_catalogue(Market("sample"), None, chosen)
