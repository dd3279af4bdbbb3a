"""The models that become assets, chosen by their tag from the manifest.

Reason: dagster-dbt calls dbt's selector even where only a tag decides. Importing the selector takes a third of a second
of every run, and a run that finds nothing new needs nothing else of dbt.

Private parts: the function `select_unique_ids` that `dagster_dbt.asset_utils` calls for `@dbt_assets`. Checked with
dagster-dbt 0.29.27 and dbt-core 1.11.16.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dagster_dbt import asset_utils


def without_tag(manifest: Mapping[str, Any], tag: str) -> set[str]:
    """What dbt selects by `--exclude tag:<tag>`: models, seeds, and the tests that read no model with the tag."""
    nodes = manifest["nodes"]
    tagged = {name for name, node in nodes.items() if tag in node["tags"]}
    return {
        name
        for name, node in nodes.items()
        if name not in tagged and not (node["resource_type"] == "test" and tagged & {*node["depends_on"]["nodes"]})
    }


@contextmanager
def selecting(unique_ids: set[str]) -> Iterator[None]:
    """During the block, `@dbt_assets` makes assets and checks of these nodes and ignores its own selection."""
    by_dbt = asset_utils.select_unique_ids
    asset_utils.select_unique_ids = lambda **_: unique_ids
    try:
        yield
    finally:
        asset_utils.select_unique_ids = by_dbt
