"""Where a command writes a file: whole or not at all, and an error that says why not."""

from __future__ import annotations

import os
from pathlib import Path

from cli.errors import WrongUse


def written_to(path: Path, content: bytes) -> None:
    """Replace `path` by `content`. Raises WrongUse when it cannot be written."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise WrongUse(f"cannot write {path}: {error.strerror}; choose another --output") from error
