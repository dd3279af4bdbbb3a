"""The mirror of a predicate: the same rule for the other direction of price and the other side of liquidations.

Open interest, funding and flows have no mirror: what they say does not depend on which way price went. Positioning has
one: takers that sell mirror takers that buy, a discount mirrors a premium.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regimes.parameters import Predicate, Ramp, Reference

# Features with a sign: their mirror is the same feature with the opposite sign.
SIGNED = frozenset(
    {
        "return_pct",
        "return_3d_pct",
        "return_7d_pct",
        "return_z",
        "return_3d_z",
        "return_7d_z",
        "reach_balance",
        "median_return_pct",
        "taker_buy_share_z",
        "perpetual_premium_pct",
        "median_perpetual_premium_pct",
        "perpetual_premium_z",
        "long_account_share_z",
        "top_trader_long_share_z",
    }
)
# Shares of longs or of buyers: their mirror is the share of the other side, 1 minus the value.
LONG_SHARES = frozenset(
    {
        "long_share",
        "comparable_long_share",
        "taker_buy_share",
        "median_taker_buy_share",
        "long_account_share",
        "median_long_account_share",
        "top_trader_long_share",
        "median_top_trader_long_share",
    }
)
# Features of one direction with their counterparts, which have the opposite sign.
OPPOSITES = {
    "low_vs_previous_close_pct": "high_vs_previous_close_pct",
    "low_vs_previous_close_z": "high_vs_previous_close_z",
    "worst_return_24h_pct": "best_return_24h_pct",
    "worst_return_24h_z": "best_return_24h_z",
}
# Amounts and shares of one side with their counterparts, which have the same sign.
SIDES = {
    "long_liquidations_usd": "short_liquidations_usd",
    "fall_recovered_share": "rise_given_back_share",
}


class MirrorError(ValueError):
    """A predicate has no mirror, or refers to one whose mirror is not known yet."""


def mirrored(name: str, original: Predicate, known: Sequence[Predicate], mirrors: Mapping[str, str]) -> Predicate:
    """The mirror of `original` under another name.

    `known` has the predicates defined so far, `mirrors` the names of their mirrors. A reference becomes a reference
    to the mirror; a reference to a predicate without a direction stays. Raises MirrorError where that is impossible.
    """
    by_name = {predicate.name: predicate for predicate in known}
    both_ways = {**mirrors, **{mirror: of for of, mirror in mirrors.items()}}
    if not _has_direction(original, by_name):
        raise MirrorError(f"{original.name} is its own mirror")
    conditions: list[Ramp | Reference] = []
    for condition in original.conditions:
        if isinstance(condition, Ramp):
            conditions.append(mirrored_ramp(condition))
        elif condition.predicate in both_ways:
            conditions.append(condition.model_copy(update={"predicate": both_ways[condition.predicate]}))
        elif _has_direction(by_name[condition.predicate], by_name):
            raise MirrorError(f"{original.name} refers to {condition.predicate}, whose mirror is not defined before it")
        else:
            conditions.append(condition)
    return Predicate(name=name, combination=original.combination, conditions=tuple(conditions))


def mirrored_ramp(ramp: Ramp) -> Ramp:
    """The ramp over the feature of the other direction; the same ramp where the feature has no direction."""
    feature, zero, one = ramp.feature, ramp.zero, ramp.one
    sides = {**SIDES, **{short: long for long, short in SIDES.items()}}
    opposites = {**OPPOSITES, **{high: low for low, high in OPPOSITES.items()}}
    if feature in LONG_SHARES:
        # Rounded: 1 - 0.7 is 0.30000000000000004.
        return ramp.model_copy(update={"zero": round(1.0 - zero, 12), "one": round(1.0 - one, 12)})
    if feature in sides:
        return ramp.model_copy(update={"feature": sides[feature]})
    if feature in opposites or feature in SIGNED:
        # Subtracted from 0.0, because -0.0 has another hash than 0.0.
        update = {"feature": opposites.get(feature, feature), "zero": 0.0 - zero, "one": 0.0 - one}
        return ramp.model_copy(update=update)
    return ramp


def _has_direction(predicate: Predicate, by_name: Mapping[str, Predicate]) -> bool:
    return any(
        _has_direction(by_name[condition.predicate], by_name)
        if isinstance(condition, Reference)
        else mirrored_ramp(condition) != condition
        for condition in predicate.conditions
    )
