"""`dayi serve`: everything checked first, then the model prepared, then the server run."""

from __future__ import annotations

import asyncio
import importlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import structlog

from server import __version__
from server.cli.options import GroupedCommand, given, setting_options
from server.errors import SettingsProblem
from server.settings import Settings, read_settings, unknown_variables

if TYPE_CHECKING:
    from server.presets import Preset
    from server.wiring.folder import DataFolder

log = structlog.get_logger(__name__)


@click.command(cls=GroupedCommand)
@setting_options()
def command(config: Path | None, **options: Any) -> None:
    """Run the server.

    Each setting comes from the command line, else from its environment variable, else from the TOML
    file of --config, else from its default.
    """
    settings = read_settings(given(options), config)
    from server.cli.model import prepare_for
    from server.logs import configure_logs
    from server.presets import load_preset
    from server.sources.names import parse_name
    from server.wiring.folder import hold
    from server.wiring.preset_settings import with_preset

    configure_logs(settings.log_format, settings.log_level)
    for name in unknown_variables():  # not refused: where servers are orchestrated, others set variables too
        log.warning("there is no such setting", variable=name)
    parse_name(settings.model)  # wrong names are told now: before a folder is made or minutes are spent
    preset = load_preset(settings.preset)
    settings = with_preset(settings, preset)
    with hold(settings.data) as folder, listen(settings.host, settings.port) as listener:
        prepare_for(settings)
        asyncio.run(_serve(settings, preset, folder, listener))


@contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """A socket at this address, bound before anything slow is done.

    Raises:
        SettingsProblem: the port is taken or the address is not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        # Python adds to the reason what we say anyway.
        reason = (error.strerror or str(error)).partition(" (while ")[0]
        raise SettingsProblem(f"cannot listen on {host} port {port}: {reason} (--host, --port)") from None
    with listener:
        yield listener


def local_url(host: str, port: int) -> str:
    """Where a browser on this machine finds a server that listens there."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 -- compared, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _serve(settings: Settings, preset: Preset, folder: DataFolder, listener: socket.socket) -> None:
    from server.wiring.sourcing import source_of

    source = source_of(settings, preset)
    await source.start()
    # The web and the database take a second to import: in a thread, and while the engine's process loads.
    app = await asyncio.to_thread(importlib.import_module, "server.app")
    house_module = await asyncio.to_thread(importlib.import_module, "server.wiring.house")
    here = local_url(settings.host, listener.getsockname()[1])
    async with house_module.wire(settings, source) as house:
        token = await house.accounts.logins.ensure_setup_token(house.started_at_ms)

        def arrive() -> None:
            folder.announce(here)
            click.echo(_greeting(settings, (settings.public_url or here).rstrip("/"), token))

        server = app.Server(app.make_app(house), settings, leave=house.leave, arrive=arrive)
        await server.serve([listener])


def _greeting(settings: Settings, url: str, setup_token: str | None) -> str:
    lines = [f"答疑 Dayi {__version__} · {settings.preset} · {settings.model}", "", f"  Chat: {url}/"]
    if setup_token is not None:
        lines += [
            "  Make the administrator (this link works once, and only that of the latest start):",
            f"  {url}/setup#{setup_token}",
        ]
    return "\n".join([*lines, "", "Ctrl+C stops the server."])
