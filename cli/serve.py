"""`leverage serve`: what is published over HTTP until a signal comes."""

from __future__ import annotations

import ipaddress
import os
import socket
from importlib import metadata

import uvicorn

from cli.console import stderr_console
from cli.errors import WrongUse
from serving.app import application
from serving.guard import LOCAL_HOSTS
from warehouse.settings import Settings
from warehouse.storage.following import following

TOKEN = "LEVERAGE_SERVE_TOKEN"  # noqa: S105 - the name of a variable


def serve(settings: Settings, host: str, port: int, verbose: bool) -> None:
    """Serve the published releases of the warehouse. Raises WrongUse when the address cannot be listened on."""
    token = os.environ.get(TOKEN)
    if token is not None and not token.strip():
        raise WrongUse(f"{TOKEN} is empty; give it a token or unset it")
    warehouse = settings.resolved_warehouse()
    published = warehouse.published
    listening = _listening(host, port)
    is_local = _is_loopback(host)
    app = application(
        published, metadata.version("leverage-warehouse"), hosts=LOCAL_HOSTS if is_local else None, token=token
    )
    config = uvicorn.Config(
        app, log_level="info" if verbose else "warning", access_log=False, server_header=False, lifespan="on"
    )
    address = f"[{host}]" if ":" in host else host
    out = stderr_console()
    out.print(
        f"http://{address}:{listening.getsockname()[1]}/ serves {warehouse.address or published}; Ctrl-C stops it",
        markup=False,
    )
    if not is_local and token is None:
        out.print(f"Other machines can read it without a token; to ask for one, set {TOKEN}", markup=False)
    with following(warehouse):
        uvicorn.Server(config).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise WrongUse(f"cannot listen on {host} port {port}: {error.strerror}; choose another --host or --port") from (
            error
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
