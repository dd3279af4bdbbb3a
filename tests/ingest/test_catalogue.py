"""The catalogue: another asset is one more entry, and every mistake in it is named in one line."""

import pytest

from ingest.catalogue import load_catalogue
from ingest.errors import CatalogueBroken
from ingest.feeds import FEEDS, feed_named
from ingest.market import Host

BTC = """
[[instruments]]
asset = "BTC"
venue = "binance"
instrument = "BTCUSDT"
market = "spot"
symbols = { binance_spot_klines = "BTCUSDT" }
"""
ETH = """
[[instruments]]
asset = "ETH"
venue = "binance"
instrument = "ETHUSDT"
market = "perpetual"
margin_type = "linear"
symbols = { binance_um_klines = "ETHUSDT", coinalyze_open_interest = "ETHUSDT_PERP.A" }

[[instruments]]
asset = "ETH"
market = "network"
symbols = { coinmetrics_network = "eth" }
"""


@pytest.fixture
def written(tmp_path):
    """Write a catalogue and say where it is."""

    def write(text: str | bytes):
        path = tmp_path / "catalogue.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_the_projects_own_catalogue_asks_every_feed_for_bitcoin():
    catalogue = load_catalogue()
    assert catalogue.feeds == FEEDS
    assert all(any(i.asset == "BTC" for i in listed) for listed in catalogue.instruments.values())
    assert catalogue.assets == ("BTC", "ETH", "SOL")
    assert set(catalogue.hosts) <= {host for feed in FEEDS for host in feed.hosts}
    inverse = next(i for i in catalogue.instruments["coinalyze_open_interest"] if i.symbol == "BTCUSD_PERP.A")
    assert (inverse.instrument, inverse.market, inverse.margin_type) == ("BTCUSD_PERP", "perpetual", "inverse")


def test_another_asset_is_an_entry_and_no_code(written):
    catalogue = load_catalogue(written(BTC + ETH))
    assert catalogue.assets == ("BTC", "ETH")
    assert [feed.name for feed in catalogue.feeds] == [
        "binance_spot_klines",
        "binance_um_klines",
        "coinalyze_open_interest",
        "coinmetrics_network",
    ]
    (ether,) = catalogue.instruments["coinalyze_open_interest"]
    assert (ether.symbol, ether.asset, ether.instrument) == ("ETHUSDT_PERP.A", "ETH", "ETHUSDT")
    assert catalogue.instruments["coinmetrics_network"][0].venue is None


def test_hosts_have_their_limits(written):
    text = LIMITED + "per_second = 4\nburst = 2.5\n"
    assert load_catalogue(written(text)).hosts == {"fapi.binance.com": Host(per_second=4, burst=2.5)}


LIMITED = BTC + '[hosts."fapi.binance.com"]\n'


def without(line: str) -> str:
    assert BTC.count(line + "\n") == 1
    return BTC.replace(line + "\n", "")


def test_a_directory_is_read_as_one_catalogue(tmp_path):
    for name, text in (("a.toml", LIMITED), ("b.toml", ETH), ("c.toml", "# nothing yet"), ("notes.txt", "no toml")):
        (tmp_path / name).write_text(text)
    catalogue = load_catalogue(tmp_path)
    assert catalogue.assets == ("BTC", "ETH")
    assert list(catalogue.hosts) == ["fapi.binance.com"]


def test_what_two_files_say_twice_is_refused_with_the_name_of_the_second(tmp_path):
    (tmp_path / "a.toml").write_text(LIMITED)
    (tmp_path / "b.toml").write_text(LIMITED.replace("binance_spot_klines", "binance_um_klines"))
    with pytest.raises(CatalogueBroken, match=r"b\.toml: another file has limits of the host 'fapi\.binance\.com' too"):
        load_catalogue(tmp_path)
    (tmp_path / "b.toml").write_text(BTC)
    with pytest.raises(CatalogueBroken, match=r"b\.toml: binance_spot_klines lists BTCUSDT twice"):
        load_catalogue(tmp_path)


SIZED = """
[[instruments]]
asset = "ETH"
venue = "binance"
instrument = "ETHUSDT"
market = "perpetual"
margin_type = "linear"
contract_size = 10
symbols = { binance_um_klines = "ETHUSDT" }
"""
AGAIN = SIZED.replace("binance_um_klines", "binance_um_funding")


def test_two_entries_may_speak_of_one_contract(written):
    assert len(load_catalogue(written(SIZED + AGAIN)).feeds) == 2


