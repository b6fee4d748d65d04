"""A copy of the models' folder in which one model is not what it should be."""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from models import manifest

NEEDED = ("silero-vad", "whisper-tiny.en", "centernet", "pp-ocr", "blazeface")
HALVES_LEFT_OUT = ".fp32.onnx"


def copy(folder: Path) -> Path:
    """Copy what a run needs; skip the test where that has not been fetched."""
    for name in NEEDED:
        if not manifest.receipt(name):
            pytest.skip(f"UNCHECKED: {manifest.ModelNotFetched(name)}")
        shutil.copytree(
            manifest.folder() / name,
            folder / name,
            ignore=lambda _, files: [each for each in files if each.endswith(HALVES_LEFT_OUT)],
        )
    return folder


def exchange(folder: Path, model: str, file: str, content: bytes) -> None:
    """Put another file in the place of one, and make the receipt believe in it."""
    before = (folder / model / file).read_bytes()
    (folder / model / file).write_bytes(content)
    receipt = folder / model / manifest.RECEIPT
    text = receipt.read_text()
    for old, new in (
        (f"bytes = {len(before)}", f"bytes = {len(content)}"),
        (hashlib.sha256(before).hexdigest(), hashlib.sha256(content).hexdigest()),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    receipt.write_text(text)


def forgetful(
    inputs: Mapping[str, tuple[int | str, ...]],
    outputs: dict[str, tuple[int, ...]],
    *,
    hangs_above: float,
    whole_numbers: tuple[str, ...] = (),
) -> bytes:
    """Return a graph that answers with zeros, unless its first input has something larger in it.

    Then it counts for ever. It also takes `whole_numbers`, one of each.
    """
    first = next(iter(inputs))
    zeros = [
        numpy_helper.from_array(np.zeros(shape, np.float32), f"zero_{name}")
        for name, shape in outputs.items()
    ]
    most = numpy_helper.from_array(np.array(2**62, np.int64), "most")
    limit = numpy_helper.from_array(np.array(hangs_above, np.float32), "limit")
    one = numpy_helper.from_array(np.array(1, np.float32), "one")
    slots = [f"v{n}" for n in range(len(outputs))]
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go_on"], ["still"]),
            *(helper.make_node("Add", [slot, "one"], [f"{slot}_next"]) for slot in slots),
        ],
        "counting",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            *(helper.make_tensor_value_info(slot, TensorProto.FLOAT, None) for slot in slots),
        ],
        [
            helper.make_tensor_value_info("still", TensorProto.BOOL, []),
            *(helper.make_tensor_value_info(f"{s}_next", TensorProto.FLOAT, None) for s in slots),
        ],
        [one],
    )
    made = helper.make_model(
        helper.make_graph(
            [
                helper.make_node("ReduceMax", [first], ["largest"], keepdims=0),
                helper.make_node("Greater", ["largest", "limit"], ["hangs"]),
                helper.make_node(
                    "Loop", ["most", "hangs", *(z.name for z in zeros)], list(outputs), body=body
                ),
            ],
            "forgetful",
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
                for name, shape in inputs.items()
            ]
            + [
                helper.make_tensor_value_info(name, TensorProto.INT64, []) for name in whole_numbers
            ],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
                for name, shape in outputs.items()
            ],
            [*zeros, most, limit],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=9,
    )
    onnx.checker.check_model(made)
    return made.SerializeToString()


def detector(*, hangs_above: float, colours: int = 3) -> bytes:
    """Return what stands in the detector's place; with other colours it is not as its row says."""
    return forgetful(
        {"images": (1, "height", "width", colours)},
        {"detections": (1, 100, 6)},
        hangs_above=hangs_above,
    )


def gate() -> bytes:
    """Return what stands in the gate's place, and hangs when it hears anything."""
    return forgetful(
        {"input": (1, 576), "state": (2, 1, 128)},
        {"output": (1, 1), "stateN": (2, 1, 128)},
        hangs_above=0.01,
        whole_numbers=("sr",),
    )
