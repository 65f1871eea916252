"""From the `embedding` setting to the embedder. Names of hubs are made folders before, by `server.wiring`."""

from __future__ import annotations

import asyncio

from server.embedding.folder import look_at
from server.embedding.local import LocalEmbedder
from server.embedding.names import EmbeddingName, wrong
from server.embedding.types import OpenEmbedder


async def open_embedder(name: EmbeddingName, *, threads: int = 1, key: str | None = None) -> OpenEmbedder:
    """The embedder of a `dir:` or `openai:` name, begun to load. Close it at the end.

    Raises:
        SettingsProblem: there is no such model, or it is of no kind that is known.
    """
    embedder: OpenEmbedder
    if name.kind == "openai":
        from server.embedding.remote import RemoteEmbedder  # the HTTP client takes long to import

        embedder = RemoteEmbedder(name, key)
    elif name.kind == "dir":
        embedder = LocalEmbedder(await asyncio.to_thread(look_at, name.path), threads)
    else:
        raise wrong(name, "it must be fetched before", "须先下载")
    await embedder.start()
    return embedder
