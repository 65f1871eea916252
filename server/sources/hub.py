"""`hub:` and `modelscope:` — a model's files fetched from a hub into a folder, by the hubs' own clients.

Both clients keep what came whole for the next try; sizes and SHA-256 are checked here once more. Endpoints
and access tokens are those of their standard environment variables (HF_ENDPOINT, MODELSCOPE_ENDPOINT …).
Does not know what is in the files.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from textwrap import shorten

from server.errors import SettingsProblem, SourceProblem
from server.sources.folder import DISK_ERRORS, need_space
from server.sources.names import ModelName
from server.sources.progress import Progress, Step

# All that preparing reads; pictures, licences and other formats of the same weights stay there.
_FILES = (
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "model*.safetensors",
    "model.safetensors.index.json",
)
_FOLDERS = ("*/*",)
_WATCH_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class _File:
    """A file as the hub lists it; the SHA-256 is known of large ones only."""

    path: str
    num_bytes: int
    sha256: str | None


def fetch(
    name: ModelName,
    folder: Path,
    progress: Progress,
    *,
    files: Sequence[str] = _FILES,
    but: Sequence[str] = _FOLDERS,
) -> None:
    """Fetch the files of a `hub:` or `modelscope:` model into `folder`.

    Args:
        name: the model.
        folder: made if need be.
        progress: told now and then.
        files: patterns of what is wanted.
        but: patterns of what is not.

    Raises:
        SettingsProblem: there is no such model or revision, or it needs permission.
        SourceProblem: `unavailable`, when the hub cannot be reached or breaks off (what came is kept), or
            when the disk has no room for the files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if name.kind == "hub":
        _fetch_hub(name, folder, progress, files, but)
    else:
        _fetch_modelscope(name, folder, progress, files, but)
    if not any(folder.glob("*.safetensors")):
        raise SettingsProblem(f"{name}: it has no safetensors weights; GGUF files can be given as gguf:FILE")


def _fetch_hub(
    name: ModelName, folder: Path, progress: Progress, wanted: Sequence[str], but: Sequence[str]
) -> None:
    from httpx2 import HTTPError  # what the client itself speaks with, and raises
    from huggingface_hub import HfApi, constants
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    for left in folder.rglob("*.incomplete"):
        left.unlink()  # of a killed process; the client never goes on with it
    api = HfApi()
    try:
        listed = api.model_info(name.value, revision=name.revision, files_metadata=True)
        files = [
            _File(file.rfilename, file.size or 0, file.lfs.sha256 if file.lfs else None)
            for file in listed.siblings or []
        ]
        with _watched(name, folder, _wanted(files, wanted, but), progress):
            api.snapshot_download(
                name.value,
                revision=listed.sha,
                local_dir=folder,
                allow_patterns=list(wanted),
                ignore_patterns=list(but),
            )
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


def _fetch_modelscope(
    name: ModelName, folder: Path, progress: Progress, wanted: Sequence[str], but: Sequence[str]
) -> None:
    from modelscope_hub import HubApi
    from modelscope_hub.errors import AuthenticationError, HubError, NotExistError, PermissionDeniedError

    endpoint = "ModelScope"
    try:
        endpoint = HubApi().resolve_endpoint_for_read(name.value)
        api = HubApi(endpoint=endpoint)
        listed = api.list_repo_files(name.value, "model", revision=name.revision)
        files = [_File(file.path, file.size or 0, file.sha256 or None) for file in listed]
        with _watched(name, folder, _wanted(files, wanted, but), progress):
            api.download_repo(
                name.value,
                "model",
                revision=name.revision,
                local_dir=folder,
                allow_patterns=list(wanted),
                ignore_patterns=list(but),
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
    said = shorten(str(error).partition("\n")[0], 160, placeholder=" …")
    return SourceProblem("unavailable", f"{name}: {endpoint} cannot be reached or broke off ({said})")


def _wanted(files: Iterable[_File], wanted: Sequence[str], but: Sequence[str]) -> list[_File]:
    return [
        file
        for file in files
        if any(fnmatch(file.path, pattern) for pattern in wanted)
        and not any(fnmatch(file.path, pattern) for pattern in but)
    ]


@contextmanager
def _watched(name: ModelName, folder: Path, wanted: list[_File], progress: Progress) -> Iterator[None]:
    """Tell how the folder grows (the clients have no progress call in common), then look at what came."""
    total_bytes = sum(file.num_bytes for file in wanted)
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
    damaged = [file.path for file in wanted if not _came_well(folder / file.path, file)]
    if damaged:
        for file in wanted:  # the next try fetches these anew, and those of which no hash is known
            if file.path in damaged or file.sha256 is None:
                (folder / file.path).unlink()
        raise SourceProblem(
            "unavailable", f"{name}: {', '.join(damaged)} came damaged; start again to fetch it anew"
        )
    progress(Step("downloading", total_bytes, total_bytes))


def _came_well(path: Path, file: _File) -> bool:
    if not path.is_file():
        # A client that loses the network may take what is there for enough.
        raise ConnectionError(f"{file.path} did not come")
    if path.stat().st_size != file.num_bytes:
        return False
    if file.sha256 is None:
        return True
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest() == file.sha256


def _folder_bytes(folder: Path) -> int:
    num_bytes = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # the clients rename while we look
            num_bytes += path.stat().st_size
    return num_bytes
