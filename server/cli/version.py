"""`dayi version`."""

from __future__ import annotations

import click

from server import __version__


@click.command()
def command() -> None:
    """Print the version."""
    click.echo(f"dayi {__version__}")
