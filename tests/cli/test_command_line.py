"""The command line as a person meets it: help, exit statuses, one line for an error, no colours outside a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from cli.main import app, main
from tests.pipelines import LEVERAGE, OWN_VARIABLES, PROJECT, Ran, environment, leverage
from warehouse.location import Calendar, Warehouse
from warehouse.lock import pipeline_lock

FAILED, WRONG_USE, LOCKED = 1, 2, 3
COMMANDS = ("run", "status", "brief", "sql", "record", "doctor", "serve", "mcp")


def invoke(*arguments: str | Path):
    return CliRunner().invoke(app, [str(a) for a in arguments], env={"COLUMNS": "120"})


@pytest.fixture
def typed(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """`leverage` in this process: what it says and its status are the same, and Dagster is imported once."""
    for name in [name for name in os.environ if name.startswith(OWN_VARIABLES)]:
        monkeypatch.delenv(name)

    def run(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["leverage", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return Ran(int(ended.value.code or 0), out, err, 0.0)

    return run


def one_line(ran) -> str:
    """What an error says: one line on standard error, no traceback."""
    lines = [line for line in ran.err.splitlines() if line.strip()]
    assert len(lines) == 1, ran.said
    assert "Traceback" not in ran.said
    return lines[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_and_its_options(command: str) -> None:
    helped = invoke(command, "--help")
    assert helped.exit_code == 0
    assert "--warehouse" in helped.output
    assert "--verbose" in helped.output


def test_without_a_command_it_says_what_to_type_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.overview.WAREHOUSES", tmp_path)  # whoever works here may have a warehouse of his own
    monkeypatch.setenv("LEVERAGE_WAREHOUSE", str(tmp_path / "none"))
    shown = invoke()
    assert shown.exit_code == 0
    assert "leverage run" in shown.output
    assert "leverage doctor --market live" in shown.output, (
        "the simulated market needs nothing, and doctor would say so"
    )
    assert "leverage --help" in shown.output


@pytest.mark.slow
def test_without_a_command_it_says_where_things_stand(sample: Path) -> None:
    ran = leverage(extra={"LEVERAGE_WAREHOUSE": str(sample)})
    assert "BTC 2026-01-27" in ran.out
    assert "simulated" in ran.out
    assert "leverage brief" in ran.out


def test_it_says_its_version() -> None:
    shown = invoke("--version")
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert (shown.exit_code, shown.output) == (0, f"leverage {project['version']}\n")


def test_help_lists_every_command() -> None:
    shown = invoke("--help")
    assert all(command in shown.output for command in COMMANDS)


def test_the_shell_can_complete_commands() -> None:
    ran = leverage(extra={"_LEVERAGE_COMPLETE": "complete_bash", "COMP_WORDS": "leverage d", "COMP_CWORD": "1"})
    assert ran.out.split() == ["doctor"]


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_sql_writes_a_file_that_others_read(ending: str, sample: Path, tmp_path: Path) -> None:
    file = tmp_path / f"days.{ending}"
    query = "SELECT asset, count(*) AS days, [1, 2] AS list FROM regimes_daily WHERE asset = 'BTC' GROUP BY asset"
    ran = leverage("sql", query, "--output", file, "--warehouse", sample)
    assert (ran.status, ran.out) == (0, "")
    read = {"csv": pl.read_csv, "parquet": pl.read_parquet, "json": pl.read_json}[ending](file)
    assert read.select("asset", "days").rows() == [("BTC", 69)]
    assert read["list"].to_list() in ([[1, 2]], ["[1, 2]"])


def test_sql_refuses_an_output_that_it_cannot_write_before_it_asks(tmp_path: Path) -> None:
    ran = leverage("sql", "SELECT 1", "--output", tmp_path / "days.docx", "--warehouse", tmp_path / "none")
    assert ran.status == WRONG_USE
    assert ".parquet" in one_line(ran)


@pytest.mark.slow
def test_a_brief_is_written_as_a_page(sample: Path, tmp_path: Path) -> None:
    ran = leverage("brief", "--day", "2026-01-25", "--output", tmp_path / "brief.html", "--warehouse", sample)
    assert (ran.status, ran.out) == (0, "")
    assert "BTC 2026-01-25" in (tmp_path / "brief.html").read_text()


class Venue(BaseHTTPRequestHandler):
    """A relay behind which one host refuses the country and the others answer."""

    def do_GET(self) -> None:
        self.send_response(451 if "fapi" in self.path else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing: requests are no news."""


