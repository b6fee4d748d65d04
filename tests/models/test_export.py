"""Graphs with fixed sizes, run again, beside the ones they were made of."""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import spoilt_models
from onnx import TensorProto, helper, numpy_helper

from models import manifest
from models.export import CannotExport, Exported, export
from models.manifest import File, Job, Tensor
from models.static import NotFixed, difference, fixed, limited, refuse_foreign, run, scattered

BATCH = Tensor("x", "float32", ("n", 8))
JOB = Job(patience="soon", typical={"n": 3})


def graph(*nodes: onnx.NodeProto, opset: int = 17, outputs: tuple[str, ...] = ("y",)) -> bytes:
    """A graph of any number of rows of 8."""
    weight = np.random.default_rng(1).normal(size=(8, 8)).astype(np.float32)
    body = helper.make_graph(
        nodes,
        "toy",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 8])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(weight, "w")],
    )
    own = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(body, opset_imports=own, ir_version=10).SerializeToString()


def row_of(outputs: tuple[Tensor, ...] = (Tensor("y", "float32", ("n", 8)),)) -> File:
    return File("toy.onnx", 0, "copied", "", (BATCH,), outputs, JOB)


def same(file: File, whole: bytes, folder: Path) -> onnx.ModelProto:
    """Fix a graph and see that it gives what it gave."""
    settled = fixed(file, whole, folder, plain=True)
    refuse_foreign(settled, {"Nothing": ""})
    feed = scattered(file)
    assert difference(run(whole, feed), run(settled, feed)) < 1e-6
    return onnx.load_from_string(settled)


def shapes(model: onnx.ModelProto) -> list[list[int]]:
    ports = (*model.graph.input, *model.graph.output)
    return [[dim.dim_value for dim in port.type.tensor_type.shape.dim] for port in ports]


def test_sizes_are_those_that_are_typical(tmp_path: Path) -> None:
    model = same(row_of(), graph(helper.make_node("MatMul", ["x", "w"], ["y"])), tmp_path)
    assert shapes(model) == [[3, 8], [3, 8]]


def test_what_was_computed_from_a_size_is_computed_no_more(tmp_path: Path) -> None:
    turned = (
        helper.make_node("Shape", ["x"], ["size"]),
        helper.make_node("Relu", ["x"], ["r"]),
        helper.make_node("Reshape", ["r", "size"], ["y"]),
    )
    model = same(row_of(), graph(*turned), tmp_path)
    assert "Shape" not in {node.op_type for node in model.graph.node}


def test_a_gelu_of_onnxruntime_s_own_is_spelled_out(tmp_path: Path) -> None:
    whole = graph(helper.make_node("Gelu", ["x"], ["y"], domain="com.microsoft"))
    assert "Erf" in {node.op_type for node in same(row_of(), whole, tmp_path).graph.node}


def test_attention_of_onnxruntime_s_own_is_spelled_out(tmp_path: Path) -> None:
    nodes = (
        helper.make_node("Unsqueeze", ["x", "first"], ["one"]),
        helper.make_node("Mul", ["one", "one"], ["k"]),
        helper.make_node("Relu", ["one"], ["v"]),
        helper.make_node(
            "MultiHeadAttention", ["one", "k", "v"], ["y"], domain="com.microsoft", num_heads=2
        ),
    )
    model = onnx.load_from_string(graph(*nodes))
    model.graph.initializer.append(numpy_helper.from_array(np.array([0]), "first"))
    file = row_of((Tensor("y", "float32", (1, "n", 8)),))
    settled = same(file, model.SerializeToString(), tmp_path)
    assert "Softmax" in {node.op_type for node in settled.graph.node}


def test_what_grows_with_each_run_is_refused(tmp_path: Path) -> None:
    file = row_of((Tensor("past_0..1", "float32", ("P+n", 8)),))
    with pytest.raises(NotFixed, match="'past_0' is longer each time"):
        fixed(file, graph(helper.make_node("Relu", ["x"], ["y"])), tmp_path, plain=True)


