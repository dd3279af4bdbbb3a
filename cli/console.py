"""Where the command line writes: results to standard output, progress and messages to standard error."""

from __future__ import annotations

import os

from rich.console import Console

PLAIN_WIDTH = 100  # columns when the output is not a terminal
REGIME_STYLES = {
    "mechanical": "bold dark_orange",
    "spot_down": "bold red",
    "squeeze": "bold magenta",
    "build": "bold yellow",
    "spot_up": "bold green",
    "quiet": "bold cyan",
    "none": "bold",
}


def stdout_console() -> Console:
    """Standard output. Rich uses no colours when it is not a terminal or NO_COLOR is set."""
    return Console(highlight=False, width=None if os.isatty(1) else PLAIN_WIDTH)


def stderr_console() -> Console:
    """Standard error, on a descriptor of its own: during a step, Dagster redirects number 2 to its compute logs."""
    return Console(file=os.fdopen(os.dup(2), "w", errors="replace"), highlight=False, soft_wrap=True)
