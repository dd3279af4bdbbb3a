"""The recorder's state as a small file: for `leverage status`, for Dagster, and for whatever supervises the process.

`python -m record.health FILE` exits with 0 while the recorder is well, with 1 and one line while it is not.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.durable import replace_file
from ingest.errors import IngestError

FILE = "health.json"
STALE = timedelta(seconds=60)  # it is written every five


@dataclass(frozen=True)
class StreamHealth:
    """One stream; moments are ISO 8601 UTC, null before the first."""

    venue: str
    stream: str
    state: str
    connections: int
    messages: int
    lost: int
    last_message_at: str | None
    last_event_at: str | None
    trouble: str | None


@dataclass(frozen=True)
class Health:
    """`at` is when it was written. `storage` says what the disk refuses, null while it takes everything; `failed` what
    ended by a mistake of the recorder's own."""

    recorder: str
    pid: int
    at: str
    stopped: bool
    storage: str | None
    unlanded_files: int
    last_segment_at: str | None
    streams: tuple[StreamHealth, ...]
    failed: str | None = None

    def trouble(self, now: datetime) -> str | None:
        """In one line what is wrong at `now`, None when nothing is."""
        if self.stopped:
            return f"stopped at {self.at[:19]} UTC"
        age = now - datetime.fromisoformat(self.at)
        if age > STALE:
            return f"not running: last sign of life {self.at[:19]} UTC"
        if self.storage:
            return f"disk: {self.storage}"
        if self.failed:
            return f"failed: {self.failed}; restart the recorder"
        bad = [f"{s.stream} {s.state}" for s in self.streams if s.state != "recording"]
        return ", ".join(bad) or None


def write(folder: Path, health: Health) -> None:
    """Replace the file in one step. Raises OSError."""
    content = json.dumps(asdict(health), indent=2) + "\n"
    replace_file(folder / FILE, content.encode(), durable=False)  # in five seconds there is a newer one


def read(folder: Path) -> Health | None:
    """What was written last, None where no recorder has run. Raises IngestError when the file is damaged."""
    path = folder / FILE
    try:
        stored: dict[str, Any] = json.loads(path.read_text())
        streams = tuple(StreamHealth(**one) for one in stored.pop("streams"))
        return Health(**stored, streams=streams)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IngestError(
            f"cannot read {path}: {error}", advice="restart the recorder, which writes it anew"
        ) from error


def main(file: Path) -> int:
    """Exit status for a supervisor."""
    try:
        health = read(file.parent)
    except IngestError as error:
        print(error, file=sys.stderr)
        return 1
    why = "no recorder has run here" if health is None else health.trouble(datetime.now(UTC))
    if why:
        print(why, file=sys.stderr)
    return 1 if why else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