def test_branches_are_refused(tmp_path: Path) -> None:
    yes, no = (
        helper.make_graph(
            [helper.make_node(kind, ["x"], ["z"])],
            kind,
            [],
            [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)],
        )
        for kind in ("Relu", "Neg")
    )
    nodes = (
        helper.make_node("ReduceMax", ["x"], ["top"], keepdims=0),
        helper.make_node("Cast", ["top"], ["is"], to=TensorProto.BOOL),
        helper.make_node("If", ["is"], ["y"], then_branch=yes, else_branch=no),
    )
    with pytest.raises(NotFixed, match="it has If"):
        fixed(row_of(), graph(*nodes), tmp_path, plain=True)


def test_an_operator_that_the_target_has_not_is_named() -> None:
    whole = graph(helper.make_node("Relu", ["x"], ["y"]))
    with pytest.raises(NotFixed, match="it has Relu: it is too simple"):
        refuse_foreign(whole, {"Relu": "it is too simple"})


def test_a_newer_graph_is_written_in_the_version_that_is_read(tmp_path: Path) -> None:
    whole = graph(helper.make_node("Relu", ["x"], ["y"]), opset=19)
    settled = fixed(row_of(), whole, tmp_path, plain=True)
    older = onnx.load_from_string(limited(settled, 17, 9))
    assert (older.opset_import[0].version, older.ir_version) == (17, 9)


def faces(folder: Path) -> list[Exported]:
    if not manifest.receipt("blazeface"):
        pytest.skip("UNCHECKED: no model here; offrecord models fetch")
    return export("hailo", ["blazeface"], folder, lambda _: None)


def test_what_is_exported_gives_its_references_again(tmp_path: Path) -> None:
    (done,) = faces(tmp_path)
    assert done.path == tmp_path / "blazeface" / "faces"
    session = ort.InferenceSession(done.path / "graph.onnx", providers=["CPUExecutionProvider"])
    with np.load(done.path / "references.npz") as references:
        for number in range(4):
            (scores, *_) = session.run(None, {"picture": references[f"{number}.in.picture"]})
            assert np.allclose(scores, references[f"{number}.out.scores_16"], atol=1e-5)


def test_its_description_says_what_goes_in_and_how_far_it_reaches(tmp_path: Path) -> None:
    (done,) = faces(tmp_path)
    assert done.path
    said = json.loads((done.path / "graph.json").read_text())
    assert (said["model"], said["opset"], said["references"]) == ("blazeface", 17, 4)
    (picture,) = said["inputs"]
    assert (picture["shape"], picture["dtype"]) == ([1, 256, 256, 3], "float32")
    assert -1 <= picture["lowest"] < picture["highest"] <= 1


def test_when_nothing_can_go_that_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    with pytest.raises(CannotExport, match="none of silero-vad can go to hailo"):
        export("hailo", ["silero-vad"], tmp_path, said.append)
    why = "cannot be exported: it has If: which way it goes is known only when it runs"
    assert said == [f"silero-vad/silero_vad: {why}"]


def test_a_graph_that_cannot_run_is_told_as_one_that_cannot_be_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFFRECORD_MODELS", str(spoilt_models.copy(tmp_path / "models")))
    broken = onnx.load_from_string(graph(helper.make_node("MatMul", ["picture", "none"], ["y"])))
    broken.graph.input[0].name = "picture"
    content = broken.SerializeToString()
    spoilt_models.exchange(manifest.folder(), "blazeface", "faces.onnx", content)
    said: list[str] = []
    with pytest.raises(CannotExport, match="none of blazeface can go to static"):
        export("static", ["blazeface"], tmp_path, said.append)
    (line,) = said
    assert line.startswith("blazeface/faces: cannot be exported: ")
    assert "none" in line


def test_an_unknown_target_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotExport, match="no target is called 'coral'; there are edgetpu"):
        export("coral", [], tmp_path, lambda _: None)
