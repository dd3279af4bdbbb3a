"""Evidence rows: what the label of a day and the runner-up rest on, with values, memberships and baselines.

classifier.py makes the scores; words/baselines.py says what each value is compared with.
"""

from __future__ import annotations

import polars as pl

from regimes.memberships import decider_column, deciding_features, part_membership
from regimes.parameters import LabelRule, Parameters
from regimes.positioning_evidence import supporting_rows
from regimes.schema import KEY
from regimes.words.baselines import baseline_texts, positioning_texts
from tables.published.regimes import LEVERAGE_FEATURES_DAILY, MART_OF, SUPPORTING, SUPPORTING_MART

# A label needs these; the other roles change its score a little, or not at all.
REQUIRED_ROLES = ("core", "guard")


def evidence_rows(frame: pl.DataFrame, features: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """The table regime_evidence from the classified frame (features, memberships, event and runner-up).

    One row per predicate of the event, and of the runner-up without what leaves the day to another label: the rows
    show what each score was made from. Rows of positioning follow, from `features` (leverage_features_daily), because
    the classified frame does not have it. Days without enough data have no rows.
    """
    judged = frame.lazy().filter(pl.col("data_status") != "insufficient")
    positioned = judged.select(*KEY, "event", "runner_up").join(features.lazy().select(*KEY, *SUPPORTING), on=KEY)
    labels = judged.select("event", "runner_up").unique().collect()
    deciding = deciding_features(parameters)
    baselines, positioning_baselines = baseline_texts(parameters), positioning_texts(parameters)
    parts: list[pl.LazyFrame] = []
    for rank, column in ((1, "event"), (2, "runner_up")):
        present = set(labels[column])  # Polars takes as long for a label without days as for one with a few
        for rule in parameters.labels:
            if rule.label not in present and parts:  # one part at least, for the columns
                continue
            scored = rule if rank == 1 else rule.alone
            ranked, positioning = (
                days.filter(pl.col(column) == rule.label).with_columns(pl.lit(rank, pl.Int64).alias("label_rank"))
                for days in (judged, positioned)
            )
            parts.extend(_predicate_rows(ranked, scored, deciding, baselines))
            parts.extend(supporting_rows(positioning, scored, parameters, positioning_baselines))
    marts = MART_OF | dict.fromkeys(SUPPORTING, SUPPORTING_MART)
    dictionary = pl.LazyFrame(
        [(feature.name, feature.unit, marts.get(feature.name, "")) for feature in LEVERAGE_FEATURES_DAILY.fields],
        schema=["feature", "unit", "mart"],
        orient="row",
    )
    rows = pl.concat(parts).join(dictionary, on="feature", how="left")
    return rows.sort(*KEY, "label_rank", "position").collect()


def _predicate_rows(
    days: pl.LazyFrame,
    rule: LabelRule,
    features: dict[str, list[str]],
    baselines: dict[str, pl.Expr],
) -> list[pl.LazyFrame]:
    """The days, once per predicate of the rule, with the feature that decided it on each."""
    required = sum(part.weight for part in rule.required)
    helpful = sum(part.weight for part in rule.supporting)
    parts = [
        *(("core", part, part.weight / required) for part in rule.core),
        *(("guard", part, part.weight / required) for part in (*rule.guards, *rule.yields)),
        *(("supporting", part, part.weight / helpful) for part in rule.supporting),
    ]
    frames = []
    for position, (role, part, weight) in enumerate(parts):
        predicate, names = part.predicate, features[part.predicate]
        frames.append(
            days.select(
                *KEY,
                pl.lit(rule.label).alias("label"),
                "label_rank",
                pl.lit(position).alias("position"),
                pl.lit(part.name).alias("predicate"),
                pl.lit(role).alias("role"),
                pl.col(decider_column(predicate)).alias("feature"),
                _decided(predicate, {name: pl.col(name) for name in names}).alias("value"),
                part_membership(part).alias("membership"),
                pl.lit(weight).alias("weight"),
                _decided(predicate, {name: baselines[name] for name in names}).alias("baseline"),
            )
        )
    return frames


def _decided(predicate: str, choices: dict[str, pl.Expr]) -> pl.Expr:
    """From the choices by feature, the choice of the feature that decided the predicate."""
    decider = pl.col(decider_column(predicate))
    return pl.coalesce(pl.when(decider == name).then(choice) for name, choice in choices.items())