def test_doctor_says_why_a_venue_and_a_key_cannot_be_had(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Venue) as server:
        threading.Thread(target=server.serve_forever).start()
        relay = f"http://127.0.0.1:{server.server_port}"
        ran = leverage("doctor", "--market", relay, "--warehouse", tmp_path / "none", extra={"COLUMNS": "200"})
        server.shutdown()
    assert ran.status == 0, "what costs data is a note"
    lines = {line.split()[0]: " ".join(line.split()) for line in ran.out.splitlines() if line.strip()}
    assert "note not set: coinalyze_open_interest" in lines["COINALYZE_API_KEY"]
    assert "note is not available from this country (HTTP 451)" in lines["fapi.binance.com"]
    assert lines["data.binance.vision"].endswith("ok answers")
    assert not (tmp_path / "none").exists(), "it looks and leaves nothing"


def test_doctor_names_who_is_writing_and_fails_for_another_market(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "held")
    warehouse.claim("sample")
    with pipeline_lock(warehouse.lock):
        held = leverage("doctor", "--warehouse", warehouse.root)
    assert held.status == 0
    assert f"process {os.getpid()}" in " ".join(held.out.split())
    other = leverage("doctor", "--market", "http://127.0.0.1:9", "--warehouse", warehouse.root)
    assert other.status == FAILED
    assert "holds 'sample'" in " ".join(other.out.split())


