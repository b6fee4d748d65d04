"""The language model's birth: read its head, see whether it fits, load, warm up, seal; then answer.

A process of its own beside the rest of the mind: whether a sentence was for the companion must not
wait for an answer that is still being written. Prompts come in on descriptor 0 and words go out on
1, from and to the runtime. Whatever comes while it answers ends the answer. Its memory comes back
when the process ends.
"""

import argparse
import os
import select
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from edge import config, seal
from edge.messages import Answering, Enough, Finished, Prompt, Prompting, Words
from edge.mind import gguf
from edge.mind.llama import Llama, Turn, hang_up

ASKS_FD, ANSWERS_FD, STDERR_FD = 0, 1, 2
PACKET_BYTES: Final = 4096
PIECE_CHARACTERS: Final = 800
MIB: Final = 1 << 20
OTHERS_BYTES: Final = 400 * MIB
"""For what hears and sees, which may be starting just now."""
OWN_TOKENS: Final = 768
"""For what it is told to be, the question, and its answer."""
WARM_UP: Final = (("system", "Answer briefly."), ("user", "Is it warm?"))


def tokens_in_mind(context: int) -> int:
    """Return what a model must be able to hold that is given a context of so many tokens.

    Ours are counted as four bytes each; most languages need more of a model's own.
    """
    return 2 * context + OWN_TOKENS


def too_large(facts: gguf.Facts, context: int, free_bytes: int, of_what: str) -> str:
    """Return the sentence that refuses a model with no room for it; empty where it fits."""
    needed_bytes = facts.needed_bytes(tokens_in_mind(context))
    if needed_bytes <= free_bytes:
        return ""
    return (
        f"the language model {facts.path.name} needs {needed_bytes / 1e6:.0f} MB "
        f"({facts.file_bytes / 1e6:.0f} MB of it its file), and {free_bytes / 1e6:.0f} MB "
        f"{of_what}; take a smaller one"
    )


def share_mb(settings: config.Config) -> int:
    """Return how much of a memory budget the language model wants; 0 where there is none."""
    wanted = settings.language_model
    if not (wanted and wanted.weights):
        return 0
    try:
        facts = gguf.read(wanted.weights)
    except gguf.UselessModel:
        return 0
    return -(-facts.needed_bytes(tokens_in_mind(settings.context.tokens)) // MIB)


def room(most_mb: int) -> tuple[int, str]:
    """Return how much memory it may take, and the words for why: of a budget, or what is free."""
    if most_mb:
        return most_mb * MIB, "of [memory] budget_mb are for it"
    lines = Path("/proc/meminfo").read_text().splitlines()
    free_kib = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
    return max(0, free_kib * 1024 - OTHERS_BYTES), "are free beside what hears and sees"


def main(argv: Sequence[str]) -> int:
    """Be born and sealed, then answer until the runtime's end of the pipe is closed."""
    parser = argparse.ArgumentParser(prog="python -m edge.mind.language")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--context", type=int, required=True, help="tokens that are given at most")
    parser.add_argument("--most-mb", type=int, default=0, help="of a memory budget")
    arguments = parser.parse_args(argv)
    try:
        facts = gguf.read(arguments.model)
        if refusal := too_large(facts, arguments.context, *room(arguments.most_mb)):
            sys.stderr.write(f"{refusal}\n")
            return 1
        model = Llama(facts, tokens_in_mind(arguments.context))
    except gguf.UselessModel as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    hang_up()
    model.answer(WARM_UP, lambda _piece: True)
    seal.give_back_memory()
    decoder: msgspec.msgpack.Decoder[Prompting] = msgspec.msgpack.Decoder(Prompting)
    _warm(decoder)
    seal.close_all_but({ASKS_FD, ANSWERS_FD, STDERR_FD})
    seal.silence_stderr()
    seal.seal("mind", writable_fds={ANSWERS_FD})
    _tell(Finished(0))
    _serve(model, decoder)
    return 0


def _warm(decoder: "msgspec.msgpack.Decoder[Prompting]") -> None:
    """Walk every path that is walked after the seal: nothing can be imported then."""
    for each in (Prompt(0, "user", "Is it warm?", is_last=True), Enough()):
        decoder.decode(msgspec.msgpack.encode(each))
    _is_asked()


def _serve(model: Llama, decoder: "msgspec.msgpack.Decoder[Prompting]") -> None:
    """Answer prompt after prompt."""
    turns: list[Turn] = []
    while packet := os.read(ASKS_FD, PACKET_BYTES):
        match decoder.decode(packet):
            case Enough():
                turns.clear()
            case Prompt(number, role, text, is_last):
                _add(turns, role, text)
                if is_last:
                    model.answer(turns, _saying(number))
                    turns.clear()
                    _tell(Finished(number))


def _add(turns: list[Turn], role: str, text: str) -> None:
    """Take a part of a prompt: a turn is longer than a packet."""
    if turns and turns[-1][0] == role:
        text = turns.pop()[1] + text
    turns.append((role, text))


def _saying(number: int) -> Callable[[str], bool]:
    def say(piece: str) -> bool:
        for start in range(0, len(piece), PIECE_CHARACTERS):
            _tell(Words(number, piece[start : start + PIECE_CHARACTERS]))
        return not _is_asked()

    return say


def _is_asked() -> bool:
    """Say whether something came, or nobody is there any more: then an answer is not wanted."""
    waiting = select.poll()
    waiting.register(ASKS_FD, select.POLLIN)
    return bool(waiting.poll(0))


def _tell(answer: Answering) -> None:
    os.write(ANSWERS_FD, msgspec.msgpack.encode(answer))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
