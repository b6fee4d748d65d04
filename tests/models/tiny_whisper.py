"""A Whisper of two heads and one layer with random weights, saved as others save theirs."""

import io
import json
import pickle
import struct
import sys
import types
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

Tensors = dict[str, NDArray[np.float16]]

WIDTH, MELS, POSITIONS = 128, 80, 1500
SPECIAL = (
    "endoftext", "startoftranscript", "en", "de", "transcribe", "nospeech", "notimestamps",
)  # fmt: skip
LETTERS = "abcdefgh"


def tensors(vocabulary: int, mels: int = MELS) -> Tensors:
    """Return the weights by OpenAI's names."""
    draw = np.random.default_rng(5)
    shapes: dict[str, tuple[int, ...]] = {
        "encoder.conv1.weight": (WIDTH, mels, 3),
        "encoder.conv1.bias": (WIDTH,),
        "encoder.conv2.weight": (WIDTH, WIDTH, 3),
        "encoder.conv2.bias": (WIDTH,),
        "encoder.positional_embedding": (POSITIONS, WIDTH),
        "decoder.positional_embedding": (448, WIDTH),
        "decoder.token_embedding.weight": (vocabulary, WIDTH),
    }
    for norm in ("encoder.ln_post", "decoder.ln"):
        shapes |= _with_bias(norm, (WIDTH,))
    for side, attentions in (("encoder", ["attn"]), ("decoder", ["attn", "cross_attn"])):
        at = f"{side}.blocks.0"
        for attention in attentions:
            for part in ("query", "key", "value", "out"):
                shapes |= _with_bias(f"{at}.{attention}.{part}", (WIDTH, WIDTH))
            del shapes[f"{at}.{attention}.key.bias"]
            shapes |= _with_bias(f"{at}.{attention}_ln", (WIDTH,))
        shapes |= _with_bias(f"{at}.mlp_ln", (WIDTH,))
        shapes |= _with_bias(f"{at}.mlp.0", (4 * WIDTH, WIDTH))
        shapes |= _with_bias(f"{at}.mlp.2", (WIDTH, 4 * WIDTH))
    return {
        name: draw.normal(size=shape, scale=0.1).astype(np.float16)
        for name, shape in shapes.items()
    }


def _with_bias(name: str, shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": shape, f"{name}.bias": shape[:1]}


def save_hugging_face(named: Tensors, folder: Path) -> None:
    """Write what transformers' `save_pretrained` writes, as far as it matters."""
    folder.mkdir()
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    content = b""
    for name, numbers in named.items():
        places = [len(content), len(content) + numbers.nbytes]
        header[_theirs(name)] = {"dtype": "F16", "shape": numbers.shape, "data_offsets": places}
        content += numbers.tobytes()
    said = json.dumps(header).encode()
    whole = struct.pack("<Q", len(said)) + said + content
    (folder / "model.safetensors").write_bytes(whole)
    first = len(LETTERS)
    special = [{"id": first + n, "content": f"<|{name}|>"} for n, name in enumerate(SPECIAL)]
    tokenizer = {
        "added_tokens": special,
        "model": {"vocab": {letter: n for n, letter in enumerate(LETTERS)}},
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    (folder / "config.json").write_text('{"suppress_tokens": null}')
    (folder / "generation_config.json").write_text('{"suppress_tokens": [1, 2]}')


def _theirs(name: str) -> str:
    for ours, theirs in (
        ("blocks", "layers"),
        ("positional_embedding", "embed_positions.weight"),
        ("token_embedding", "embed_tokens"),
        ("cross_attn_ln", "encoder_attn_layer_norm"),
        ("cross_attn", "encoder_attn"),
        (".attn_ln", ".self_attn_layer_norm"),
        (".attn.", ".self_attn."),
        ("mlp_ln", "final_layer_norm"),
        ("mlp.0", "fc1"),
        ("mlp.2", "fc2"),
        ("encoder.ln_post", "encoder.layer_norm"),
        ("decoder.ln.", "decoder.layer_norm."),
        ("query", "q_proj"),
        ("key", "k_proj"),
        ("value", "v_proj"),
        (".out.", ".out_proj."),
    ):
        name = name.replace(ours, theirs)
    return f"model.{name}"


def save_openai(named: Tensors, path: Path, patch: pytest.MonkeyPatch) -> None:
    """Write what `torch.save` writes since 1.6, with what stands for torch in the pickle."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    storage_class = type("HalfStorage", (), {"__module__": "torch"})
    torch.HalfStorage = storage_class  # type: ignore[attr-defined]
    exec("def _rebuild_tensor_v2(*_): ...", utils.__dict__)  # noqa: S102 (in that module)
    patch.setitem(sys.modules, "torch", torch)
    patch.setitem(sys.modules, "torch._utils", utils)

    class Storage:
        def __init__(self, key: str) -> None:
            self.key = key

    class Tensor:
        def __init__(self, key: str, numbers: NDArray[np.float16]) -> None:
            strides = tuple(step // 2 for step in numbers.strides)
            self.call = (Storage(key), 0, numbers.shape, strides, False, {})

        def __reduce__(self) -> Any:  # noqa: ANN401 (as pickle wants it)
            return utils._rebuild_tensor_v2, self.call

    class Pickler(pickle.Pickler):
        def persistent_id(self, obj: object) -> Any:  # noqa: ANN401 (as in the base class)
            is_storage = isinstance(obj, Storage)
            return ("storage", storage_class, obj.key, "cpu", 0) if is_storage else None

    described = io.BytesIO()
    state = {name: Tensor(str(n), numbers) for n, (name, numbers) in enumerate(named.items())}
    Pickler(described, 2).dump({"dims": {"n_mels": MELS}, "model_state_dict": state})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny/data.pkl", described.getvalue())
        for number, numbers in enumerate(named.values()):
            archive.writestr(f"tiny/data/{number}", numbers.tobytes())
