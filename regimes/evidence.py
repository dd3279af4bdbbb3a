"""Evidence rows: what the label of a day and the runner-up rest on, with values, memberships and baselines.

classifier.py makes the scores; words/baselines.py says what each value is compared with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

import polars as pl

from regimes.memberships import decider_column, membership_column
from regimes.parameters import RULES_KEPT, LabelRule, Parameters
from regimes.positioning_evidence import SUPPORTS_ONLY, judged_as, judged_columns, supporting
from regimes.schema import KEY, TABLES, dtypes
from regimes.words.baselines import baseline_texts, positioning_texts
from tables.published.regimes import LEVERAGE_FEATURES_DAILY, MART_OF, SUPPORTING, SUPPORTING_MART

# A label needs these; the other roles change its score a little, or not at all.
REQUIRED_ROLES = ("core", "guard")
RANKS = {"event": 1, "runner_up": 2}  # the column that names the label, and its label_rank
# A line is one predicate of a label, with what its rows have in common. Those of a `negated` one show 1 - membership.
LINE = ("label", "label_rank", "predicate", "role", "weight", "judged", "negated")


def evidence_rows(frame: pl.DataFrame, features: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """The table regime_evidence from the classified frame (features, memberships, event and runner-up), sorted by KEY.

    One row per predicate of the event, and of the runner-up without what leaves the day to another label: the rows
    show what each score was made from. Rows of positioning follow, from `features` (leverage_features_daily), because
    the classified frame does not have it. Days without enough data have no rows.
    """
    labels = frame.select(*KEY, *RANKS, "data_status").with_row_index("number")
    labels = labels.filter(pl.col("data_status") != "insufficient")
    ranked = pl.concat(
        labels.select("number", *KEY, pl.col(column).alias("label"), pl.lit(rank, pl.Int64).alias("label_rank"))
        for column, rank in RANKS.items()
    ).sort("number", "label_rank")
    rows = ranked.join(_lines(parameters), on=["label", "label_rank"], maintain_order="left_right")
    if rows.is_empty():
        return pl.DataFrame(schema=dtypes(TABLES["regime_evidence"].columns))
    positioning = frame.select(KEY).join(features.select(*KEY, *SUPPORTING), on=KEY, how="left", maintain_order="left")
    days = frame.hstack(positioning.select(*SUPPORTING, *judged_columns(parameters)))
    shown = pl.when("negated").then(1.0 - pl.col("membership")).otherwise("membership")
    return (
        pl.concat([rows, _of_the_days(rows.with_row_index("row"), days, parameters)], how="horizontal")
        .with_columns(shown.alias("membership"))
        # A line of positioning has no row on a day on which it is unknown.
        .filter((pl.col("role") != SUPPORTS_ONLY) | pl.col("membership").is_not_null())
        .join(_dictionary(), on="feature", how="left", maintain_order="left")
    )


def _of_the_days(rows: pl.DataFrame, days: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """The membership that each row is about, the feature that decided it, its value and baseline, in order of the rows.

    `number` is the position of the row's day in `days`. A predicate is looked up on the days of its rows alone, and a
    text is made only where its feature decided: most features decide little.
    """
    judged = []
    for (name,), those in rows.select("row", "number", "judged").partition_by("judged", as_dict=True).items():
        of_predicate = days[those["number"], [membership_column(name), decider_column(name)]]
        of_predicate.columns = ["membership", "feature"]
        judged.append(of_predicate.hstack(those.select("row", "number")))
    texts, decided = _baselines(parameters), []
    for (feature,), those in pl.concat(judged).partition_by("feature", as_dict=True).items():
        if feature is None:  # an unknown feature decided
            value, baseline, names = pl.lit(None, pl.Float64), pl.lit(None, pl.String), []
        else:
            value, baseline = pl.col(feature).cast(pl.Float64), texts[feature]
            names = list({feature: None} | dict.fromkeys(baseline.meta.root_names()))
        of_feature = those.hstack(days[those["number"], names]).lazy()
        decided.append(
            of_feature.select(
                "row", pl.col("feature").cast(pl.String), "membership", value.alias("value"), baseline.alias("baseline")
            )
        )
    return pl.concat(decided).collect().sort("row").drop("row")


@lru_cache(maxsize=RULES_KEPT)
def _baselines(parameters: Parameters) -> Mapping[str, pl.Expr]:
    """What the value of each feature that can decide is compared with."""
    return baseline_texts(parameters) | positioning_texts(parameters)


@lru_cache(maxsize=RULES_KEPT)
def _lines(parameters: Parameters) -> pl.DataFrame:
    """The lines of every label as event and as runner-up, in order, with the columns of LINE."""
    lines = [
        (rule.label, rank, *line)
        for column, rank in RANKS.items()
        for rule in parameters.labels
        for scored in [rule if column == "event" else rule.alone]
        for line in (*_scored_lines(scored), *_supporting_lines(rule.label, parameters))
    ]
    return pl.DataFrame(lines, schema=LINE, orient="row")


def _scored_lines(rule: LabelRule) -> Iterator[tuple[str, str, float, str, bool]]:
    """The predicates that the score of the label is made from."""
    required = sum(part.weight for part in rule.required)
    helpful = sum(part.weight for part in rule.supporting)
    parts = [
        *(("core", part, part.weight / required) for part in rule.core),
        *(("guard", part, part.weight / required) for part in (*rule.guards, *rule.yields)),
        *(("supporting", part, part.weight / helpful) for part in rule.supporting),
    ]
    for role, part, weight in parts:
        yield part.name, role, weight, part.predicate, part.negated


def _supporting_lines(label: str, parameters: Parameters) -> Iterator[tuple[str, str, float, str, bool]]:
    """The predicates of positioning that support the label."""
    for predicate in supporting(label, parameters):
        yield predicate.name, SUPPORTS_ONLY, 0.0, judged_as(predicate), False


def _dictionary() -> pl.DataFrame:
    """The unit of each feature and the mart that it is in."""
    marts = MART_OF | dict.fromkeys(SUPPORTING, SUPPORTING_MART)
    return pl.DataFrame(
        [(feature.name, feature.unit, marts.get(feature.name, "")) for feature in LEVERAGE_FEATURES_DAILY.fields],
        schema=["feature", "unit", "mart"],
        orient="row",
    )
