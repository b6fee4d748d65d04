"""On what graphs run, and when a provider is not taken."""

import shutil
from pathlib import Path

import msgspec
import pytest

from edge import providers
from edge.providers import CPU, Choice, Graph, NotUsable
from models import manifest


@pytest.fixture(autouse=True)
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path))
    return tmp_path


def keep(folder: Path, choice: Choice) -> None:
    (folder / providers.FILE).write_bytes(msgspec.json.encode(choice))


GRAPHS = {"a/one": Graph("1" * 64, 0.001), "b/two": Graph("2" * 64, 0.3)}


def test_what_is_installed_is_asked_of_onnxruntime_itself() -> None:
    assert CPU in providers.installed()


def test_one_that_sends_its_input_elsewhere_is_none_of_ours() -> None:
    assert providers.known(["AzureExecutionProvider", "CPUExecutionProvider"]) == (CPU,)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cud", "no provider is called 'cud'; the nearest is 'cuda'"),
        ("cuda", "has no cuda, only cpu; install the onnxruntime that has it, or `offrecord tune"),
    ],
)
def test_what_is_not_there_is_refused_in_one_sentence(name: str, words: str) -> None:
    refusal = providers.missing(name, (CPU,))
    assert words in refusal
    assert "\n" not in refusal


def test_a_provider_that_is_not_installed_is_not_chosen() -> None:
    with pytest.raises(NotUsable, match="has no nnapi"):
        providers.choose("nnapi", "m")
    assert providers.chosen("m") is None


def test_a_graph_with_other_results_stays_with_the_processor(models_folder: Path) -> None:
    keep(models_folder, Choice("m", providers.runtime(), "openvino", GRAPHS))
    choice = providers.chosen("m")
    assert choice
    assert (choice.taken, choice.refused) == (("1" * 64,), ("b/two",))
    assert providers.summary(choice) == (
        "openvino runs 1 graphs, the processor the others (b/two came out otherwise)"
    )


@pytest.mark.parametrize(("machine", "runtime"), [("other", ""), ("m", "onnxruntime 0")])
def test_a_choice_of_another_machine_or_runtime_is_forgotten(
    models_folder: Path, machine: str, runtime: str
) -> None:
    keep(models_folder, Choice(machine, runtime or providers.runtime(), "openvino", GRAPHS))
    assert providers.chosen("m") is None


def test_the_processor_is_taken_back(models_folder: Path) -> None:
    keep(models_folder, Choice("m", providers.runtime(), "openvino", GRAPHS))
    assert providers.choose(CPU, "m") is None
    assert providers.chosen("m") is None
    assert providers.summary(None) == "all graphs run on the processor"


def test_comparing_happens_under_the_seal_and_is_looked_at(
    models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    here = manifest.folder() / "blazeface"
    if not here.is_dir():
        pytest.skip("UNCHECKED: no model here; offrecord models fetch")
    shutil.copytree(here, models_folder / "blazeface")
    monkeypatch.setenv("OFFRECORD_MODELS", str(models_folder))
    (graph,) = providers._compared(CPU).items()
    assert graph[0] == "blazeface/faces"
    assert graph[1].difference == 0


def test_what_cannot_even_be_born_is_told_with_its_last_words(models_folder: Path) -> None:
    shutil.rmtree(models_folder)
    models_folder.mkdir()
    (models_folder / "own.toml").write_text("[[model]]\n")
    with pytest.raises(NotUsable, match=r"cpu does not work as a chamber does: .* has no 'name'"):
        providers._compared(CPU)
