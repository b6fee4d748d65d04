"""A mind that greets, sealed like any other, and dies at once; started by tests in its place."""

import os
import sys

import msgspec

from edge import seal
from edge.messages import Embedded

if __name__ == "__main__":
    sys.stderr.write("it never thinks\n")
    seal.close_all_but({0, 1, 2})
    seal.silence_stderr()
    seal.seal("mind", writable_fds={1})
    os.write(1, msgspec.msgpack.encode(Embedded(0, "A" * 64)))
    os.read(0, 1)  # the runtime's first word, once the launcher has looked at it
