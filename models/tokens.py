"""Which bytes does each of Whisper's tokens stand for? And which may it never say.

From the `tokenizer.json` and `config.json` beside the weights. The recogniser needs no tokenizer
library, because it only ever turns tokens into bytes.
"""

import base64
import json
import re
from typing import Any

MELS = 80
SMALLEST_MULTILINGUAL_VOCABULARY = 51_865
_LANGUAGE = re.compile(r"<\|([a-z]{2,3})\|>")
_FIRST_SPARE_CODE = 256
_NEVER = ("suppress_ids", "suppress_tokens")
_NEVER_FIRST = ("suppress_ids_begin", "begin_suppress_tokens")


def write_tokens(tokenizer: bytes, config: bytes, vocabulary: int) -> bytes:
    """Return tokens.json: each token's bytes in base64, the prompt, the end, what is never said.

    `config` is CTranslate2's or Hugging Face's.
    """
    described = json.loads(tokenizer)
    suppressed = json.loads(config)
    special = {str(entry["content"]): int(entry["id"]) for entry in described["added_tokens"]}
    pieces = [""] * vocabulary
    for piece, index in described["model"]["vocab"].items():
        if piece not in special:
            pieces[index] = base64.b64encode(_bytes_of(piece)).decode("ascii")
    end = special["<|endoftext|>"]
    never = {*_said_in(suppressed, _NEVER), *range(end + 1, vocabulary)}
    tokens: dict[str, Any] = {
        "bytes": pieces,
        "prompt": [special["<|startoftranscript|>"], special["<|notimestamps|>"]],
        "end": end,
        "no_speech": special.get("<|nocaptions|>") or special["<|nospeech|>"],
        "suppress": sorted(never),
        "suppress_first": _said_in(suppressed, _NEVER_FIRST),
        "mel": MELS,
    }
    if vocabulary >= SMALLEST_MULTILINGUAL_VOCABULARY:
        tokens["prompt"][1:1] = [special["<|en|>"], special["<|transcribe|>"]]
        tokens["languages"] = _languages(special)
    return json.dumps(tokens, separators=(",", ":")).encode()


def _said_in(config: dict[str, Any], keys: tuple[str, ...]) -> list[int]:
    """Return the first of these lists that there is; transformers writes a null for none."""
    found: list[list[int]] = [config[key] for key in keys if config.get(key)]
    return found[0] if found else []


def _languages(special: dict[str, int]) -> dict[str, int]:
    found = {match[1]: index for name, index in special.items() if (match := _LANGUAGE.match(name))}
    return dict(sorted(found.items(), key=lambda entry: entry[1]))


def _bytes_of(piece: str) -> bytes:
    """Undo the byte-level alphabet, in which each of the 256 bytes is one visible character."""
    return bytes(_ALPHABET[character] for character in piece)


def _alphabet() -> dict[str, int]:
    """Visible Latin-1 characters stand for themselves, the other bytes for codes from 256 on."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in visible]
    codes = {chr(byte): byte for byte in visible}
    codes |= {chr(_FIRST_SPARE_CODE + place): byte for place, byte in enumerate(hidden)}
    return codes


_ALPHABET = _alphabet()
