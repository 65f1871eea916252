"""The `dayi` command. Each subcommand is a module, imported only when it is called.

Expected problems end as one line on stderr: settings with exit code 2, others with 1.
"""

from __future__ import annotations

import importlib
from typing import Any

import click

from server import __version__
from server.errors import ClientProblem, DayiProblem, SettingsProblem

COMMANDS = {
    "serve": "Run the server; prepares the model first where needed.",
    "users": "Add, list and re-password the people who log in.",
    "keys": "Make, list and revoke the keys of other systems.",
    "model": "Show or prepare the model.",
    "preset": "Begin an own preset, look at one, and find every mistake in it.",
    "words": "Check, import, export and try word lists, on the data folder.",
    "audit": "Verify and export the audit log, also of a copy of the database.",
    "hits": "Make the keys for sealed texts of hits, and open such texts.",
    "bench": "Measure the filter, the engine, the chat under load, and what this machine carries.",
    "version": "Print the version.",
}


class Problem(click.ClickException):
    """One line on stderr and an exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click declares it for the class, reads it per instance

    def show(self, file: Any = None) -> None:
        click.echo(f"dayi: {' '.join(self.message.split())}", err=True)


class Dayi(click.Group):
    """The group of subcommands; maps the house's own problems to exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"server.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):  # from the table: --help imports no subcommand
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SettingsProblem as problem:
            raise Problem(str(problem), 2) from None
        except ClientProblem as problem:
            for row in problem.details:
                click.echo("  ".join(f"{name}: {value}" for name, value in row.items()), err=True)
            raise Problem(problem.message_in("en"), 1) from None
        except DayiProblem as problem:
            raise Problem(str(problem), 1) from None


@click.group(cls=Dayi, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, message="dayi %(version)s", help="Print the version and exit.")
def main() -> None:
    """答疑 Dayi: a chat server for schools and public service desks that runs on an ordinary CPU machine."""
