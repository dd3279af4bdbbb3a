"""The dbt that the pipeline starts: dbt itself, in a process that does not outlive the pipeline.

A killed pipeline would leave its dbt writing to the build database, and the next run would find it locked.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from importlib.metadata import version

POLL = 0.2  # seconds; the next run needs longer than that to start


def main() -> None:
    """Run dbt's command line with this process's arguments."""
    if sys.argv[1:] == ["--version"]:  # asked before every command; the real answer takes seconds and the network
        print(f"Core:\n  - installed: {version('dbt-core')}")
        return
    parent = os.getppid()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    from dbt.cli.main import cli  # after the watch has begun: the import takes seconds

    cli()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