@pytest.mark.parametrize("arguments", [("status",), ("brief",), ("market",), ("sql", "SELECT 1")])
def test_before_the_first_run_it_says_what_to_type(arguments: tuple[str, ...], tmp_path: Path) -> None:
    ran = leverage(*arguments, "--warehouse", tmp_path / "none")
    assert ran.status == FAILED
    assert "leverage run" in one_line(ran)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--to", "2026-02-02"), "is not over"),
        (("--from", "2026-01-05", "--to", "2026-01-01"), "--from"),
        (("--now", "soon"), "is not a time"),
        (("--from", "2019-01-01"), "must lie between"),
        (
            ("--refetch", "binance_um_kline"),
            "--refetch binance_um_kline: no such feed is fetched here; the feeds are binance",
        ),
        (("--refetch", "binance_cm_klines"), "no such feed is fetched here"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_starts(
    options: tuple[str, ...], said: str, typed: Callable[..., Ran], tmp_path: Path
) -> None:
    ran = typed("run", "--warehouse", tmp_path / "none", *options)
    assert ran.status == WRONG_USE
    assert said in one_line(ran)


@pytest.mark.parametrize("options", [("--from", "2026-01-20", "--to", "2026-01-10"), ("--from", "2026-01-29")])
def test_days_that_end_before_they_begin_are_refused_in_a_warehouse_that_stands_too(
    options: tuple[str, ...], typed: Callable[..., Ran], tmp_path: Path
) -> None:
    warehouse = Warehouse(tmp_path / "standing")
    warehouse.claim("sample")
    held = warehouse.extend(Calendar(date(2026, 1, 1), date(2026, 1, 27)))
    ran = typed("run", "--warehouse", warehouse.root, "--now", "2026-01-28T06:00:00Z", *options)
    assert ran.status == WRONG_USE
    assert f"{' '.join(options[:2])} must lie between" in one_line(ran)
    assert warehouse.calendar() == held


@pytest.mark.parametrize("command", ["run", "record", "status"])
def test_a_market_that_is_none_is_a_wrong_option(command: str, typed: Callable[..., Ran], tmp_path: Path) -> None:
    ran = typed(command, "--market", "moon", "--warehouse", tmp_path / "none")
    assert ran.status == WRONG_USE, "the recorder's service ends on 2 and tries again on 1"
    assert "'moon' is no market" in one_line(ran)
    assert not (tmp_path / "none").exists()


@pytest.mark.slow
def test_a_warehouse_refuses_another_market(typed: Callable[..., Ran], sample: Path) -> None:
    ran = typed("run", "--market", "http://127.0.0.1:9", "--warehouse", sample)
    assert ran.status == FAILED
    assert "holds the market 'sample'" in one_line(ran)


@pytest.mark.slow
def test_a_second_pipeline_says_who_holds_the_first_and_ends_at_once(sample: Path) -> None:
    before = (sample / "warehouse.json").read_text()
    with pipeline_lock(sample / "pipeline.lock"):
        ran = leverage("run", "--warehouse", sample, "--from", "2025-11-01")
    assert ran.status == LOCKED
    assert "Traceback" not in ran.said
    assert "process" in ran.err
    assert "is writing to" in ran.err
    assert (sample / "warehouse.json").read_text() == before, "who is refused changes nothing"


@pytest.mark.slow
def test_sql_prints_rows_for_other_programs_and_never_writes(sample: Path) -> None:
    query = "SELECT count(*) AS days FROM regimes_daily WHERE asset = 'BTC'"
    counted = leverage("sql", query, "--warehouse", sample)
    assert (counted.status, counted.out) == (0, "days\n69\n")
    for statement in ("DELETE FROM regimes_daily", "CREATE TABLE mine (a INT)"):
        refused = leverage("sql", statement, "--warehouse", sample)
        assert refused.status == FAILED
        assert "read-only" in one_line(refused)


@pytest.mark.slow
def test_an_encoding_without_a_character_ends_no_command(sample: Path) -> None:
    ran = subprocess.run(
        [LEVERAGE, "sql", "SELECT 'B\u00f6rse' AS a", "--warehouse", sample],
        env=environment({"PYTHONIOENCODING": "ascii"}), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (0, "a\nB?rse\n")


def test_a_control_character_of_an_error_does_not_reach_the_terminal(sample: Path) -> None:
    ran = leverage("sql", "SELECT CAST(chr(27) || '[31mred' AS INTEGER)", "--warehouse", sample)
    assert one_line(ran).rstrip("\n").isprintable()


def test_wrong_sql_is_one_line(sample: Path) -> None:
    ran = leverage("sql", "SELECT nothing FROM nowhere", "--warehouse", sample)
    assert ran.status == FAILED
    assert "nowhere" in one_line(ran)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "said"),
    [(("--day", "2020-01-01"), "2020-01-01 is not published"), (("--asset", "DOGE"), "DOGE is not in")],
)
def test_a_brief_of_what_is_not_published_says_what_is(options: tuple[str, ...], said: str, sample: Path) -> None:
    ran = leverage("brief", *options, "--warehouse", sample)
    assert ran.status == FAILED
    assert said in one_line(ran)


@pytest.mark.slow
def test_the_brief_names_label_figures_and_that_they_are_simulated(sample: Path) -> None:
    ran = leverage("brief", "--warehouse", sample)
    assert ran.status == 0
    for said in ("SIMULATED", "BTC 2026-01-27 UTC", "confidence", "open interest", "bp per 8 h", "no forecast",
                 "simulated: 13 feeds of"):  # fmt: skip
        assert said in " ".join(ran.out.split())  # lines wrap
    assert "\x1b[" not in ran.out


@pytest.mark.slow
def test_status_has_a_line_for_every_feed(sample: Path) -> None:
    ran = leverage("status", "--warehouse", sample)
    assert ran.status == 0
    for feed in ("binance_spot_klines", "binance_um_open_interest", "coinalyze_liquidations", "coinmetrics_network"):
        assert any(feed in line and "2026-01-27" in line for line in ran.out.splitlines()), ran.out
    assert "simulated: 13 feeds of binance, coinalyze, coinmetrics; the others come with --market live" in ran.out


@pytest.mark.slow
def test_colours_come_only_where_they_are_asked_for(sample: Path) -> None:
    plain = leverage("status", "--warehouse", sample)
    assert "\x1b[" not in plain.said
    forced = leverage("status", "--warehouse", sample, extra={"FORCE_COLOR": "1"})
    assert "\x1b[" in forced.out
    refused = leverage("status", "--warehouse", sample, extra={"FORCE_COLOR": "1", "NO_COLOR": "1"})
    assert "\x1b[3" not in refused.out
