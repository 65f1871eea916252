"""The folder of a sentence model as hubs carry them: what its files say about how texts become vectors.

Reads small JSON files and hashes the rest; knows nothing of torch. What cannot be done exactly as the model's
makers meant it is refused rather than done otherwise.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from server.embedding.names import EmbeddingName, wrong
from server.embedding.types import Role

Pooling = Literal["mean", "cls"]

SAFE_WEIGHTS: Final = "model.safetensors"
TORCH_WEIGHTS: Final = "pytorch_model.bin"  # read with `weights_only`: tensors, no code
# Models that look at a text from both sides; a model that writes gives no vectors by a mean.
_ENCODERS: Final = frozenset(
    {"albert", "bert", "camembert", "deberta-v2", "distilbert", "electra", "ernie", "modernbert", "mpnet"}
    | {"roberta", "roformer", "xlm-roberta"}
)
_ROBERTA: Final = frozenset(
    {"camembert", "mpnet", "roberta", "xlm-roberta"}
)  # positions begin behind padding
_PLAIN_TOKENS: Final = 512
_MOST_TOKENS: Final = 1024  # attention costs the square, and no passage is longer
_FORMAT: Final = 1  # of what is done with a model here; raised, all vectors are made anew
_PROMPTS: Final[dict[Role, tuple[str, ...]]] = {
    "question": ("query", "question"),
    "passage": ("passage", "document"),
}


@dataclass(frozen=True, slots=True)
class SentenceModel:
    """A model that lies in a folder.

    Args:
        folder: where.
        name: the folder's name and a digest of everything that makes a vector.
        num_dimensions: how long a vector is.
        pooling: how the vectors of a text's tokens become one.
        max_tokens: what is longer is cut.
        prompts: what is put before a text, by its role.
    """

    folder: Path
    name: str
    num_dimensions: int
    pooling: Pooling
    max_tokens: int
    prompts: dict[Role, str]

    @property
    def weights(self) -> Path:
        """The file of weights, the safe form where both are there."""
        safe = self.folder / SAFE_WEIGHTS
        return safe if safe.exists() else self.folder / TORCH_WEIGHTS


def look_at(folder: Path) -> SentenceModel:
    """Read what a folder says; takes a moment, for its weights are hashed.

    Raises:
        SettingsProblem: it is no sentence model, or one of a kind that is not known here.
    """
    name = EmbeddingName("dir", str(folder))
    if not folder.is_dir():
        raise wrong(name, "there is no such folder", "没有这个文件夹")
    config = _json(folder / "config.json", name)
    if config is None:
        raise wrong(name, "there is no config.json in it", "文件夹里没有 config.json")
    kind = str(config.get("model_type", ""))
    if kind not in _ENCODERS:
        raise wrong(
            name, f"a model of the kind {kind!r} is no encoder known here", f"{kind!r} 不是已知的编码模型"
        )
    if not (folder / "tokenizer.json").is_file():
        said = "there is no tokenizer.json in it; fetch the model's form for fast tokenizers"
        raise wrong(name, said, "文件夹里没有 tokenizer.json")
    if not any((folder / file).is_file() for file in (SAFE_WEIGHTS, TORCH_WEIGHTS)):
        raise wrong(name, f"there is no {SAFE_WEIGHTS} in it", f"文件夹里没有 {SAFE_WEIGHTS}")
    try:
        num_dimensions = int(config.get("hidden_size") or config["dim"])
        model = SentenceModel(
            folder=folder,
            name="",
            num_dimensions=num_dimensions,
            pooling=_pooling(folder, name),
            max_tokens=_max_tokens(folder, name, config, kind),
            prompts=_prompts(folder, name),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise wrong(
            name, "its files do not say what a sentence model's say", "文件内容不是句向量模型的格式"
        ) from None
    return replace(model, name=_named(model, name))


def _named(model: SentenceModel, name: EmbeddingName) -> str:
    made_of = [_FORMAT, model.num_dimensions, model.pooling, model.max_tokens, sorted(model.prompts.items())]
    digest = hashlib.sha256(json.dumps(made_of, ensure_ascii=False).encode())
    try:
        for file in (model.folder / "config.json", model.folder / "tokenizer.json", model.weights):
            with file.open("rb") as opened:
                digest.update(hashlib.file_digest(opened, "sha256").digest())
    except OSError as error:
        raise wrong(name, f"it cannot be read: {error.strerror}", "文件读不出来") from None
    return f"{model.folder.name}@{digest.hexdigest()[:16]}"


def _pooling(folder: Path, name: EmbeddingName) -> Pooling:
    modules = _json(folder / "modules.json", name) or []
    kinds = [str(module["type"]).rpartition(".")[2] for module in modules]
    unknown = set(kinds) - {"Transformer", "Pooling", "Normalize"}
    if unknown:  # its vectors would not be those that its makers mean
        listed = ", ".join(sorted(unknown))
        raise wrong(name, f"its modules {listed} are not known here", f"不支持其中的模块 {listed}")
    place = next(
        (module["path"] for module in modules if str(module["type"]).endswith("Pooling")), "1_Pooling"
    )
    config = _json(folder / place / "config.json", name)
    if config is None:
        return "mean"
    modes = {
        key.removeprefix("pooling_mode_")
        for key, on in config.items()
        if key.startswith("pooling_mode_") and on
    }
    if isinstance(config.get("pooling_mode"), str):
        modes = {config["pooling_mode"]}
    if modes in ({"mean_tokens"}, {"mean"}):
        return "mean"
    if modes in ({"cls_token"}, {"cls"}):
        return "cls"
    listed = ", ".join(sorted(modes)) or "none"
    raise wrong(name, f"pooling by {listed} is not known here; mean and cls are", f"不支持池化方式 {listed}")


def _max_tokens(folder: Path, name: EmbeddingName, config: dict[str, Any], kind: str) -> int:
    places = int(config.get("max_position_embeddings") or _PLAIN_TOKENS)
    if kind in _ROBERTA:
        places -= int(config.get("pad_token_id") or 0) + 1
    said = (_json(folder / "sentence_bert_config.json", name) or {}).get("max_seq_length")
    return max(8, min(int(said or places), places, _MOST_TOKENS))


def _prompts(folder: Path, name: EmbeddingName) -> dict[Role, str]:
    config = _json(folder / "config_sentence_transformers.json", name) or {}
    given = config.get("prompts") or {}
    usual = str(given.get(config.get("default_prompt_name")) or "")
    return {
        role: next((str(given[key]) for key in keys if given.get(key)), usual)
        for role, keys in _PROMPTS.items()
    }


def _json(file: Path, name: EmbeddingName) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise wrong(name, f"{file.name} cannot be read", f"{file.name} 读不出来") from None
