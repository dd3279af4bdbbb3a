"""`leverage serve` before it serves: what it cannot listen on, and a token that is none, are one line."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app

WRONG_USE = 2


@pytest.fixture
def refused(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., str]:
    """What `leverage serve` says when it refuses: one line."""

    def line(*arguments: str, token: str | None = None) -> str:
        given = ["serve", *arguments, "--warehouse", str(tmp_path)]
        ran = CliRunner().invoke(app, given, env={"LEVERAGE_SERVE_TOKEN": token, "COLUMNS": "200"})
        assert ran.exit_code == WRONG_USE
        (said,) = [line for line in capfd.readouterr().err.splitlines() if line.strip()]
        return said

    return line


def test_a_port_that_is_taken_is_named(refused: Callable[..., str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        line = refused("--port", str(taken.getsockname()[1]))
    assert "choose another --host or --port" in line


def test_a_host_that_is_not_this_machine_is_named(refused: Callable[..., str]) -> None:
    assert "cannot listen on 192.0.2.1" in refused("--host", "192.0.2.1")


@pytest.mark.parametrize("token", ["", " "])
def test_an_empty_token_protects_nothing_and_is_refused(token: str, refused: Callable[..., str]) -> None:
    assert "LEVERAGE_SERVE_TOKEN is empty" in refused(token=token)
