"""The seal of a release: read-only files, and `SHA256SUMS`, in the format of sha256sum, which shows every change."""

from __future__ import annotations

import hashlib
from pathlib import Path

from warehouse.location import LATEST_JSON, NOW_JSON, PUBLISHED_DATABASE

CHECKSUMS = "SHA256SUMS"
WRITE_PERMISSIONS = 0o222


def seal(folder: Path) -> None:
    """Write the checksums of all files in the folder of a release, and take away every permission to write them."""
    files = _files(folder)
    lines = [f"{_sum(path)}  {path.relative_to(folder)}\n" for path in files]
    sums = folder / CHECKSUMS
    sums.write_text("".join(lines), encoding="utf-8")
    for path in (*files, sums):
        path.chmod(path.stat().st_mode & ~WRITE_PERMISSIONS)


def damage_of(folder: Path) -> str | None:
    """What is wrong with a release: the first file that is gone, changed or added, None when all are as published.

    Of a release without checksums, as earlier versions wrote it, only whether its main files are there.
    """
    if not folder.is_dir():
        return "is gone"
    sums = folder / CHECKSUMS
    if not sums.exists():
        gone = [name for name in (LATEST_JSON, PUBLISHED_DATABASE) if not (folder / name).is_file()]
        return f"lacks {gone[0]}" if gone else None
    lines = sums.read_text(encoding="utf-8", errors="replace").splitlines()
    expected = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    found = {str(path.relative_to(folder)): path for path in _files(folder)}
    for name in sorted(expected.keys() | found.keys() - {CHECKSUMS}):
        if name not in found:
            return f"lacks {name or 'its checksums'}"
        if name not in expected:  # also what DuckDB writes beside a database that is open for writing
            return f"was changed: {name} was not published with it"
        if _sum(found[name]) != expected[name]:
            return f"is damaged: {name} does not match its checksum"
    return None


def _files(folder: Path) -> list[Path]:
    """The files that stay as they are: all but the reading of the running day and what is hidden."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".") and path != folder / NOW_JSON
    )


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
