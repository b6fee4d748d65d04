"""What is typed into a device once has to be right after every start: a secret made of our key."""

import hashlib

from edge.commands.companion import own_key
from edge.companion import key
from edge.launcher.own_folder import StartFailed


def lasting_secret(kind: str) -> bytes:
    """Return 32 bytes for one kind of device, the same as long as this device's key is.

    Raises StartFailed.
    """
    try:
        return hashlib.sha256(kind.encode() + own_key().read_bytes()).digest()
    except key.NoCompanionKey as problem:
        raise StartFailed(str(problem)) from None
    except OSError as error:
        raise StartFailed(f"cannot read this device's key: {error.strerror}") from None
