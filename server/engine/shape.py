"""What a prepared model folder says of itself: the shape of the network and its tokenizer's marks.

A prepared folder holds `shape.json` (this), `tokenizer.json`, `weights.safetensors` and, written last,
`complete`. This module does not know how a folder is made, nor torch.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from server.errors import SourceProblem

SHAPE_FILE = "shape.json"
TOKENIZER_FILE = "tokenizer.json"
WEIGHTS_FILE = "weights.safetensors"
COMPLETE_FILE = "complete"

# Rises when the meaning of a prepared folder changes; older folders are then prepared anew.
FORMAT = 2

# int8: 8-bit weights, each projection's rows rounded to 8 bits as they come; the rest as in bf16.
Dtype = Literal["int8", "bf16", "fp32"]


@dataclass(frozen=True, slots=True)
class ModelShape:
    """Everything the forward pass and the prompt must know of a model.

    `tokenizer` is the SHA-256 of `tokenizer.json`: it tells which tokenizer made stored token ids.
    """

    model: str  # the name it is shown under
    vocab_size: int
    hidden_size: int
    num_layers: int
    num_heads: int
    num_kv_heads: int
    head_dim: int
    intermediate_size: int
    rope_theta: float
    norm_eps: float
    tied: bool  # the head is the embedding
    max_positions: int
    qkv_bias: bool
    qk_norm: bool  # Qwen3: q and k are normed per head
    dtype: Dtype
    tokenizer: str
    start_id: int  # <|im_start|>
    end_id: int  # <|im_end|>
    endoftext_id: int  # <|endoftext|>
    newline_id: int  # "\n"
    end_ids: tuple[int, ...]  # any of these, sampled, ends an answer
    twins: tuple[str, ...] = ()  # projections that are stored in the file's own 4 bits, too (int8 only)
    format: int = FORMAT

    @property
    def q_rows(self) -> int:
        """Rows of the fused projection that are queries."""
        return self.num_heads * self.head_dim

    @property
    def kv_rows(self) -> int:
        """Rows of the fused projection that are keys (and as many that are values)."""
        return self.num_kv_heads * self.head_dim

    @property
    def kv_bytes_per_token(self) -> int:
        """Bytes that the keys and values of one token take in all layers."""
        return 2 * self.num_layers * self.kv_rows * (4 if self.dtype == "fp32" else 2)

    @property
    def num_weights(self) -> int:
        """Weights of all matrices, a tied head counted once."""
        attention = 2 * (self.q_rows + self.kv_rows) * self.hidden_size
        layer = attention + 3 * self.intermediate_size * self.hidden_size
        tables = (1 if self.tied else 2) * self.vocab_size * self.hidden_size
        return tables + self.num_layers * layer

    def save(self, folder: Path) -> None:
        """Write `shape.json` into `folder`."""
        text = json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=1)
        (folder / SHAPE_FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> ModelShape:
        """Read `shape.json` of `folder`.

        Raises:
            SourceProblem: `bad_model`, when the file is missing, damaged or of another format.
        """
        path = folder / SHAPE_FILE
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            fields["end_ids"], fields["twins"] = tuple(fields["end_ids"]), tuple(fields["twins"])
            shape = cls(**fields)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SourceProblem("bad_model", f"{path}: not a model shape ({error})") from None
        if shape.format != FORMAT:
            raise SourceProblem("bad_model", f"{path}: format {shape.format}, this version reads {FORMAT}")
        return shape


def fingerprint(tokenizer_file: Path) -> str:
    """The SHA-256 of a tokenizer file, as `ModelShape.tokenizer` holds it."""
    return hashlib.sha256(tokenizer_file.read_bytes()).hexdigest()
