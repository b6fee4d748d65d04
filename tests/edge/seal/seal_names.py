"""Does a sealed runtime find a machine by its name? No local socket, so no name service's cache.

    python seal_names.py NAME...

Answers on descriptor 1 with one line of JSON, name -> addresses, then lives until descriptor 0 is
closed.
"""

import json
import os
import socket
import sys

from edge import seal


def addresses(name: str) -> list[str]:
    try:
        found = socket.getaddrinfo(name, 80, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return [str(error.strerror)]
    return sorted({str(row[4][0]) for row in found})


if __name__ == "__main__":
    seal.silence_stderr()
    seal.seal("runtime", writable_fds={1})
    os.write(1, json.dumps({name: addresses(name) for name in sys.argv[1:]}).encode() + b"\n")
    os.read(0, 1)
