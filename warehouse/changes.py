"""The change feed of the published release, for who passes it on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from warehouse.location import Warehouse
from warehouse.reading import latest, open_release


def changes_after(warehouse: Warehouse, moment: datetime | None) -> list[dict[str, Any]]:
    """Rows of regime_changes that were published after `moment` (UTC, naive), oldest first, each with `simulated`.

    Without a moment, those of the newest publication alone. Never what was computed in a backfill. Empty before the
    first release.
    """
    if latest(warehouse) is None:
        return []
    with open_release(warehouse) as release:
        rows = release.select(
            "SELECT * FROM regime_changes WHERE NOT is_backfill AND available_at > coalesce(?::TIMESTAMP,"
            " (SELECT max(available_at) - INTERVAL 1 MICROSECOND FROM regime_revisions))"
            " ORDER BY available_at, asset, day, revision",
            [moment],
        )
        return [{**row, "simulated": bool(release.latest["simulated"])} for row in rows.to_dicts()]
