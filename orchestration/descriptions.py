"""The texts of assets and checks in Dagster, put together from the tables, the dbt project and its tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from orchestration.dbt_project import DBT_PROJECT
from regimes import DailyMarts
from tables.published import table

READ_BY_LABELS = {field.name for field in fields(DailyMarts)}
FEATURES = "`leverage_features_daily` compares its figures with earlier days"
NOT_FEEDS = "ops"  # the dbt source with the tables that the pipeline writes for the models
# Where to go on from the tables that people open first.
READ_NEXT = {
    "leverage_features_daily": "`regimes_daily` has the label that follows from these figures.",
    "regimes_daily": "`regime_evidence` says why, `regime_labels` what each label means, `support_daily` and"
    " `scenarios` what can follow, `regime_revisions` what was published before.",
    "regime_evidence": "`leverage_features_daily` has the figures behind the evidence.",
    "regime_labels": "`regimes_daily` has the label of each day.",
    "market_breadth_daily": "`market_daily` says it in a word and a sentence.",
    "market_daily": "`regimes_daily` has the label of each asset.",
    "positioning_daily": "`regime_evidence` has what supports a label, in rows that count in no score.",
    "restatements": "`regime_revisions` has the labels that changed.",
}


def table_text(name: str) -> str:
    """What a published table holds, what one row is, what to read next, and its page."""
    found = table(name)
    return _text(found.description, found.grain, _read_next(name), _page(name))


def model_text(node: Mapping[str, Any], venues: list[str]) -> str:
    """What a dbt model holds, the venues whose feeds it is made from, what to read next, its page and its SQL."""
    is_mart = node["fqn"][1] == "marts"
    sources = f"Made from feeds of {', '.join(venues)}." if venues else ""
    is_read = node["name"] in READ_BY_LABELS
    labels = f"The labels read it: {FEATURES}." if is_read else "No daily label reads it."
    links = (labels, _read_next(node["name"]), _page(node["name"])) if is_mart else ()
    sql = f"#### Raw SQL:\n```sql\n{node['raw_code']}\n```" if node.get("raw_code") else ""
    return _text(node["description"], sources, *links, sql)


def venues_behind(manifest: Mapping[str, Any], unique_id: str) -> list[str]:
    """The venues (dbt sources) that a model reads, itself or through other models; sorted."""
    parents: Mapping[str, list[str]] = manifest["parent_map"]
    seen, due = {unique_id}, [unique_id]
    while due:
        due = [parent for child in due for parent in parents.get(child, ()) if parent not in seen]
        seen.update(due)
    found = {manifest["sources"][one]["source_name"] for one in seen if one.startswith("source.")}
    return sorted(found - {NOT_FEEDS})


def describe_tests(manifest: dict[str, Any]) -> None:
    """Give each dbt test of the manifest the description that dagster-dbt shows, `meta.description`."""
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            node["meta"]["description"] = _test_text(node, manifest["macros"])


def _test_text(node: Mapping[str, Any], macros: Mapping[str, Any]) -> str:
    """The comment at the top of the test; of a generic test its first sentence, and what it was asked to check."""
    generic = node.get("test_metadata")
    if generic is None:
        comment = re.match(r"(?:--.*\n)+", node["raw_code"])
        return " ".join(line.removeprefix("--").strip() for line in comment[0].splitlines()) if comment else ""
    macro = macros[f"macro.{node['package_name']}.test_{generic['name']}"]
    comment = re.search(r"{#(.*?)#}", (DBT_PROJECT / macro["original_file_path"]).read_text(), re.DOTALL)
    sentence = " ".join(comment[1].split()).partition(". ")[0].removesuffix(".") + "." if comment else ""
    return _text(sentence, "\n".join(_arguments(generic["kwargs"])))


def _arguments(kwargs: Mapping[str, Any]) -> Iterator[str]:
    for name, value in kwargs.items():
        if name == "model":
            continue
        if isinstance(value, Mapping):
            for condition, holds in value.items():
                sql = holds["holds"] if isinstance(holds, Mapping) else holds
                yield f"* {condition.replace('_', ' ') if name == 'conditions' else condition}: `{sql}`"
        else:
            yield f"* {name}: `{', '.join(value) if isinstance(value, list) else value}`"


def _read_next(name: str) -> str:
    return f"Read next: {READ_NEXT[name]}" if name in READ_NEXT else ""


def _page(name: str) -> str:
    return f"Every column: `docs/tables/{name}.md`."


def _text(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
