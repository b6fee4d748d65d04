"""Two terminals with a cable between them, as a process: whoever ends it pulls the cable out."""

import os
import select
import sys
import tty


def main() -> None:
    """Say the names of both ends; carry what is said at one to the other."""
    pairs = [os.openpty() for _ in range(2)]
    for _, end in pairs:
        tty.setraw(end)
    sys.stdout.write("".join(f"{os.ttyname(end)}\n" for _, end in pairs))
    sys.stdout.flush()
    (one, _), (other, _) = pairs
    while True:
        for ready in select.select([one, other], [], [])[0]:
            os.write(other if ready == one else one, os.read(ready, 4096))


if __name__ == "__main__":
    main()
