"""What still works behind the seal: a chamber thinks, a capture reads, a runtime remembers."""

import platform
import signal
import socket
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from sealing import answer, started

from edge import seal

REFUSED = "Operation not permitted"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Return a small real network: (n, 64) float32 -> (n, 32) float32."""
    weights = np.random.default_rng(7).standard_normal((64, 32), dtype=np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["h"]), helper.make_node("Tanh", ["h"], ["y"])],
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 64])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 32])],
        [onnx.numpy_helper.from_array(weights, "w")],
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8),
        tmp_path / "small.onnx",
    )
    return tmp_path / "small.onnx"


def test_a_chamber_still_thinks_and_starts_threads(model: Path) -> None:
    with started("seal_work.py", "chamber", model, readable=[model]) as process:
        found = answer(process)
    assert found["here"] > 200
    assert found["thread"] > 200


def test_a_capture_reads_files_and_sends_to_its_slot_alone(tmp_path: Path) -> None:
    film = tmp_path / "film"
    film.write_bytes(b"pictures")
    with started("seal_work.py", "capture", film, profile="capture", readable=[film]) as process:
        found = answer(process)
    worked = {name for name, said in found.items() if said == "worked"}
    assert worked == {"read", "send a record", "receive"}
    assert film.read_bytes() == b"pictures"


def test_a_capture_may_ask_a_microphone_but_not_feed_a_loudspeaker(tmp_path: Path) -> None:
    film = tmp_path / "film"
    film.touch()
    with started("seal_work.py", "capture", film, profile="capture", readable=[film]) as process:
        found = answer(process)
    assert found["play"] == REFUSED
    not_a_device = {"Inappropriate ioctl for device", "Invalid argument"}
    assert {found["listen"], found["look"]} <= not_a_device


def test_a_runtime_remembers_and_talks_and_nothing_more(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with started(
            "seal_work.py", "runtime", folder, port, profile="runtime", writable=[folder]
        ) as process:
            found = answer(process)
    assert {name for name, said in found.items() if said == "worked"} <= {
        "remember",
        "talk",
        "write elsewhere",  # where the kernel has no Landlock
        "open a device",
    }
    assert found["remember"] == found["talk"] == "worked"
    assert found["exec"] == found["fork"] == found["ptrace"] == REFUSED


def test_landlock_keeps_a_runtime_in_its_folder_and_off_devices(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    with started(
        "seal_work.py", "runtime", folder, 9, profile="runtime", writable=[folder]
    ) as process:
        found = answer(process)
    if found["write elsewhere"] == "worked":
        pytest.skip("this kernel has no Landlock; the filter is the only wall")
    assert found["write elsewhere"] == found["open a device"] == "Permission denied"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_a_bridge_serves_wearables_and_opens_nothing_more() -> None:
    port = free_port()
    bridge = started("seal_bridge.py", port, profile="firmware_bridge", listening=[port])
    with bridge as process:
        assert set(answer(process).values()) == {REFUSED}
        with socket.create_connection(("127.0.0.1", port)) as wearable:
            wearable.sendall(b"hello\n")
            assert wearable.recv(9) == b"hello\n"
            inspection = seal.inspect(process.pid, "firmware_bridge")
    assert inspection.problems == ()
    assert inspection.level == ("A" if seal.walls().landlock_abi else "C")


def test_a_bridge_listens_on_its_own_port_alone() -> None:
    if seal.walls().landlock_abi < 4:
        pytest.skip("this kernel's Landlock knows no TCP")
    port = free_port()
    with started("seal_bridge.py", port, profile="firmware_bridge", listening=[9]) as process:
        assert process.stdout
        assert process.stdout.readline() == b""


def test_the_second_set_of_call_numbers_kills() -> None:
    if platform.machine() != "x86_64":
        pytest.skip("only x86_64 has a second set of numbers (x32)")
    with started("seal_work.py", "x32") as process:
        assert process.wait() == -signal.SIGSYS
