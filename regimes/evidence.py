"""Evidence rows: what the label of a day and the runner-up rest on, with values, memberships and baselines.

classifier.py makes the scores; words/baselines.py says what each value is compared with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from regimes.memberships import decider_column, deciding_features, part_membership
from regimes.parameters import RULES_KEPT, LabelRule, Parameters
from regimes.positioning_evidence import SUPPORTS_ONLY, of_the_day, supporting
from regimes.schema import KEY, TABLES, dtypes
from regimes.words.baselines import baseline_column, baseline_texts, positioning_texts
from tables.published.regimes import LEVERAGE_FEATURES_DAILY, MART_OF, SUPPORTING, SUPPORTING_MART

# A label needs these; the other roles change its score a little, or not at all.
REQUIRED_ROLES = ("core", "guard")
RANKS = {"event": 1, "runner_up": 2}  # the column that names the label, and its label_rank
# What differs between the days of a label. The rest of a line is the same on all of them.
OF_THE_DAY = ("feature", "value", "membership", "baseline")


@dataclass(frozen=True)
class Line:
    """A predicate of a label: what its row says on every day, and the expressions of OF_THE_DAY."""

    predicate: str
    role: str
    weight: float
    of_the_day: Sequence[pl.Expr]


def evidence_rows(frame: pl.DataFrame, features: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """The table regime_evidence from the classified frame (features, memberships, event and runner-up), sorted by KEY.

    One row per predicate of the event, and of the runner-up without what leaves the day to another label: the rows
    show what each score was made from. Rows of positioning follow, from `features` (leverage_features_daily), because
    the classified frame does not have it. Days without enough data have no rows.
    """
    days = frame.with_row_index("number").filter(pl.col("data_status") != "insufficient")
    days = days.join(features.select(*KEY, *SUPPORTING), on=KEY, how="left", maintain_order="left")
    days = days.with_columns(_baselines(parameters))
    present = {column: set(days[column]) for column in RANKS}
    parts = [
        _rows(days.lazy().filter(pl.col(column) == label), label, RANKS[column], lines)
        for column, label, lines in _lines(parameters)
        if label in present[column]
    ]
    if not parts:
        return pl.DataFrame(schema=dtypes(TABLES["regime_evidence"].columns))
    # The days are sorted and the lines of a label in order, so one whole number says where a row belongs.
    return (
        pl.concat(parts)
        .sort(2 * pl.col("number") + pl.col("label_rank"), maintain_order=True)
        .join(_dictionary(), on="feature", how="left", maintain_order="left")
    )


@lru_cache(maxsize=RULES_KEPT)
def _baselines(parameters: Parameters) -> Sequence[pl.Expr]:
    """Baseline texts: a column for each feature that can decide a predicate, and for each one of positioning."""
    texts = baseline_texts(parameters)
    deciding = deciding_features(parameters).values()
    texts = {name: texts[name] for names in deciding for name in names} | positioning_texts(parameters)
    return [text.alias(baseline_column(name)) for name, text in texts.items()]


@lru_cache(maxsize=RULES_KEPT)
def _lines(parameters: Parameters) -> Sequence[tuple[str, str, Sequence[Line]]]:
    """The column that names a label, the label and its lines, for every label as event and as runner-up."""
    deciding = deciding_features(parameters)
    return [
        (column, rule.label, [*_scored_lines(scored, deciding), *_supporting_lines(rule.label, parameters)])
        for column in RANKS
        for rule in parameters.labels
        for scored in [rule if column == "event" else rule.alone]
    ]


def _scored_lines(rule: LabelRule, deciding: Mapping[str, Sequence[str]]) -> Iterator[Line]:
    """The predicates that the score of the label is made from, each with the feature that decided it."""
    required = sum(part.weight for part in rule.required)
    helpful = sum(part.weight for part in rule.supporting)
    parts = [
        *(("core", part, part.weight / required) for part in rule.core),
        *(("guard", part, part.weight / required) for part in (*rule.guards, *rule.yields)),
        *(("supporting", part, part.weight / helpful) for part in rule.supporting),
    ]
    for role, part, weight in parts:
        decider, names = pl.col(decider_column(part.predicate)), deciding[part.predicate]
        value = pl.coalesce(pl.when(decider == name).then(pl.col(name)) for name in names)
        baseline = pl.coalesce(pl.when(decider == name).then(pl.col(baseline_column(name))) for name in names)
        yield Line(part.name, role, weight, (decider, value, part_membership(part), baseline))


def _supporting_lines(label: str, parameters: Parameters) -> Iterator[Line]:
    """The predicates of positioning that support the label."""
    for predicate in supporting(label, parameters):
        yield Line(predicate.name, SUPPORTS_ONLY, 0.0, of_the_day(predicate))


def _rows(days: pl.LazyFrame, label: str, rank: int, lines: Sequence[Line]) -> pl.DataFrame:
    """A row per day and line, line by line; a line of positioning has none on a day on which it is unknown."""
    names = [[f"{column}.{position}" for column in OF_THE_DAY] for position in range(len(lines))]
    # One step for all lines, because Polars passes over the days once. List columns were five times slower.
    wide = days.select(
        "number",
        *KEY,
        pl.lit(label).alias("label"),
        pl.lit(rank, pl.Int64).alias("label_rank"),
        *(
            expression.alias(name)
            for line, of_line in zip(lines, names, strict=True)
            for expression, name in zip(line.of_the_day, of_line, strict=True)
        ),
    ).collect()
    rows = []
    for line, of_line in zip(lines, names, strict=True):
        one = wide.select(
            "number",
            *KEY,
            "label",
            "label_rank",
            pl.lit(line.predicate).alias("predicate"),
            pl.lit(line.role).alias("role"),
            pl.lit(line.weight).alias("weight"),
            *(pl.col(name).alias(column) for name, column in zip(of_line, OF_THE_DAY, strict=True)),
        )
        rows.append(one.filter(pl.col("membership").is_not_null()) if line.role == SUPPORTS_ONLY else one)
    return pl.concat(rows)


def _dictionary() -> pl.DataFrame:
    """The unit of each feature and the mart that it is in."""
    marts = MART_OF | dict.fromkeys(SUPPORTING, SUPPORTING_MART)
    return pl.DataFrame(
        [(feature.name, feature.unit, marts.get(feature.name, "")) for feature in LEVERAGE_FEATURES_DAILY.fields],
        schema=["feature", "unit", "mart"],
        orient="row",
    )
