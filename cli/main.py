"""The entry point of `leverage`: its groups of commands, and the options before a command."""

from __future__ import annotations

import io
import sys
import warnings
from typing import Annotated

import typer

from cli.errors import begin_process, errors_as_one_line, finish_output
from cli.options import (
    MarketOption,
    WarehouseOption,
    settings_from_options,
)
from cli.reading_commands import reading
from cli.running_commands import running
from cli.serving_commands import serving

app = typer.Typer(
    name="leverage",
    invoke_without_command=True,
    add_completion=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
for group in (running, reading, serving):
    app.add_typer(group)


def _print_version(requested: bool) -> None:
    if requested:
        from importlib import metadata

        print(f"leverage {metadata.version('leverage-warehouse')}")
        raise typer.Exit


@app.callback()
def main_command(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Is Bitcoin's leverage being reset, or is the structure breaking? Every day, with its evidence."""
    if context.invoked_subcommand is None:
        with errors_as_one_line(verbose=False):
            from cli.overview import overview

            overview(settings_from_options(context, market, warehouse))


def main() -> None:
    """The entry point."""
    begin_process()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # PYTHONIOENCODING or a locale without a character ends no command
    warnings.resetwarnings()  # PYTHONWARNINGS=error would make errors of what libraries say to their authors
    for kind in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", kind)
    try:
        with errors_as_one_line(verbose=False):  # what Typer prints itself
            app()
    except KeyboardInterrupt:
        print("stopped; the published release is unchanged", file=sys.stderr)
        raise SystemExit(130) from None
    except typer.Exit as ended:
        raise SystemExit(ended.exit_code) from None
    finally:
        finish_output()
