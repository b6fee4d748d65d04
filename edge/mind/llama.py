"""How does a GGUF file answer? llama.cpp, loaded before the seal, one text at a time.

Its binding only knows llama.cpp as a server. That one listens under a name of no file system (a
port is refused behind Landlock), with a key that nobody has, until `hang_up`; what is asked goes
past all that, by a call. After `hang_up` no socket is left, and the seal allows no other.
"""

import ctypes
import os
import secrets
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from edge.mind.gguf import Facts, UselessModel

LIBRARY: Final = "pip install offrecord[language]"
LONGEST_ANSWER_TOKENS: Final = 200
READ_AT_ONCE_TOKENS: Final = 128
"""Of a prompt. More is faster by little, and its buffers are larger."""
POLITENESS: Final = 10
"""Whoever hears goes first: by so much nicer is a model that thinks."""
_BOTH_WAYS: Final = 2

Turn = tuple[str, str]
"""Who says it ("system" or "user"), and what."""


class Llama:
    """A language model that is in memory."""

    def __init__(self, facts: Facts, context: int) -> None:
        """Load it with room for so many tokens; raise UselessModel."""
        try:
            import xllamacpp  # noqa: PLC0415 (an extra, which nobody else needs)
        except ImportError:
            raise UselessModel(facts.path, f"llama.cpp is not installed; `{LIBRARY}`") from None
        os.nice(POLITENESS)
        self._facts = facts
        wanted = xllamacpp.CommonParams()
        for name, value in _settings(facts, context).items():
            setattr(wanted, name, value)
        wanted.model.path = str(facts.path)
        threads = max(1, len(os.sched_getaffinity(0)) // 2)
        wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = threads
        try:
            self._server: Any = xllamacpp.Server(wanted)
        except RuntimeError:
            raise UselessModel(
                facts.path, f"llama.cpp cannot load it ({facts.architecture}); is it whole?"
            ) from None

    def answer(self, turns: Sequence[Turn], say: Callable[[str], bool]) -> None:
        """Answer what was said, a piece at a time, until it is over or `say` returns False."""

        def hear(event: dict[str, Any]) -> bool:
            """Return whether to stop, as the binding wants it."""
            for choice in event.get("choices", ()):
                piece = choice.get("text") or choice.get("delta", {}).get("content")
                if piece and not say(piece):
                    return True
            return False

        request: dict[str, object] = {
            "max_tokens": LONGEST_ANSWER_TOKENS,
            "temperature": 0,
            "stream": True,
        }
        if self._facts.converses:
            request |= {
                "messages": [{"role": role, "content": text} for role, text in turns],
                "chat_template_kwargs": {"enable_thinking": False},
            }
            self._server.handle_chat_completions(request, hear)
        else:  # one that only continues a text is given one that goes on with an answer
            text = "\n\n".join(text for _, text in turns)
            request |= {"prompt": f"{text}\nAnswer:", "stop": ["\n"]}
            self._server.handle_completions(request, hear)


def hang_up() -> None:
    """End every socket of this process, whoever waits at it: first who listens, then who came."""
    libc = ctypes.CDLL(None)
    for _ in range(2):
        for entry in Path("/proc/self/fd").iterdir():
            descriptor = int(entry.name)
            if _is_socket(descriptor):
                libc.shutdown(descriptor, _BOTH_WAYS)


def _is_socket(descriptor: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
    except OSError:  # the listing's own has gone already
        return False


def _settings(facts: Facts, context: int) -> Mapping[str, object]:
    """Return what is other than usual."""
    return {
        "n_ctx": min(context, facts.longest_context),
        "n_parallel": 1,
        "n_batch": READ_AT_ONCE_TOKENS,
        "n_ubatch": READ_AT_ONCE_TOKENS,
        "n_gpu_layers": 0,
        "cache_ram_mib": 0,  # the one conversation stays where it is
        "no_extra_bufts": True,  # weights arranged otherwise are weights twice
        "fit_params": False,
        "verbosity": -1,
        "hostnames": [f"\0offrecord-{os.getpid()}.sock"],
        "n_threads_http": 1,
        "api_keys": [secrets.token_hex()],
        "endpoint_slots": False,
        "endpoint_props": False,
        "ui": False,
    }
