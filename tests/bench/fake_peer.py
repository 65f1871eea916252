"""A fake peer: speaks as `bench.llama_cpp_worker` does and computes nothing. Every time it tells is made up.

A file called `ends` makes it end.
"""

from __future__ import annotations

import json
import sys

SECONDS_A_TOKEN = 0.01
SECONDS_A_STEP = 0.02
MEMORY_BYTES = 1000


def answer(command: dict[str, object]) -> dict[str, object]:
    """What it says to a command."""
    match command:
        case {"do": "open", "file": str(file)}:
            if file.endswith("ends"):
                sys.exit("a fake peer that ends")
            return {"flash_attention": True}
        case {"do": "prefill", "cached": int(), "tokens": int(tokens)}:
            return {"seconds": tokens * SECONDS_A_TOKEN}
        case {"do": "decode", "conversations": int(), "cached": int(), "steps": int(steps)}:
            return {"seconds": steps * SECONDS_A_STEP}
        case {"do": "memory"}:
            return {"bytes": MEMORY_BYTES}
    return {"problem": f"a fake peer does not know {command}"}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
