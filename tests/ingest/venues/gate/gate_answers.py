"""Made-up answers of Gate, and requests of its feeds."""

from ingest.feeds import feed_named
from ingest.instrument import Instrument
from tests.ingest.scripted_venues import ScriptedVenues, asking, at, days

STATS, LIQUIDATIONS, FUNDING = "gate_contract_stats", "gate_liquidations", "gate_funding"
HOURLY_STATS = "gate_hourly_contract_stats"
BTC = "BTC_USDT"
PERPETUAL = Instrument(BTC, "BTC", "perpetual")
STATS_FIELDS = feed_named(STATS).fetch.fields
LAST_DAY = days("2026-02-01", "2026-02-01")  # now is 2026-02-02T04:00


def seconds(text: str) -> int:
    return int(at(text).timestamp())


def put(feed: str, venues: ScriptedVenues, first="2026-01-30", last="2026-02-01", **more):
    return asking(feed, venues, days(first, last), **{"symbols": (BTC,), **more})


def day(text: str, **changed: object) -> dict:
    """A row of 2026: sizes as text, amounts in USD as numbers."""
    return {
        "time": seconds(text), "open_interest": "5000", "open_interest_usd": 35000.5, "mark_price": 70001,
        "long_liq_size": "30", "long_liq_amount": 0.003, "long_liq_usd": 209.5, "long_liq_usd_new": 210,
        "short_liq_size": "0", "short_liq_amount": 0, "short_liq_usd": 0, "short_liq_usd_new": 0.0,
        "lsr_account": 1.5, "lsr_taker": 0.9, "top_lsr_account": 1.1, "top_lsr_size": "1.2",
        "long_users": 40, "short_users": 50, **changed,
    }  # fmt: skip


def old_shape(row: dict) -> dict:
    """The same row as earlier years sent it: text throughout, and the fields of 2026 not there."""
    later = {"long_liq_usd_new", "short_liq_usd_new", "long_users", "short_users"}
    return {name: str(value) for name, value in row.items() if name not in later}


def liquidation(time: int, size: int = 5, contract: str = BTC, **changed: object) -> dict:
    return {"contract": contract, "time": time, "size": size, "order_price": "70100", "fill_price": "70000", "left": 0,
            **changed}  # fmt: skip


class Gate(ScriptedVenues):
    """Answers as the venue does: `from` and `to` included, at most `limit` rows, newest first."""

    def __init__(self, *rows: dict, stamp: str = "time") -> None:
        def answer(url: str, params: dict) -> list[dict]:
            held = [r for r in rows if params["from"] <= int(r[stamp]) <= params.get("to", 10**12)]
            return sorted(held, key=lambda r: -int(r[stamp]))[: params["limit"]]

        super().__init__(answer)
