"""How do other recognisers get the very weights that ours has? Written in the formats they read.

All three are made from the published CTranslate2 files, whose float16 numbers are copied as they
are: the folder itself for faster-whisper, openai-whisper's names in an .npz, whisper.cpp's ggml.
"""

import base64
import json
import struct
from collections.abc import Mapping
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
from models.whisper_names import AUDIO_POSITIONS, TEXT_POSITIONS, checkpoint, to_openai

Array = NDArray[Any]

CT2_FOLDER: Final = "ct2"
TORCH_FILE: Final = "torch.npz"
GGML_FILE: Final = "ggml.bin"
_GGML_MAGIC: Final = 0x67676D6C
_GGML_F32, _GGML_F16 = 0, 1


def write(model: str, folder: Path) -> None:
    """Bring a Whisper's published files into `folder` and write what each peer reads."""
    published = _published(model, folder / CT2_FOLDER)
    w = weights(ct2.read((published / "model.bin").read_bytes()))
    _write_vocabulary(published, w.vocabulary)
    named = dict(to_openai(w))
    (folder / TORCH_FILE).write_bytes(checkpoint(w))
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
