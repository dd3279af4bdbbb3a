"""Names of the columns of landed revisions: landing keeps the names with which they landed for the first time."""

from __future__ import annotations

LANDED_NAMES = {"known_inputs_share": "coverage", "funding_8h_bp": "funding_bp"}  # published name to landed name


def landed_name(published: str) -> str:
    """The name that a published column of `regime_revisions` has in landing and in `raw`."""
    return LANDED_NAMES.get(published, published)
