"""One sentence per day that says what happened and why the day has its label, or what data is missing.

The figures come from the features; the evidence rows have the same figures with their baselines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import polars as pl

from regimes.labels import DEFINITIONS, Label
from regimes.memberships import membership_above
from regimes.parameters import RULES_KEPT, Parameters, Windows
from regimes.words.clauses import (
    HELD,
    bleeding,
    closed,
    extreme,
    fall,
    funding,
    grown,
    kept,
    liquidations,
    meaning_of_closing,
    middle,
    move,
    open_interest,
    opened,
    rise,
    selling,
    usual_day,
    usual_liquidations,
)
from regimes.words.missing_inputs import missing_input_names
from regimes.words.numbers import basis_points, choose, percent, period, signed_percent, text
from regimes.words.venues import on_venues


def with_sentences(frame: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """The classified frame with `explanation` and `state_in_words`, which are never null.

    A sentence is made only for the days of its label. Made for all days, most of them would not be used.
    """
    sentences, made = _sentences(parameters), []
    for (label,), days in frame.select("event").with_row_index("number").partition_by("event", as_dict=True).items():
        sentence, columns = sentences[label]
        made.append(days.hstack(frame[days["number"], columns]).select("number", sentence.alias("explanation")))
    empty = pl.DataFrame(schema={"number": pl.UInt32, "explanation": pl.String})
    explanation = pl.concat([empty, *made]).sort("number")["explanation"]
    return frame.with_columns(explanation, state_in_words().alias("state_in_words"))


def _ended(sentence: pl.Expr) -> pl.Expr:
    """The sentence with what the day still waits for, or can never know, and its full stop."""
    waiting = choose(
        (
            pl.col("unknown_inputs").is_not_null() & (pl.col("data_status") != "insufficient"),
            text("; no source covers the exchange flows of ", pl.col("asset")),
        ),
        (
            (pl.col("data_status") == "provisional") & pl.col("netflow_coin").is_null(),
            "; exchange flows are still to come",
        ),
        otherwise="",
    )
    return text(sentence, waiting, ".")


def state_in_words() -> pl.Expr:
    """The state that the day leaves the market in, such as `aftermath of leverage flush, day 3`; never null."""
    names = {definition.label.value: definition.name for definition in DEFINITIONS}
    name = pl.col("regime").replace_strict(names, return_dtype=pl.String)
    phase = choose((pl.col("phase").is_not_null(), text(pl.col("phase"), " of ")), otherwise="")
    return text(phase, name, ", day ", pl.col("days_in_regime").cast(pl.String))


@lru_cache(maxsize=RULES_KEPT)
def _sentences(parameters: Parameters) -> Mapping[str, tuple[pl.Expr, Sequence[str]]]:
    """The sentence of each label, and the columns that it is made from beside the event."""
    sentences = {label: _ended(sentence) for label, sentence in _sentences_without_end(parameters).items()}
    return {
        label.value: (sentence, sorted({*sentence.meta.root_names()} - {"event"}))
        for label, sentence in sentences.items()
    }


def _sentences_without_end(parameters: Parameters) -> dict[Label, pl.Expr]:
    asset = pl.col("asset")
    windows = parameters.windows
    arriving = selling("abnormal_inflow", parameters)
    pressed = membership_above("abnormal_inflow", parameters)
    return {
        Label.LEVERAGE_FLUSH: text(
            fall(),
            " as ",
            liquidations(),
            "; ",
            closed(),
            " and ",
            funding(),
            choose(
                (
                    pressed,
                    text(", but ", arriving, ": leverage was reset, with selling of coins possibly behind it"),
                ),
                (pl.col("netflow_coin") < 0, text(", and coins left exchanges on balance: ", meaning_of_closing())),
                otherwise=text(": ", meaning_of_closing()),
            ),
        ),
        Label.LONG_SQUEEZE: text(
            fall(),
            " as ",
            liquidations(),
            "; ",
            open_interest(),
            " and ",
            funding(),
            ": longs were forced to sell while others opened positions",
        ),
        Label.DELEVERAGING: text(
            "Open interest in ",
            asset,
            on_venues(HELD),
            " is down ",
            bleeding(),
            " without a wave of liquidations (",
            usual_day(),
            "), while ",
            move("price "),
            " and ",
            funding(),
            ": leverage is bleeding out slowly",
        ),
        Label.CAPITULATION: text(
            fall(),
            " as ",
            liquidations(),
            ", and ",
            selling("exchange_run", parameters),
            ": positions were closed by force and coins were sold at the same time",
        ),
        Label.SPOT_SELLOFF: text(
            fall(),
            " as ",
            selling("spot_selling", parameters),
            ", while ",
            kept(parameters),
            " and ",
            usual_liquidations(),
            ": coins were sold, leverage was not flushed",
        ),
        Label.SHORT_SQUEEZE: text(
            rise(),
            " as ",
            liquidations(),
            "; ",
            open_interest(),
            " and ",
            funding(),
            ": shorts were forced to buy back",
        ),
        Label.SHORT_BUILDUP: text(
            move(text(asset, " ")),
            " while ",
            opened(),
            " and ",
            funding(),
            _against_week(windows),
            ": fresh shorts are being opened",
        ),
        Label.LEVERAGE_BUILDUP: text(
            "Open interest in ",
            asset,
            on_venues(HELD),
            grown(),
            " while price held (",
            signed_percent(pl.col("return_pct")),
            " on the day) and ",
            funding(),
            ", ",
            middle(windows),
            ": leverage is being built",
        ),
        Label.OVERHEATED: text(
            "Open interest in ",
            asset,
            on_venues(HELD),
            grown(),
            " while price held, and ",
            extreme(parameters),
            ": leverage is stretched",
        ),
        Label.LEVERAGED_RALLY: text(
            rise(),
            " while ",
            opened(),
            " and ",
            funding(),
            _against_week(windows),
            ": the rise was bought with new leverage",
        ),
        Label.SPOT_RALLY: text(
            rise(),
            " while ",
            open_interest(),
            " and ",
            funding(),
            choose((pl.col("netflow_coin") < 0, ", and coins left exchanges on balance"), otherwise=""),
            ": the rise was bought with coins rather than leverage",
        ),
        Label.CONSOLIDATION: text(
            move(text(asset, " ")),
            " in a range of ",
            percent(pl.col("range_pct")),
            ", ",
            open_interest(),
            " and ",
            usual_liquidations(),
            ": price is consolidating",
        ),
        Label.UNATTRIBUTED_SELLOFF: text(
            fall(), " while ", _derivatives(), ": price fell, and the data does not show who sold", _closest()
        ),
        Label.UNATTRIBUTED_RALLY: text(
            rise(), " while ", _derivatives(), ": price rose, and the data does not show who bought", _closest()
        ),
        Label.MIXED: text(
            move(text(asset, " ")),
            ", ",
            open_interest(),
            " and ",
            usual_liquidations(),
            ": no price shock, and no label stands out",
            _closest(),
        ),
        Label.INSUFFICIENT_DATA: text("No label for ", asset, ": the day lacks ", _lacking(parameters)),
    }


def _derivatives() -> pl.Expr:
    return text(open_interest(), ", ", funding(), " and ", usual_liquidations())


def _against_week(windows: Windows) -> pl.Expr:
    """The funding of the week before, where it differs."""
    week = text(
        ", against ",
        basis_points(pl.col("median_funding_7d_bp")),
        f" in the {period(windows.funding_median_days)} before",
    )
    return choose((pl.col("funding_vs_7d_median_bp") != 0, week), otherwise="")


def _closest() -> pl.Expr:
    names = {definition.label.value: definition.name for definition in DEFINITIONS}
    near = pl.col("runner_up").replace_strict(names, default=None, return_dtype=pl.String)
    return choose((near.is_not_null(), text(" (the closest is ", near, ")")), otherwise="")


def _lacking(parameters: Parameters) -> pl.Expr:
    phrases = pl.element().replace_strict(missing_input_names(parameters.gate), return_dtype=pl.String)
    return pl.col("missing_inputs").str.split(",").list.eval(phrases).list.join(", ")
