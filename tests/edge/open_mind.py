"""A mind that greets without a seal; started by tests in its place."""

import os

import msgspec

from edge.messages import Embedded

if __name__ == "__main__":
    os.write(1, msgspec.msgpack.encode(Embedded(0, "A" * 64)))
    os.read(0, 1)
