"""A BERT so small that it is made on the spot: random weights, a real tokenizer, a real folder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

DIMENSIONS = 16
# In a process of its own: torch stays out of the tests' process, as it stays out of the server's.
_MAKE = """
import sys, torch
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
BertModel(config).eval().save_pretrained(sys.argv[1])
"""
# What transformers itself makes of texts, one by one, without padding.
_REFERENCE = """
import json, sys, torch
from tokenizers import Tokenizer
from transformers import AutoModel, logging
logging.set_verbosity_error()
model = AutoModel.from_pretrained(sys.argv[1]).eval()
tokenizer = Tokenizer.from_file(sys.argv[1] + "/tokenizer.json")
tokenizer.enable_truncation(64)
found = []
for text in json.loads(sys.argv[2]):
    with torch.inference_mode():
        states = model(input_ids=torch.tensor([tokenizer.encode(text).ids])).last_hidden_state[0]
    pooled = states[0] if sys.argv[3] == "cls" else states.mean(0)
    found.append((pooled / pooled.norm()).tolist())
print(json.dumps(found))
"""


def make_tiny_bert(folder: Path) -> Path:
    """Make one in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-c", _MAKE, str(folder)], check=True, stdout=subprocess.DEVNULL)
    return folder


def reference(folder: Path, texts: list[str], pooling: str) -> list[list[float]]:
    """The vectors as transformers computes them."""
    command = [sys.executable, "-c", _REFERENCE, str(folder), json.dumps(texts), pooling]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    found: list[list[float]] = json.loads(done.stdout)
    return found
