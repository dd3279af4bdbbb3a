"""The picture of `leverage now --watch` in the README, from what the command prints.

.venv/bin/leverage run --market sample --warehouse FOLDER --now 2026-02-01T05:50:00Z
.venv/bin/python -m tests.cli.picture_of_now FOLDER docs/images/now.svg
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.console import Console
from rich.terminal_theme import MONOKAI

from cli.now import now
from warehouse.settings import Settings

FIRST, LAST = "2026-02-01T12:00:00Z", "2026-02-02T00:00:00Z"
COLUMNS = 118
COMMAND = f"leverage now --watch --from-hour {FIRST} --now {LAST}"


class Recorder(Console):
    """A console that keeps what is printed, in lines of COLUMNS."""

    def __init__(self) -> None:
        super().__init__(
            file=io.StringIO(),
            record=True,
            width=COLUMNS,
            highlight=False,
            force_terminal=True,
            color_system="truecolor",
        )

    def print(self, *objects: Any, **options: Any) -> None:
        super().print(*objects, **(options | {"soft_wrap": False}))


def picture(warehouse: Path, first: str = FIRST, last: str = LAST) -> str:
    """The terminal as SVG, with the fonts of whoever looks at it: Rich's own would be fetched from a web server."""
    recorder = Recorder()
    settings = Settings(market="sample", warehouse=warehouse)
    with patch("cli.now.stdout_console", lambda: recorder), patch("cli.now.SHOWN_SECONDS", 0.0):
        now(settings, last, as_json=False, asset=None, watch=True, from_hour=first, notify=False)
    drawn = recorder.export_svg(title=COMMAND, theme=MONOKAI, unique_id="now")
    return re.sub(r"\s*@font-face \{.*?\}", "", drawn, flags=re.DOTALL)


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(picture(Path(sys.argv[1])), encoding="utf-8")
