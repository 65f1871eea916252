"""`transformers serve` with a small random model: a server of another project."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import torch
from transformers import Qwen2Config, Qwen2ForCausalLM

from tests.sources import tiny_models

SECONDS_TO_START = 120


def write_checkpoint(folder: Path) -> Path:
    """A folder as publishers have it; the model answers with letters only: words can be looked for."""
    torch.manual_seed(0)
    end = tiny_models.TOKENS.index("<|im_end|>")
    config = Qwen2Config(
        vocab_size=len(tiny_models.TOKENS),
        hidden_size=256,
        intermediate_size=512,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        initializer_range=0.3,  # smaller, and it says the same letter for ever
        tie_word_embeddings=False,
        bos_token_id=None,
        eos_token_id=end,
        pad_token_id=None,
    )
    model = Qwen2ForCausalLM(config)
    with torch.no_grad():
        for token, text in enumerate(tiny_models.TOKENS):
            if not (text.isascii() and text.isalpha()):
                model.lm_head.weight[token] = 0.0
    model.save_pretrained(folder)
    (folder / "tokenizer.json").write_text(tiny_models.tokenizer_json(), encoding="utf-8")
    settings = {"chat_template": tiny_models.CHATML}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


@contextmanager
def transformers_serving(checkpoint: Path) -> Iterator[str]:
    """Run `transformers serve` with this model in fp32; yields the base URL of its interface."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = checkpoint.with_name("hub")  # its list of models is that of a cache, which has to be there
    (home / "hub").mkdir(parents=True)
    log = checkpoint.with_name("serve.log")
    options = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu", "--dtype", "float32"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "transformers.cli.transformers", "serve", str(checkpoint), *options],
            env={**os.environ, "HF_HOME": str(home), "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + SECONDS_TO_START
        while not _lives(url):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield f"{url}/v1"
    finally:
        process.kill()
        process.wait()


def _lives(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health").is_success
    except httpx.TransportError:
        return False
