"""The documents against the project: links lead somewhere, and the commands in README and docs exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from cli.main import app

PROJECT = Path(__file__).resolve().parents[1]
ROOT = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")
PAGES = [*(PROJECT / name for name in ROOT), *sorted((PROJECT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]+)(?:#[^)]*)?\)")
BLOCK = re.compile(r"```sh\n(.*?)```", re.S)


def commands(page: Path) -> list[str]:
    """The lines of a page's sh blocks, continued lines joined, comments left out."""
    text = "\n".join(BLOCK.findall(page.read_text())).replace("\\\n", " ")
    return [line.split(" #")[0].strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(PROJECT)))
def test_every_relative_link_leads_to_a_file(page: Path):
    missing = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(PROJECT)))
def test_every_make_target_named_in_a_command_exists(page: Path):
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.M))
    named = {found for line in commands(page) for found in re.findall(r"(?:^|\s)make ([a-z-]+)", line)}
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(PROJECT)))
def test_every_leverage_command_and_option_exists(page: Path):
    known = get_command(app).commands  # type: ignore[attr-defined]
    for line in commands(page):
        called = re.search(r"(?:^|[\s/])leverage\s+([a-z]+)(.*)", line)
        if not called:
            continue
        command, arguments = called.groups()
        assert command in known, line
        options = {option for parameter in known[command].params for option in parameter.opts} | {"--help"}
        unquoted = re.sub(r'"[^"]*"', "", arguments)
        assert set(re.findall(r"(?<!\S)--[a-z-]+", unquoted)) <= options, line


def test_every_place_to_look_at_exists():
    table = (PROJECT / "docs/architecture.md").read_text().partition("## Where to look\n")[2].partition("\n## ")[0]
    paths = [path.replace("<venue>", "bybit") for path in re.findall(r"`([\w<>/]+[/.][\w.]*)`", table)]
    assert len(paths) > 10
    assert [path for path in paths if not (PROJECT / path).exists()] == []


def test_the_readme_names_the_two_commands_that_a_newcomer_types():
    named = commands(PROJECT / "README.md")
    assert "make run" in named
    assert "make test" in named
