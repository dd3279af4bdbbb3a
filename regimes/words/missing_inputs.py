"""What each missing input of a day is called in a sentence."""

from __future__ import annotations

from regimes.data_quality import NETFLOW, UNFINISHED
from regimes.parameters import Gate
from regimes.words.numbers import cardinal, figure


def missing_input_names(gate: Gate) -> dict[str, str]:
    """For every identifier that `missing_inputs` may have, what the day lacks."""
    unchanged = f"(unchanged for {cardinal(gate.stale_days)} days)"
    jump = f"(it moved by more than {figure(gate.open_interest_move_pct)} %)"
    return {
        UNFINISHED: "the end of the day",
        "ohlc": "the day's prices",
        "previous_close": "the close of the day before",
        "ohlc_stale": f"fresh prices {unchanged}",
        "price_baseline": "enough price history",
        "long_liquidations": "long liquidations",
        "short_liquidations": "short liquidations",
        "liquidations_zero": "a liquidation total above zero",
        "liquidations_partial": "liquidations of enough instruments",
        "liquidations_baseline": "enough history of liquidations from the same feeds",
        "open_interest": "open interest",
        "previous_open_interest": "comparable open interest of the day before",
        "open_interest_stale": f"fresh open interest (unchanged for {cardinal(gate.open_interest_stale_days)} days)",
        "open_interest_jump": f"a believable open interest {jump}",
        "open_interest_partial": "open interest of enough instruments",
        "open_interest_baseline": "enough open-interest history",
        "funding": "funding",
        "funding_partial": "funding of the whole day from enough instruments",
        "funding_baseline": "enough funding history of the same contracts",
        NETFLOW: "exchange netflow",
        "netflow_stale": f"fresh exchange flows {unchanged}",
        "netflow_baseline": "enough history of exchange flows from one pull",
    }