@pytest.mark.parametrize(
    ("other", "words"),
    [
        pytest.param(AGAIN.replace("10", "100"), "ETHUSDT has contract_size 100.0 in one entry and 10.0", id="size"),
        pytest.param(AGAIN.replace("contract_size = 10\n", ""), "ETHUSDT has contract_size 1.0 in one", id="no-size"),
        pytest.param(AGAIN.replace("linear", "inverse"), "ETHUSDT has margin_type inverse in one entry", id="margin"),
        pytest.param(AGAIN.replace('"ETH"', '"ETC"'), "ETHUSDT has asset ETC in one entry", id="asset"),
    ],
)
def test_two_entries_that_contradict_each_other_are_refused_with_what_to_change(written, other, words):
    with pytest.raises(CatalogueBroken) as raised:
        load_catalogue(written(SIZED + other))
    assert words in str(raised.value)
    assert "say the same in both" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_spot_pair_and_a_perpetual_of_one_name_are_two_instruments(written):
    assert len(load_catalogue(written(BTC + SIZED.replace("ETH", "BTC"))).feeds) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("asset = ", "cannot read the catalogue", id="no-toml"),
        pytest.param(b"\xff\xfe", "cannot read the catalogue", id="no-text"),
        pytest.param("", "lists no instruments", id="empty"),
        pytest.param(BTC.replace("[[instruments]]", "[instruments]"), "double brackets", id="single-brackets"),
        pytest.param("instruments = ['BTC']", "double brackets", id="list-of-texts"),
        pytest.param(BTC.replace("binance_spot_klines", "binance_spot"), "no feed is named 'binance_spot'", id="feed"),
        pytest.param(BTC.replace('"spot"', '"futures"'), "market 'futures'", id="market"),
        pytest.param(without('market = "spot"'), "market None", id="no-market"),
        pytest.param(without('asset = "BTC"'), "needs an asset and its symbols", id="no-asset"),
        pytest.param(without('venue = "binance"'), "needs its venue and its contract", id="no-venue"),
        pytest.param(without('instrument = "BTCUSDT"'), "needs its venue and its contract", id="no-contract"),
        pytest.param(BTC.split("symbols")[0], "needs an asset and its symbols", id="no-symbols"),
        pytest.param(BTC.split("symbols")[0] + "symbols = {}", "needs an asset and its symbols", id="empty-symbols"),
        pytest.param(BTC.split("symbols")[0] + 'symbols = "BTC"', "needs an asset and its symbols", id="symbol-text"),
        pytest.param(BTC.replace('= "BTCUSDT" }', "= 5 }"), "asset and symbols are texts", id="symbol-number"),
        pytest.param(BTC.replace('"BTC"', "5"), "asset and symbols are texts", id="asset-number"),
        pytest.param(BTC.replace("venue =", "exchange ="), "an instrument has no exchange", id="unknown-field"),
        pytest.param(BTC + 'margin_type = "linear"', "with margin type 'linear'", id="margin-of-spot"),
        pytest.param(ETH.replace('margin_type = "linear"\n', ""), "with margin type None", id="no-margin-type"),
        pytest.param(ETH.replace('"linear"', '"quanto"'), "margin type 'quanto'", id="margin-type"),
        pytest.param(BTC + BTC, "binance_spot_klines lists BTCUSDT twice", id="twice"),
        pytest.param(BTC + '[hosts."fapi.binance.cmo"]\nper_second = 1', "no feed asks the host", id="host"),
        pytest.param(LIMITED + 'per_hour = 1', "host fapi.binance.com with", id="limit"),
        pytest.param(LIMITED + 'per_second = "4"', "host fapi.binance.com with", id="limit-text"),
        pytest.param(LIMITED + 'per_second = -1', "host fapi.binance.com with", id="limit-below-0"),
        pytest.param(BTC + '[hosts]\n"fapi.binance.com" = 4', "host fapi.binance.com with", id="limit-bare"),
        pytest.param(BTC + '[[hosts]]\nper_second = 4', "hosts is no table", id="hosts-list"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_in_one_line(written, text, words):
    with pytest.raises(CatalogueBroken) as raised:
        load_catalogue(written(text))
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_catalogue_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CatalogueBroken, match=r"cannot read the catalogue .*nowhere\.toml"):
        load_catalogue(tmp_path / "nowhere.toml")


def test_a_feed_that_does_not_exist_is_answered_with_those_that_do():
    with pytest.raises(CatalogueBroken, match=r"no feed is named 'kraken'; feeds: binance_spot_klines, "):
        feed_named("kraken")


def test_feeds_have_names_keys_and_hosts_that_fit_together():
    assert len({feed.name for feed in FEEDS}) == len(FEEDS)
    for feed in FEEDS:
        assert {*feed.key, feed.observed} <= set(feed.schema.columns)
        assert feed.schema.name == feed.name
        assert feed.hosts or feed.venue == "inbox"
        assert list(feed.rows_schema()) == list(feed.schema.columns)
        assert all(column.description for column in feed.schema.columns.values())


def test_the_tape_has_every_perpetual_of_the_venues_that_are_recorded():
    catalogue = load_catalogue()
    for venue, klines in (
        ("binance", ("binance_um_klines", "binance_cm_klines")),
        ("bybit", ("bybit_klines",)),
        ("okx", ("okx_klines",)),
    ):
        asked = {i.instrument for feed in klines for i in catalogue.instruments[feed] if i.market == "perpetual"}
        taped = catalogue.instruments[f"{venue}_liquidation_tape"]
        assert {i.instrument for i in taped} == asked
        assert {i.asset for i in taped} == {"BTC", "ETH", "SOL"}
