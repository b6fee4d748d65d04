"""How do published files become a model's files? One function a build step; no torch anywhere.

Numpy and onnx alone write what is *built*, without a matrix product, so that the same versions give
the same bytes on each machine. The silence tail is *computed* by running a graph.
"""

import io
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from models import any_shape, ct2, minilm, tfjs, torch_file, voice, whisper, whisper_names
from models.graph import FloatGraph, Int8Graph
from models.tail import silence_tail
from models.tokens import write_tokens

Members = Mapping[str, Path]

THINGS = 100
PICTURE_PX = 512
FACES_PX = 256
_LABEL = re.compile(r"\{ class: \d+, label: '([^']+)' \}")


def build(step: str, members: Members, folder: Path) -> None:
    """Write a model's files into the empty `folder`."""
    _STEPS[step](members, folder)


def _copy(members: Members, folder: Path) -> None:
    for name, member in members.items():
        try:
            (folder / name).hardlink_to(member)  # a language model need not be written twice
        except OSError:  # a file system without links
            shutil.copyfile(member, folder / name)


def _whisper(members: Members, folder: Path) -> None:
    w = whisper.weights(ct2.read(members["model.bin"].read_bytes()))
    tokens = write_tokens(
        members["tokenizer.json"].read_bytes(), members["config.json"].read_bytes(), w.vocabulary
    )
    write_whisper(w, tokens, folder)


def write_whisper(w: whisper.Weights, tokens: bytes, folder: Path) -> None:
    """Write a Whisper's files, wherever its weights and its tokens come from."""
    for precision, kind in (("fp32", FloatGraph), ("int8", Int8Graph)):
        encoder, decoder = kind(), kind()
        whisper.write_encoder(encoder, w)
        whisper.write_decoder(decoder, w)
        (folder / f"encoder.{precision}.onnx").write_bytes(encoder.save("encoder"))
        (folder / f"decoder.{precision}.onnx").write_bytes(decoder.save("decoder"))
    positions = w["decoder/position_encodings/encodings"].astype(np.float32)
    (folder / "embedding.npy").write_bytes(_npy(w["decoder/embeddings/weight"]))
    (folder / "positions.npy").write_bytes(_npy(positions))
    tail = silence_tail((folder / "encoder.fp32.onnx").read_bytes())
    (folder / "silence_tail.npy").write_bytes(_npy(tail))
    (folder / "tokens.json").write_bytes(tokens)


def _whisper_torch(members: Members, folder: Path) -> None:
    w = whisper.weights(ct2.read(members["model.bin"].read_bytes()))
    (folder / "weights.npz").write_bytes(whisper_names.checkpoint(w))


def _centernet(members: Members, folder: Path) -> None:
    detector = tfjs.convert(
        members["centernet.json"].read_bytes(),
        members["centernet.bin"].read_bytes(),
        tfjs.Port("images", "tower_0/images", (1, PICTURE_PX, PICTURE_PX, 3)),
        tfjs.Port("detections", "tower_0/detections", (1, THINGS, 6)),
    )
    detector = any_shape.of_any_shape(detector, PICTURE_PX)
    (folder / "detector.onnx").write_bytes(detector)
    labels = _LABEL.findall(members["labels.ts"].read_text(encoding="utf-8"))
    _write_lines(folder / "labels.txt", labels)


def _blazeface(members: Members, folder: Path) -> None:
    """Scores and boxes of two grids, of cells of 16 and of 32 pixels: one row an anchor."""
    faces = tfjs.convert(
        members["blazeface.json"].read_bytes(),
        members["blazeface.bin"].read_bytes(),
        tfjs.Port("picture", "input", (1, FACES_PX, FACES_PX, 3)),
        tfjs.Port("scores_16", "Identity", (1, 512, 1)),
        tfjs.Port("scores_32", "Identity_1", (1, 384, 1)),
        tfjs.Port("boxes_16", "Identity_2", (1, 512, 16)),
        tfjs.Port("boxes_32", "Identity_3", (1, 384, 16)),
    )
    (folder / "faces.onnx").write_bytes(faces)


def _pp_ocr(members: Members, folder: Path) -> None:
    """Copy both graphs; the recogniser carries its alphabet, to which PaddleOCR adds a space."""
    _copy(members, folder)
    recogniser = onnx.load(str(members["recognise.onnx"]), load_external_data=False)
    (alphabet,) = (entry.value for entry in recogniser.metadata_props if entry.key == "character")
    _write_lines(folder / "characters.txt", [*alphabet.rstrip("\n").split("\n"), " "])


def _voice(members: Members, folder: Path) -> None:
    graph = FloatGraph()
    voice.write(graph, torch_file.read(members["pretrained.pt"].read_bytes(), "model_state"))
    (folder / "voice.onnx").write_bytes(graph.save("voice"))


def _minilm(members: Members, folder: Path) -> None:
    graph = minilm.made_small(members["model.onnx"].read_bytes())
    (folder / "model.onnx").write_bytes(graph)
    shutil.copyfile(members["vocab.txt"], folder / "vocab.txt")


_STEPS: dict[str, Callable[[Members, Path], None]] = {
    "copy": _copy,
    "whisper": _whisper,
    "whisper-torch": _whisper_torch,
    "centernet": _centernet,
    "blazeface": _blazeface,
    "pp-ocr": _pp_ocr,
    "voice": _voice,
    "minilm": _minilm,
}


def _write_lines(path: Path, lines: list[str]) -> None:
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())


def _npy(array: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(array), allow_pickle=False)
    return file.getvalue()
