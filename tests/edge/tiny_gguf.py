"""A language model of a few kilobytes that says words without sense: a real GGUF file."""

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

WORDS = ("the", "sea", "was", "calm", "and", "every", "gull", "slept")
WIDTH, HEADS, DEEP = 64, 2, 128
TEMPLATE = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant:"
_UNSIGNED, _SIGNED, _FLOAT, _TEXT, _LIST = 4, 5, 6, 8, 9
_NORMAL, _UNKNOWN, _CONTROL, _BYTE = 1, 2, 3, 6
_ALIGNMENT = 32


def write(path: Path, *, template: str = "", context: int = 4096) -> Path:
    """Write a model of one layer; each of its words is as likely as chance has it."""
    vocabulary = _vocabulary()
    tensors = _tensors(len(vocabulary))
    facts = _facts(vocabulary, context)
    if template:
        facts.append(_fact("tokenizer.chat_template", _TEXT, _text(template)))
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(facts)) + b"".join(facts)
    content = b""
    for name, array in tensors.items():
        sizes = array.shape[::-1]
        head += _text(name) + struct.pack(f"<I{len(sizes)}Q", len(sizes), *sizes)
        head += struct.pack("<IQ", 0, len(content))
        content += _aligned(array.astype("<f4").tobytes())
    path.write_bytes(_aligned(head) + content)
    return path


def _vocabulary() -> list[tuple[str, float, int]]:
    special = [("<unk>", 0.0, _UNKNOWN), ("<s>", 0.0, _CONTROL), ("</s>", 0.0, _CONTROL)]
    letters = [(f"<0x{byte:02X}>", 0.0, _BYTE) for byte in range(256)]
    return [*special, *letters, *((f"\u2581{word}", -1.0, _NORMAL) for word in WORDS)]


def _tensors(tokens: int) -> dict[str, np.ndarray]:
    chance = np.random.default_rng(5)
    meaning = chance.normal(0, 1, (tokens, WIDTH))
    output = meaning.copy()
    output[: tokens - len(WORDS)] = 0  # neither a byte nor an end is ever likelier than a word

    def square(rows: int, columns: int) -> np.ndarray:
        return chance.normal(0, 0.2, (rows, columns))

    return {
        "token_embd.weight": meaning,
        "output_norm.weight": np.ones(WIDTH),
        "output.weight": output,
        "blk.0.attn_norm.weight": np.ones(WIDTH),
        **{f"blk.0.attn_{part}.weight": square(WIDTH, WIDTH) for part in "qkv"},
        "blk.0.attn_output.weight": square(WIDTH, WIDTH),
        "blk.0.ffn_norm.weight": np.ones(WIDTH),
        "blk.0.ffn_gate.weight": square(DEEP, WIDTH),
        "blk.0.ffn_up.weight": square(DEEP, WIDTH),
        "blk.0.ffn_down.weight": square(WIDTH, DEEP),
    }


def _facts(vocabulary: Sequence[tuple[str, float, int]], context: int) -> list[bytes]:
    texts, scores, kinds = zip(*vocabulary, strict=True)
    numbers = {
        "llama.context_length": context,
        "llama.embedding_length": WIDTH,
        "llama.block_count": 1,
        "llama.feed_forward_length": DEEP,
        "llama.attention.head_count": HEADS,
        "llama.rope.dimension_count": WIDTH // HEADS,
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
    }
    epsilon = struct.pack("<f", 1e-5)
    return [
        _fact("general.architecture", _TEXT, _text("llama")),
        _fact("general.license", _TEXT, _text("cc0-1.0")),
        *(_fact(name, _UNSIGNED, struct.pack("<I", value)) for name, value in numbers.items()),
        _fact("llama.attention.layer_norm_rms_epsilon", _FLOAT, epsilon),
        _fact("tokenizer.ggml.model", _TEXT, _text("llama")),
        _fact("tokenizer.ggml.tokens", _LIST, _list(_TEXT, [_text(text) for text in texts])),
        _fact(
            "tokenizer.ggml.scores",
            _LIST,
            _list(_FLOAT, [struct.pack("<f", score) for score in scores]),
        ),
        _fact(
            "tokenizer.ggml.token_type",
            _LIST,
            _list(_SIGNED, [struct.pack("<i", kind) for kind in kinds]),
        ),
    ]


def _fact(name: str, kind: int, value: bytes) -> bytes:
    return _text(name) + struct.pack("<I", kind) + value


def _list(kind: int, items: Sequence[bytes]) -> bytes:
    return struct.pack("<IQ", kind, len(items)) + b"".join(items)


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def _aligned(content: bytes) -> bytes:
    return content + bytes(-len(content) % _ALIGNMENT)
