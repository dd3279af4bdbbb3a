"""Writing the file of --output: whole or not at all."""

from __future__ import annotations

from pathlib import Path

from cli.errors import WrongUse
from ingest.durable import replace_file


def write_output(path: Path, content: bytes) -> None:
    """Replace `path` by `content`. Raises WrongUse when it cannot be written."""
    try:
        replace_file(path, content, durable=False)
    except OSError as error:
        raise WrongUse(f"cannot write {path}: {error.strerror}; choose another --output") from error
