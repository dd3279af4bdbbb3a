"""The questions of docs/querying.md with the SQL that answers each, for agents to start from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "querying.md"
SECTION = re.compile(r"^## Ten questions\n(.*?)(?=^## |\Z)", re.M | re.S)
RECIPE = re.compile(r"^### (?P<question>.+?)\n.*?```sql\n(?P<query>.*?)```", re.M | re.S)


@dataclass(frozen=True)
class Recipe:
    """A question and its query."""

    question: str
    query: str


def recipes(page: Path = PAGE) -> list[Recipe]:
    """The recipes in the order of the page; none where the documents are not installed."""
    try:
        section = SECTION.search(page.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    found = RECIPE.finditer(section.group(1)) if section else ()
    return [Recipe(one["question"], one["query"].strip()) for one in found]
