"""`hub:` and `modelscope:` — a model's files fetched from a hub into a folder, by the hubs' own clients.

Both clients resume and check what they fetch; endpoints and access tokens are those of their standard
environment variables (HF_ENDPOINT, MODELSCOPE_ENDPOINT …). Does not know what is in the files.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from server.errors import SettingsProblem, SourceProblem
from server.sources.folder import DISK_ERRORS, need_space
from server.sources.names import ModelName
from server.sources.progress import Progress, Step

# All that preparing reads; pictures, licences and other formats of the same weights stay there.
_FILES = [
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "model*.safetensors",
    "model.safetensors.index.json",
]
_WATCH_SECONDS = 0.5


def fetch(name: ModelName, folder: Path, progress: Progress) -> None:
    """Fetch the files of a `hub:` or `modelscope:` model into `folder`.

    Raises:
        SettingsProblem: there is no such model or revision, or it needs permission.
        SourceProblem: `unavailable`, when the hub cannot be reached or breaks off (what came is kept), or
            when the disk has no room for the files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if name.kind == "hub":
        _fetch_hub(name, folder, progress)
    else:
        _fetch_modelscope(name, folder, progress)
    if not any(folder.glob("*.safetensors")):
        raise SettingsProblem(f"{name}: it has no safetensors weights; GGUF files can be given as gguf:FILE")


def _fetch_hub(name: ModelName, folder: Path, progress: Progress) -> None:
    from httpx2 import HTTPError
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    def download(dry_run: bool) -> Any:
        return snapshot_download(
            name.value,
            revision=name.revision,
            local_dir=folder,
            allow_patterns=_FILES,
            ignore_patterns=["*/*"],
            dry_run=dry_run,
        )

    try:
        total_bytes = sum(file.file_size or 0 for file in download(dry_run=True))
        with _watched(folder, total_bytes, progress):
            download(dry_run=False)
    except GatedRepoError:
        raise SettingsProblem(
            f"{name}: its publisher asks for consent; give it there and set HF_TOKEN"
        ) from None
    except RepositoryNotFoundError:
        raise SettingsProblem(f"{name}: {constants.ENDPOINT} has no such model, or it is private") from None
    except RevisionNotFoundError:
        raise SettingsProblem(f"{name}: there is no such revision") from None
    except (HTTPError, OSError) as error:
        raise _broken(name, constants.ENDPOINT, error) from None


def _fetch_modelscope(name: ModelName, folder: Path, progress: Progress) -> None:
    from modelscope_hub import HubApi
    from modelscope_hub.errors import AuthenticationError, HubError, NotExistError, PermissionDeniedError

    endpoint = "ModelScope"
    try:
        endpoint = HubApi().resolve_endpoint_for_read(name.value)
        api = HubApi(endpoint=endpoint)
        listed = api.list_repo_files(name.value, "model", revision=name.revision)
        wanted = [file for file in listed if any(fnmatch(file.path, pattern) for pattern in _FILES)]
        with _watched(folder, sum(file.size or 0 for file in wanted if "/" not in file.path), progress):
            api.download_repo(
                name.value,
                "model",
                revision=name.revision,
                local_dir=folder,
                allow_patterns=_FILES,
                ignore_patterns=["*/*"],
            )
    except (AuthenticationError, PermissionDeniedError):
        raise SettingsProblem(f"{name}: it needs permission; set MODELSCOPE_API_TOKEN") from None
    except NotExistError:
        raise SettingsProblem(f"{name}: {endpoint} has no such model or revision") from None
    except (HubError, OSError) as error:
        raise _broken(name, endpoint, error) from None


def _broken(name: ModelName, endpoint: str, error: Exception) -> Exception:
    """The problem behind an error of a hub's client; a full disk stays what it is."""
    for cause in (error, *getattr(error, "failed_files", {}).values()):
        if isinstance(cause, OSError) and cause.errno in DISK_ERRORS:
            return cause
    said = str(error).strip().partition("\n")[0]
    return SourceProblem("unavailable", f"{name}: {endpoint} cannot be reached or broke off ({said})")


@contextmanager
def _watched(folder: Path, total_bytes: int, progress: Progress) -> Iterator[None]:
    """Tell how the folder grows; the two clients have no progress call in common."""
    need_space(folder, total_bytes - _folder_bytes(folder))
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_WATCH_SECONDS):
            progress(Step("downloading", min(_folder_bytes(folder), total_bytes), total_bytes))

    watcher = threading.Thread(target=watch, name="download-watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
    progress(Step("downloading", total_bytes, total_bytes))


def _folder_bytes(folder: Path) -> int:
    num_bytes = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # the clients rename while we look
            num_bytes += path.stat().st_size
    return num_bytes
