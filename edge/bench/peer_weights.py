"""How do other recognisers get the very weights that ours has? Written in the formats they read.

All three are made from the published CTranslate2 files, whose float16 numbers are copied as they
are: the folder itself for faster-whisper, openai-whisper's names in an .npz, whisper.cpp's ggml.
"""

import base64
import json
import struct
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

import models.manifest
from edge.bench import CannotMeasure
from models import ct2, sources
from models.download import DownloadFailed
from models.log_mel import N_MELS, mel_filters
from models.whisper import Weights, weights

Array = NDArray[Any]

CT2_FOLDER: Final = "ct2"
TORCH_FILE: Final = "torch.npz"
SIZES_FILE: Final = "sizes.npz"
GGML_FILE: Final = "ggml.bin"
AUDIO_POSITIONS: Final = 1500
TEXT_POSITIONS: Final = 448
_GGML_MAGIC: Final = 0x67676D6C
_GGML_F32, _GGML_F16 = 0, 1
_NORMS: Final = {
    "self_attention/layer_norm": "attn_ln",
    "attention/layer_norm": "cross_attn_ln",
    "ffn/layer_norm": "mlp_ln",
}


def write(model: str, folder: Path) -> None:
    """Bring a Whisper's published files into `folder` and write what each peer reads."""
    published = _published(model, folder / CT2_FOLDER)
    w = weights(ct2.read((published / "model.bin").read_bytes()))
    _write_vocabulary(published, w.vocabulary)
    named = dict(_torch_names(w))
    # In the order of openai-whisper's ModelDimensions.
    ears = [w.mels, AUDIO_POSITIONS, w.width, w.heads, w.encoder_layers]
    mouth = [w.vocabulary, TEXT_POSITIONS, w.width, w.heads, w.decoder_layers]
    np.savez(folder / SIZES_FILE, sizes=np.array([*ears, *mouth], np.int32))
    with zipfile.ZipFile(folder / TORCH_FILE, "w") as file:
        for name, numbers in named.items():
            with file.open(f"{name}.npy", "w") as member:
                np.save(member, np.ascontiguousarray(numbers))
    spelled = json.loads(models.manifest.read(model, "tokens.json"))
    with (folder / GGML_FILE).open("wb") as file:
        _write_ggml(file, w, named, spelled["bytes"][: spelled["end"]])


def _published(model: str, folder: Path) -> Path:
    """Download and check what the manifest says the model was built from."""
    row = models.manifest.row(model)
    folder.mkdir(parents=True)
    for source in row.sources:
        try:
            members = sources.members(row, source, folder)
        except DownloadFailed:
            continue
        for name, member in members.items():
            member.rename(folder / name)
        return folder
    raise CannotMeasure(f"no source has the published files of {model!r}, which the peers need")


def _write_vocabulary(folder: Path, size: int) -> None:
    """CTranslate2 wants each token's spelling in a list; timestamps are in no tokenizer's file."""
    tokenizer = json.loads((folder / "tokenizer.json").read_bytes())
    numbers: dict[str, int] = dict(tokenizer["model"]["vocab"])
    numbers |= {token["content"]: token["id"] for token in tokenizer["added_tokens"]}
    spelled = sorted(numbers, key=numbers.__getitem__)
    spelled += [f"<|{0.02 * step:.2f}|>" for step in range(size - len(spelled))]
    (folder / "vocabulary.json").write_text(json.dumps(spelled), "utf-8")


def _torch_names(w: Weights) -> Iterator[tuple[str, Array]]:
    """Yield openai-whisper's name of each tensor and its numbers, float16."""
    for conv in ("conv1", "conv2"):
        for part in ("weight", "bias"):
            yield f"encoder.{conv}.{part}", w[f"encoder/{conv}/{part}"]
    yield "decoder.token_embedding.weight", w["decoder/embeddings/weight"]
    for side, layers, norm in (
        ("encoder", w.encoder_layers, "encoder.ln_post"),
        ("decoder", w.decoder_layers, "decoder.ln"),
    ):
        yield f"{side}.positional_embedding", w[f"{side}/position_encodings/encodings"]
        yield from _norm(w, f"{side}/layer_norm", norm)
        for layer in range(layers):
            yield from _block(w, f"{side}/layer_{layer}", f"{side}.blocks.{layer}", side)


def _block(w: Weights, at: str, name: str, side: str) -> Iterator[tuple[str, Array]]:
    yield from _split(w, f"{at}/self_attention/linear_0", f"{name}.attn", "query key value")
    yield from _split(w, f"{at}/self_attention/linear_1", f"{name}.attn", "out")
    if side == "decoder":
        yield from _split(w, f"{at}/attention/linear_0", f"{name}.cross_attn", "query")
        yield from _split(w, f"{at}/attention/linear_1", f"{name}.cross_attn", "key value")
        yield from _split(w, f"{at}/attention/linear_2", f"{name}.cross_attn", "out")
    yield from _split(w, f"{at}/ffn/linear_0", f"{name}.mlp", "0")
    yield from _split(w, f"{at}/ffn/linear_1", f"{name}.mlp", "2")
    for ours, theirs in _NORMS.items():
        if side == "decoder" or theirs != "cross_attn_ln":
            yield from _norm(w, f"{at}/{ours}", f"{name}.{theirs}")


def _split(w: Weights, at: str, name: str, parts: str) -> Iterator[tuple[str, Array]]:
    """Yield the layers that were published as one; a key's bias is all zero and left out."""
    names = parts.split()
    for number, part in enumerate(names):
        for kind in ("weight", "bias"):
            both = w[f"{at}/{kind}"]
            rows = len(both) // len(names)
            if (part, kind) != ("key", "bias"):
                yield f"{name}.{part}.{kind}", both[number * rows : (number + 1) * rows]


def _norm(w: Weights, at: str, name: str) -> Iterator[tuple[str, Array]]:
    yield f"{name}.weight", w[f"{at}/gamma"]
    yield f"{name}.bias", w[f"{at}/beta"]


def _write_ggml(file: BinaryIO, w: Weights, named: Mapping[str, Array], spelled: list[str]) -> None:
    """Write whisper.cpp's format: sizes, filters, vocabulary, tensors."""
    sizes = [w.vocabulary, AUDIO_POSITIONS, w.width, w.heads, w.encoder_layers]
    sizes += [TEXT_POSITIONS, w.width, w.heads, w.decoder_layers, w.mels, _GGML_F16]
    file.write(struct.pack("<12i", _GGML_MAGIC, *sizes))
    filters = mel_filters(N_MELS)
    file.write(struct.pack("<2i", *filters.shape) + filters.tobytes())
    file.write(struct.pack("<i", len(spelled)))
    tokens = map(base64.b64decode, spelled)
    file.writelines(struct.pack("<i", len(token)) + token for token in tokens)
    for name, numbers in named.items():
        _write_ggml_tensor(file, name, numbers)


def _write_ggml_tensor(file: BinaryIO, name: str, numbers: Array) -> None:
    is_exact = numbers.ndim == 1 or name.endswith("positional_embedding")
    shape = numbers.shape
    if name in {"encoder.conv1.bias", "encoder.conv2.bias"}:
        shape = (*shape, 1)  # a row of biases for one column of outputs
    kind = _GGML_F32 if is_exact else _GGML_F16
    spelled = name.encode()
    file.write(struct.pack("<3i", len(shape), len(spelled), kind))
    file.write(struct.pack(f"<{len(shape)}i", *reversed(shape)) + spelled)
    stored = numbers.astype(np.float32 if is_exact else np.float16)
    file.write(stored.tobytes())
