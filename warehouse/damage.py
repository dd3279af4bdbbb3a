"""Damaged files of a warehouse: moved into its folder `damaged/`, each with a line in the log there."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from warehouse.errors import WarehouseError

FOLDER = "damaged"
LOG = "log.txt"


def set_aside(root: Path, path: Path, why: str, remedy: str, companions: Iterable[Path] = ()) -> None:
    """Move a damaged file or folder, if it is still there, to `damaged/<time>/` of the warehouse at `root`.

    `why` says what is wrong with it, `remedy` what makes it anew; both go into the log. `companions` are files beside
    it that are of no use without it, and move with it. Raises WarehouseError when a file cannot be moved.
    """
    now = datetime.now(UTC)
    name = _name(root, path)
    target = root / FOLDER / f"{now:%Y%m%dT%H%M%S.%fZ}" / name
    moved = ""
    try:
        for file in (path, *companions):
            if file.exists() or file.is_symlink():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(file, target.with_name(file.name))
                moved = f"moved to {target.parent.relative_to(root)}; "
        note(root, f"{name} {why}; {moved}{remedy}")
    except OSError as error:
        raise WarehouseError(f"{name} {why}, and cannot be moved away: {error.strerror}; delete it") from error


def note(root: Path, line: str) -> None:
    """Add one line about damage to the log of the warehouse at `root`."""
    log = root / FOLDER / LOG
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {' '.join(line.split())}\n")


def noted(root: Path) -> list[str]:
    """The lines of the log, oldest first, without their times. Empty when nothing was ever damaged."""
    try:
        text = (root / FOLDER / LOG).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    return [line.partition(" ")[2] for line in text.splitlines()]


def _name(root: Path, path: Path) -> Path:
    """The path below the warehouse; of a file elsewhere, such as below another DAGSTER_HOME, its last two parts."""
    return path.relative_to(root) if path.is_relative_to(root) else Path(*path.parts[-2:])
