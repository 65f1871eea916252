"""A BERT so small that it is made on the spot: random weights, a real tokenizer, a real folder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

DIMENSIONS = 16
# In a process of its own: torch stays out of the tests' process, as it stays out of the server's.
_MAKE = """
import json, sys, torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, logging
logging.set_verbosity_error()
torch.manual_seed(7)
words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + [chr(n) for n in range(0x4E00, 0x9FA6)]
words += list("abcdefghijklmnopqrstuvwxyz?？：0123456789")
words = {word: n for n, word in enumerate(words)}
tokenizer = Tokenizer(models.WordPiece(words, unk_token="[UNK]"))
tokenizer.normalizer = normalizers.BertNormalizer()
tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
tokenizer.post_processor = processors.TemplateProcessing(
    single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
tokenizer.save(sys.argv[1] + "/tokenizer.json")
config = BertConfig(vocab_size=len(words), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
                    intermediate_size=32, max_position_embeddings=64, pad_token_id=0)
model = BertModel(config).eval()
model.save_pretrained(sys.argv[1])
# What transformers itself makes of some texts, one by one, without padding.
tokenizer.enable_truncation(64)
found = {}
for text in json.loads(sys.argv[2]):
    with torch.inference_mode():
        states = model(input_ids=torch.tensor([tokenizer.encode(text).ids])).last_hidden_state[0]
    vectors = {"mean": states.mean(0), "cls": states[0]}
    found[text] = {pooling: (vector / vector.norm()).tolist() for pooling, vector in vectors.items()}
print(json.dumps(found))
"""

TEXTS = ("怎么补办校园卡？", "光合作用需要什么", "what is a cell", "长" * 100, "")


def make_tiny_bert(folder: Path) -> Path:
    """Make one in a folder, with what transformers makes of `TEXTS` beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", _MAKE, str(folder), json.dumps(TEXTS)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    (folder / "reference.json").write_bytes(done.stdout)
    return folder


def reference(folder: Path, pooling: str) -> list[list[float]]:
    """The vectors of `TEXTS` as transformers computes them."""
    found = json.loads((folder / "reference.json").read_text())
    return [found[text][pooling] for text in TEXTS]
