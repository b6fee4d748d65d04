"""How is a configuration read from its TOML file, and printed with what every setting means?

Unknown keys are refused with the nearest known one; the explanations are the docstrings of
`edge/config.py`.
"""

import ast
import difflib
import inspect
import itertools
import re
import tomllib
from pathlib import Path
from typing import get_args, get_origin, get_type_hints

import msgspec

from edge import config as sections
from edge.config import Config, config_path


class BadConfig(ValueError):
    """The configuration cannot be used; the message says what, where and what to do."""


def load(path: Path | None = None) -> Config:
    """Read the configuration; the default file may be absent, a named one may not.

    Raises BadConfig.
    """
    where = path or config_path()
    try:
        text = where.read_text("utf-8")
    except FileNotFoundError:
        if path is None:
            return Config()
        raise BadConfig(
            f"there is no configuration at {where}; `offrecord config` prints one"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(f"cannot read the configuration {where}: {error}") from None
    return parse(text, str(where))


def parse(text: str, where: str) -> Config:
    """Return the configuration that a TOML text spells; raise BadConfig."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        hint = "; a table that stands twice is spelled [[so]]" if "twice" in str(error) else ""
        raise BadConfig(f"{where} is not TOML: {error}{hint}") from None
    table |= {name: [table[name]] for name in _repeated() if isinstance(table.get(name), dict)}
    try:
        return msgspec.convert(table, Config)
    except msgspec.ValidationError as error:
        raise BadConfig(f"{where}: {_explain(str(error))}") from None


def commented() -> str:
    """Return the defaults as TOML, every setting under its own explanation."""
    notes = _explanations()
    lines = [f"# {notes['Config']} Delete what you do not change.", ""]
    repeated = _repeated()
    for section in msgspec.structs.fields(Config):
        if section.name in repeated:
            lines += _example(section.name, repeated[section.name], notes)
            continue
        value = section.default
        name = type(value).__name__
        lines += [f"# {notes[name]}", f"[{section.name}]"]
        for key, setting in msgspec.structs.asdict(value).items():
            lines += [f"# {notes[f'{name}.{key}']}", f"{key} = {_toml(setting)}"]
        lines.append("")
    return "\n".join(lines)


def _example(name: str, owner: type[msgspec.Struct], notes: dict[str, str]) -> list[str]:
    """Return a table that may be repeated, and by default stands nowhere: as a comment."""
    called = owner.__name__
    lines = [f"# {notes[called]}", f"# [[{name}]]"]
    for field in msgspec.structs.fields(owner):
        value = field.default if not field.required else _example_of(owner, field.name)
        lines += [f"# {notes[f'{called}.{field.name}']}", f"# {field.name} = {_toml(value)}"]
    return [*lines, ""]


def _example_of(owner: type[msgspec.Struct], name: str) -> object:
    """Return the example that stands with a setting that has no default."""
    schema = msgspec.json.schema(owner)["$defs"][owner.__name__]
    return schema["properties"][name]["examples"][0]


def _repeated() -> dict[str, type[msgspec.Struct]]:
    """Return the tables that may stand more than once, `[[so]]`; one alone may stand `[so]`."""
    return {
        name: get_args(kind)[0]
        for name, kind in get_type_hints(Config).items()
        if get_origin(kind) is tuple
    }


def _toml(value: object) -> str:
    return msgspec.json.encode(value).decode()  # strings, numbers and booleans are spelled alike


def _explanations() -> dict[str, str]:
    """Return the docstrings of all sections, and the lines under their settings."""
    found = {}
    tree = ast.parse(inspect.getsource(sections))
    for owner in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        found[owner.name] = ast.get_docstring(owner) or ""
        for setting, note in itertools.pairwise(owner.body):
            if isinstance(setting, ast.AnnAssign) and isinstance(note, ast.Expr):
                words = ast.literal_eval(note.value)
                found[f"{owner.name}.{ast.unparse(setting.target)}"] = " ".join(words.split())
    return found


def _explain(problem: str) -> str:
    """Turn msgspec's sentence into one that names the nearest known key."""
    unknown = re.match(r"Object contains unknown field `(.+?)`(?: - at `\$\.?(.*)`)?$", problem)
    if not unknown:
        return problem.replace("`$.", "`").replace("Expected", "expected", 1)
    key, section = unknown[1], re.sub(r"\[\d+\]$", "", unknown[2] or "")
    known = known_keys(section)
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
    spelled = f"{section}.{key}" if section else key
    return f"there is no setting `{spelled}`; the nearest is `{near[0]}`"


def known_keys(section: str) -> list[str]:
    """Return the keys of a section, or the sections' names for an empty one."""
    owner: type[msgspec.Struct] = Config
    if section:
        owner = _repeated().get(section) or type(getattr(Config(), section))
    return [field.name for field in msgspec.structs.fields(owner)]
