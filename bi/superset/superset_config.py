"""Superset's settings for `make bi`: where its own state lies, and that every query opens the newest release.

Superset imports this file by its name. What it reads from the environment is set by serve.py.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool
from superset.config import TALISMAN_CONFIG as SHIPPED_POLICY

STATE = Path(os.environ["LEVERAGE_BI_STATE"])
PUBLISHED = Path(os.environ["LEVERAGE_PUBLISHED"])

APP_NAME = "leverage"
SECRET_KEY = (STATE / "secret_key").read_text()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{STATE / 'superset.db'}"
DEFAULT_TIMEZONE = "UTC"
# A cached result would be out of date after the next release, and a query takes milliseconds.
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
# Seconds that a chart waits for its rows. A dashboard asks for all charts at once. On a busy machine the last of them
# waited longer than the minute that Superset ships with.
SUPERSET_WEBSERVER_TIMEOUT = 300
# Superset's pages load an image from a third party that counts who opens them. This policy blocks it.
# Superset compiles the templates of texts (Handlebars) in the browser, which needs unsafe-eval.
_POLICY = SHIPPED_POLICY["content_security_policy"]
TALISMAN_CONFIG = {
    **SHIPPED_POLICY,
    "content_security_policy": {
        **_POLICY,
        "img-src": ["'self'", "blob:", "data:"],
        "connect-src": ["'self'"],
        "script-src": [*_POLICY["script-src"], "'unsafe-eval'"],
    },
}
# The reading in words is HTML of the bundle; without these the label's colour and the layout of its tiles are stripped.
HTML_SANITIZATION_SCHEMA_EXTENSIONS = {"attributes": {"*": ["className"], "span": ["style"]}}
# One process on loopback for one person: limits against strangers would only stop a dashboard of many charts.
RATELIMIT_ENABLED = False


def DB_CONNECTION_MUTATOR(  # noqa: N802 - Superset's name
    uri: URL, params: dict[str, Any], username: str | None, security_manager: object, source: object
) -> tuple[URL, dict[str, Any]]:
    """The release that `published` points to now, on a connection that ends with its query.

    Up to 1.4, DuckDB gives connections of a process to the same path the same open file: by the path of the link, a
    query that overlaps another would go on reading the release before. By the path of the release it cannot.
    """
    del username, security_manager, source
    if uri.get_backend_name() != "duckdb":
        return uri, params
    release = PUBLISHED.resolve() / "leverage.duckdb"
    return uri.set(database=str(release)), {**params, "poolclass": NullPool}
