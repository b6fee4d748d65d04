"""How does a Whisper that somebody has become a model? Any size, from the file that they have.

OpenAI's own checkpoint (`NAME.pt`), a folder of Hugging Face's transformers (`model.safetensors`)
or of CTranslate2 (`model.bin`), both with `tokenizer.json` and `config.json`. Nothing of it is run.
OpenAI's checkpoint has no tokenizer beside it: its tokens are those of a model of the manifest with
as many. What was built becomes a row of the user's own list.
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

from models import ct2, manifest, safe_tensors, torch_file, whisper, whisper_names
from models.log_mel import N_MELS
from models.manifest import OWN_ROWS, ModelError
from models.tokens import write_tokens
from models.whisper import Weights

Report = Callable[[str], None]

STATE = "model_state_dict"
SHIPPED = ("whisper-tiny.en", "whisper-base")
TOKENS = "tokens.json"
CONFIGURATIONS = ("config.json", "generation_config.json")
UNREADABLE = (
    ct2.NotCt2,
    safe_tensors.NotSafeTensors,
    torch_file.NotTorch,
    whisper_names.NotWhisper,
)


class CannotBuild(ModelError, ValueError):
    """What was named is not a Whisper that can be built."""


def build(source: Path, name: str, report: Report) -> None:
    """Build the Whisper in a file or folder as a model with this name; raise ModelError."""
    # onnx and onnxruntime take half a second to import, and only this needs them.
    from models.build import write_whisper  # noqa: PLC0415

    if name in [row.name for row in manifest.rows()] or not _is_name(name):
        raise CannotBuild(f"{name!r} cannot be the name of a new model; choose another with --name")
    try:
        w = _weights(source)
        tokens = _tokens(source, w.vocabulary)
    except OSError as error:
        raise CannotBuild(f"cannot read {error.filename}: {error.strerror}") from None
    except UNREADABLE as error:
        raise CannotBuild(f"{source}: {error}") from None
    if w.mels != N_MELS:
        raise CannotBuild(f"{source} listens to {w.mels} bands, and the recogniser to {N_MELS}")
    target = manifest.folder() / name
    built = manifest.folder() / ".partial" / f"own-{name}"
    shutil.rmtree(built, ignore_errors=True)
    built.mkdir(parents=True)
    report(f"{name}: building")
    write_whisper(w, tokens, built)
    row = _row(name, source, built)
    shutil.rmtree(target, ignore_errors=True)
    built.rename(target)
    with (manifest.folder() / OWN_ROWS).open("a", encoding="utf-8") as file:
        file.write(row)
    report(f'{name}: ready; `[recogniser] model = "{name}"` takes it')


def _is_name(name: str) -> bool:
    return bool(name) and name[0].isalnum() and all(c.isalnum() or c in ".-_" for c in name)


def _weights(source: Path) -> Weights:
    if source.is_file():
        tensors = torch_file.read(source.read_bytes(), STATE)
        return whisper_names.weights(tensors, whisper_names.OPENAI)
    if (source / "model.safetensors").exists():
        tensors = safe_tensors.read((source / "model.safetensors").read_bytes())
        return whisper_names.weights(tensors, whisper_names.HUGGING_FACE)
    return whisper.weights(ct2.read((source / "model.bin").read_bytes()))


def _tokens(source: Path, vocabulary: int) -> bytes:
    """Return the model's tokens.json."""
    if source.is_dir():
        said: dict[str, object] = {}
        for name in CONFIGURATIONS:
            if (source / name).exists():
                said |= json.loads((source / name).read_bytes())
        tokenizer = (source / "tokenizer.json").read_bytes()
        return write_tokens(tokenizer, json.dumps(said).encode(), vocabulary)
    for name in SHIPPED:
        if manifest.receipt(name):
            tokens = manifest.read(name, TOKENS)
            if len(json.loads(tokens)["bytes"]) == vocabulary:
                return tokens
    raise CannotBuild(
        f"no model here has the {vocabulary} tokens of {source}; run "
        "`offrecord models fetch whisper-tiny.en whisper-base`, or name a folder that has a "
        "tokenizer.json"
    )


def _row(name: str, source: Path, built: Path) -> str:
    """Return what the user's list says of the model, as TOML."""
    lines = ["", "[[model]]", f'name = "{name}"']
    lines += [f"job = {json.dumps(f'turns speech into words, from {source.name}')}", "file = ["]
    for file in sorted(built.iterdir()):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        size = file.stat().st_size
        lines.append(f'    {{ name = "{file.name}", bytes = {size}, sha256 = "{digest}" }},')
    return "\n".join([*lines, "]", ""])
