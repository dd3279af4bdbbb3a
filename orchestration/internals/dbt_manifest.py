"""The dbt project as dbt last parsed it, read from its own file.

Reason: the path of the database is in the profile, so dbt parses the whole project again for every warehouse, which
takes 7 s (ADR 13).

Private parts: the format of `partial_parse.msgpack` with `extended_mashumuro_decoder`, and `Manifest.build_flat_graph`.
Checked with dbt-core 1.11.16; `orchestration/dbt_project.py` parses again when that version changes.
"""

from __future__ import annotations

from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumuro_decoder

from orchestration.dbt_project import PARSED, existing_manifest


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
