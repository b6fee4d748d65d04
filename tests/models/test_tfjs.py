"""Is a TensorFlow.js graph converted operation by operation, and refused where it is unknown?"""

import base64
import json
from typing import Any

import numpy as np
import pytest

from models.check import synthetic_picture
from models.tail import session
from models.tfjs import NotTfjs, Port, convert

PICTURE = np.arange(32, dtype=np.float32).reshape(1, 4, 4, 2) - 10


def text(value: str) -> dict[str, str]:
    return {"s": base64.b64encode(value.encode()).decode()}


def numbers(*values: int) -> dict[str, Any]:
    return {"list": {"i": [str(value) for value in values]}}


def node(name: str, op: str, *inputs: str, **attributes: object) -> dict[str, Any]:
    return {"name": name, "op": op, "input": list(inputs), "attr": attributes}


def run(nodes: list[dict[str, Any]], weights: dict[str, np.ndarray]) -> np.ndarray:
    """Convert nodes that lead from `x` to `y`, and run them on PICTURE."""
    described = [
        {"name": name, "shape": list(array.shape), "dtype": array.dtype.name}
        for name, array in weights.items()
    ]
    topology = {
        "modelTopology": {"node": [node("x", "Placeholder"), *nodes]},
        "weightsManifest": [{"weights": described}],
    }
    stored = b"".join(array.tobytes() for array in weights.values())
    source, result = Port("in", "x", PICTURE.shape), Port("out", "y", ())
    graph = convert(json.dumps(topology).encode(), stored, source, Port("out", "y", result.shape))
    found: np.ndarray = session(graph).run(None, {"in": PICTURE})[0]
    return found


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


def test_strided_slice_obeys_its_masks() -> None:
    sliced = node(
        "y", "StridedSlice", "x", "b", "e", "s",
        begin_mask={"i": "3"}, end_mask={"i": "1"}, shrink_axis_mask={"i": "8"},
    )  # fmt: skip
    bounds = {"b": ints(0, 0, 1, 1), "e": ints(0, 3, 4, 2), "s": ints(1, 1, 2, 1)}
    np.testing.assert_array_equal(run([sliced], bounds), PICTURE[:, :3, 1:4:2, 1])


def test_a_convolution_pads_as_tensorflow_does() -> None:
    kernel = np.ones((3, 3, 2, 1), np.float16)
    convolution = node(
        "y", "_FusedConv2D", "x", "k", "b", data_format=text("NHWC"), padding=text("SAME"),
        strides=numbers(1, 2, 2, 1), dilations=numbers(1, 1, 1, 1),
        fused_ops={"list": {"s": [text("BiasAdd")["s"], text("Relu")["s"]]}},
    )  # fmt: skip
    # With an even side and stride 2, TensorFlow pads only at the end.
    padded = np.pad(PICTURE, ((0, 0), (0, 1), (0, 1), (0, 0)))
    sums = [[padded[0, i : i + 3, j : j + 3].sum() for j in (0, 2)] for i in (0, 2)]
    expected = np.maximum(np.array(sums) + 0.5, 0)
    found = run([convolution], {"k": kernel, "b": np.array([0.5], np.float16)})
    np.testing.assert_allclose(found[0, :, :, 0], expected, rtol=1e-5)


def test_a_depthwise_convolution_keeps_channels_apart() -> None:
    kernel = np.array([[[[2.0], [3.0]]]], np.float16)
    convolution = node(
        "y", "DepthwiseConv2dNative", "x", "k", data_format=text("NHWC"), padding=text("VALID"),
        strides=numbers(1, 1, 1, 1), dilations=numbers(1, 1, 1, 1),
    )  # fmt: skip
    np.testing.assert_allclose(run([convolution], {"k": kernel}), PICTURE * [2.0, 3.0])


def test_the_best_come_with_their_places() -> None:
    flat = node("f", "Reshape", "x", "shape")
    best = node("t", "TopKV2", "f", "k")
    places = node("y", "Cast", "t:1", DstT={"type": "DT_FLOAT"})
    found = run([flat, best, places], {"shape": ints(-1), "k": np.array(3, np.int32)})
    assert found.tolist() == [31, 30, 29]


def test_nodes_that_do_not_lead_to_the_result_are_left_out() -> None:
    nodes = [node("y", "Relu", "x"), node("other", "NoSuchOperation", "x")]
    np.testing.assert_array_equal(run(nodes, {}), np.maximum(PICTURE, 0))


def test_an_unknown_operation_is_named() -> None:
    with pytest.raises(NotTfjs, match="NonMaxSuppressionV5 is unknown"):
        run([node("y", "NonMaxSuppressionV5", "x")], {})


@pytest.mark.parametrize("topology", [b"", b"{}", b"[1]", b'{"modelTopology": {"node": 3}}'])
def test_a_garbled_description_is_refused(topology: bytes) -> None:
    with pytest.raises(NotTfjs, match="cannot be read"):
        convert(topology, b"", Port("in", "x", (1,)), Port("out", "y", (1,)))


def test_weights_of_another_length_are_refused() -> None:
    topology = {"modelTopology": {"node": []}, "weightsManifest": [{"weights": []}]}
    with pytest.raises(NotTfjs, match="4 bytes of weights, 0 described"):
        convert(json.dumps(topology).encode(), bytes(4), Port("a", "x", ()), Port("b", "y", ()))


def test_the_reference_picture_is_of_whole_numbers() -> None:
    picture = synthetic_picture()
    assert picture.shape == (1, 512, 512, 3)
    assert np.array_equal(picture, np.clip(np.rint(picture), 0, 255))
