"""Write the documents that state numbers of the rules: python -m regimes.documents [--check].

With --check nothing is written; the exit status is 1 if a document differs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from regimes.documents.render import DocumentError, rendered, with_marked_values
from regimes.parameter_file import ParameterError, load_parameters
from regimes.parameters import Parameters

PROJECT = Path(__file__).parents[2]
TEMPLATES = {"docs/regimes.md": "regimes.md.j2"}
# Generated otherwise, or history.
UNMARKED = frozenset({"changelog.md", "data-dictionary.md", "validation.md", "benchmarks.md", "regimes.md"})


def documents(parameters: Parameters, project: Path = PROJECT) -> dict[str, str]:
    """Every document with numbers of the rules, by its path in the project, as it should be."""
    texts = {path: rendered(template, parameters) for path, template in TEMPLATES.items()}
    pages = [page for page in (project / "docs").glob("*.md") if page.name not in UNMARKED]
    for page in (project / "README.md", *sorted(pages), project / "dbt_project" / "dbt_project.yml"):
        path = page.relative_to(project).as_posix()
        texts[path] = with_marked_values(page.read_text(encoding="utf-8"), parameters, path)
    return texts


def main(arguments: list[str] | None = None) -> int:
    """Write what differs, or with --check name it."""
    parser = argparse.ArgumentParser(prog="python -m regimes.documents", description="Write the rules' documents.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 if a document differs")
    check = parser.parse_args(arguments).check
    try:
        texts = documents(load_parameters())
    except (DocumentError, ParameterError) as error:
        print(error, file=sys.stderr)
        return 2
    stale = [path for path, text in texts.items() if _text_of(PROJECT / path) != text]
    for path in stale:
        if check:
            print(f"{path} differs from the parameters of the rules; run: make generated", file=sys.stderr)
        else:
            (PROJECT / path).write_text(texts[path], encoding="utf-8")
            print(f"{path} written")
    return 1 if check and stale else 0


def _text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
