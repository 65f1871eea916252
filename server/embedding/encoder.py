"""Texts through an encoder: the only module of the house's small parts that imports torch and transformers.

Imported by the embedding process alone. It does not know who asks.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel

from server.embedding.folder import SAFE_WEIGHTS, SentenceModel
from server.embedding.types import Role, Vectors

_LEAST_LENGTH = 1e-9


class Encoder:
    """A loaded model.

    Args:
        model: what its folder says.
        threads: how many cores it may use.

    Raises:
        Exception: of many kinds, when the files do not fit together.
    """

    def __init__(self, model: SentenceModel, threads: int) -> None:
        torch.set_num_threads(threads)
        logging.getLogger("transformers").setLevel(logging.ERROR)
        self._model = model
        self._tokenizer = Tokenizer.from_file(str(model.folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(model.max_tokens)
        config = AutoConfig.from_pretrained(model.folder, local_files_only=True, trust_remote_code=False)
        self._tokenizer.enable_padding(pad_id=int(config.pad_token_id or 0))
        self._encoder = AutoModel.from_pretrained(
            model.folder,
            config=config,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=model.weights.name == SAFE_WEIGHTS,
            weights_only=True,
            dtype=torch.float32,
        ).eval()

    def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        """The vectors of some texts, in their order, each of length 1."""
        prompt = self._model.prompts[role]
        encodings = self._tokenizer.encode_batch([prompt + text for text in texts])
        ids = torch.tensor([encoding.ids for encoding in encodings])
        seen = torch.tensor([encoding.attention_mask for encoding in encodings])
        with torch.inference_mode():
            states = self._encoder(input_ids=ids, attention_mask=seen).last_hidden_state
            if self._model.pooling == "cls":
                pooled = states[:, 0]
            else:
                weights = seen.unsqueeze(-1).to(states.dtype)
                pooled = (states * weights).sum(1) / weights.sum(1).clamp(min=1.0)
            found: Vectors = np.ascontiguousarray(pooled.numpy(), np.float32)
        if not np.isfinite(found).all():
            raise ValueError("the model gave numbers that are none")
        found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), _LEAST_LENGTH)
        return found
