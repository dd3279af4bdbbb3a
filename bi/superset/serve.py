"""`make bi`: prepare Superset's own database, import the bundle, and serve the dashboard on loopback.

Runs in the environment of requirements/bi.txt and knows nothing of the project but where it publishes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
BIN = Path(sys.executable).parent
DEFAULT_WAREHOUSES = ("sample", "live")
ANY_RANGE = "No filter"  # in the dashboard's YAML, where the range that it opens on is put


def main() -> None:
    """Prepare what has changed since the last start, then serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--warehouse", type=Path, help="default: LEVERAGE_WAREHOUSE, else that of LEVERAGE_MARKET")
    parser.add_argument("--state", type=Path, default=PROJECT / ".superset", help="Superset's own database and keys")
    parser.add_argument("--port", type=int, default=8088)
    options = parser.parse_args()
    published = (options.warehouse or _chosen()).expanduser().absolute() / "published"
    if not (published / "leverage.duckdb").exists():
        sys.exit(f"error nothing is published in {published.parent} yet; run: make run")
    state = options.state.absolute()
    state.mkdir(parents=True, exist_ok=True)
    _secret(state / "secret_key")
    password = os.environ.get("LEVERAGE_BI_PASSWORD") or _secret(state / "password")
    environment = {
        **os.environ,
        "LEVERAGE_BI_STATE": str(state),
        "LEVERAGE_PUBLISHED": str(published),
        "SUPERSET_CONFIG_PATH": str(HERE / "superset_config.py"),
        "SUPERSET_HOME": str(state),
        "FLASK_APP": "superset.app:create_app()",
    }
    _prepare(state, environment, password, _range_to_open(published))
    print(f"dashboard on http://127.0.0.1:{options.port}/superset/dashboard/leverage/ over {published.parent}")
    print(f"log in as admin; the password is in {state / 'password'}, or what LEVERAGE_BI_PASSWORD says", flush=True)
    # One process with threads: enough for a person, and what Superset keeps in memory is kept once.
    arguments = ["--bind", f"127.0.0.1:{options.port}", "--worker-class", "gthread", "--threads", "8"]
    arguments += ["--timeout", "300", "--log-level", "warning", "superset.app:create_app()"]
    # In this process's place, so that whoever stops it stops Superset.
    os.execve(BIN / "gunicorn", ["gunicorn", *arguments], environment)  # noqa: S606


def _chosen() -> Path:
    """The warehouse that the environment names, else the default one of its market."""
    if named := os.environ.get("LEVERAGE_WAREHOUSE"):
        return Path(named)
    market = os.environ.get("LEVERAGE_MARKET") or "sample"
    if market not in DEFAULT_WAREHOUSES:  # a relay's directory is named by the project, which is not installed here
        sys.exit(f"error LEVERAGE_MARKET is {market}, none of {', '.join(DEFAULT_WAREHOUSES)}; set LEVERAGE_WAREHOUSE")
    return PROJECT / "warehouse" / "data" / market


def _range_to_open(published: Path) -> str:
    """The range that the dashboard opens on, as Superset writes it: from the first of the month a year before the end.

    It is counted from the last day of the release, because the simulated market ends on a day of its own. It has no end
    so that new days show, and begins with a month so that the bundle is imported once a month and not every day.
    """
    last = date.fromisoformat(json.loads((published / "latest.json").read_text())["last_day"])
    return f"{last.year - 1}-{last.month:02}-01 : "


def _secret(path: Path) -> str:
    """A random text kept in a file that its owner alone may read, made at the first call."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text()


def _bundle_in(state: Path, opens_on: str) -> Path:
    """A copy of the bundle in which the filter of days begins with this range."""
    copy = state / "bundle"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(HERE / "bundle", copy)
    for dashboard in copy.glob("dashboards/*.yaml"):
        dashboard.write_text(dashboard.read_text().replace(ANY_RANGE, f"'{opens_on}'"))
    return copy


def _prepare(state: Path, environment: dict[str, str], password: str, opens_on: str) -> None:
    """Schema, roles, user and bundle, once for each version of Superset, of the bundle, its range and the password."""
    inputs = [PROJECT / "requirements" / "bi.txt", *sorted((HERE / "bundle").rglob("*.yaml"))]
    digest = hashlib.sha256((password + opens_on).encode())
    for file in inputs:
        digest.update(file.read_bytes())
    stamp = state / "prepared"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    print("preparing Superset; a first time takes about a minute", flush=True)
    superset, log = BIN / "superset", state / "prepare.log"
    for step, command in (
        ("schema", [superset, "db", "upgrade"]),
        ("roles", [superset, "init"]),
        ("account", [sys.executable, HERE / "account.py"]),
        ("bundle", [superset, "import-directory", "--overwrite", _bundle_in(state, opens_on)]),
    ):
        done = subprocess.run(
            command,
            env={**environment, "LEVERAGE_BI_PASSWORD": password},
            capture_output=True,
            text=True,
            check=False,
        )
        # import-directory ends with 0 whatever happens, and logs what did.
        if done.returncode or "An error occurred" in done.stderr:
            log.write_text(done.stdout + done.stderr)
            sys.exit(f"error preparing Superset failed at its {step}; what it said is in {log}")
    stamp.write_text(digest.hexdigest())


if __name__ == "__main__":
    main()
