"""The dbt project as dbt last parsed it, read from its own file.

Reason: the path of the database is in the profile, so dbt parses the whole project again for every warehouse, which
takes 7 s (ADR 13).

Private parts: the format of `partial_parse.msgpack` with `extended_mashumuro_decoder`, and `Manifest.build_flat_graph`.
Checked with dbt-core 1.11.16; `orchestration/dbt_project.py` parses again when that version changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumuro_decoder

from ingest.feeds import LANDED
from orchestration.dbt_project import PARSED, existing_manifest
from warehouse.tables_by_day import Reads


def parsed_project() -> Manifest:
    """The parsed project, for dbtRunner. Raises PipelineError when the project has not been parsed."""
    existing_manifest()
    parsed: Manifest = Manifest.from_msgpack(PARSED.read_bytes(), decoder=extended_mashumuro_decoder)
    parsed.build_flat_graph()  # macros see it as `graph`
    return parsed


def sources_of(project: Manifest, tag: str) -> set[str]:
    """The names of the sources behind the models with a tag, directly or through other models."""
    nodes, sources, found = project.nodes, project.sources, set()
    waiting = [name for name, node in nodes.items() if name.startswith("model.") and tag in node.tags]
    seen = set(waiting)
    while waiting:
        name = waiting.pop()
        if name in sources:
            found.add(sources[name].name)
            continue
        for parent in nodes[name].depends_on_nodes:
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return found


def reads_of(manifest: Mapping[str, Any], unique_id: str) -> Reads:
    """What a node of `manifest.json` reads, through views."""
    feeds = {f"raw.{feed.name}" for feed in LANDED}
    found: dict[str, dict[str, None]] = {kind: {} for kind in ("views", "feeds", "by_day", "others")}
    waiting = [unique_id]
    while waiting:
        for name in manifest["nodes"][waiting.pop()]["depends_on"]["nodes"]:
            parent = manifest["nodes"].get(name) or manifest["sources"][name]
            relation = f"{parent['schema']}.{parent.get('alias') or parent['identifier']}"
            materialized = parent["config"].get("materialized")
            kind = "feeds" if relation in feeds else {"by_day": "by_day", "view": "views"}.get(materialized, "others")
            if kind == "views" and relation not in found["views"]:
                waiting.append(name)
            found[kind][relation] = None
    return Reads(**{kind: tuple(relations) for kind, relations in found.items()})
