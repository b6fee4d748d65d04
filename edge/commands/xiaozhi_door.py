"""What does `--wearable xiaozhi:[ADDRESS:]PORT` mean? An address to type into the device once."""

from importlib.util import find_spec
from typing import Final

from edge.commands import place
from edge.commands.lasting_secret import lasting_secret
from edge.commands.omi_app_door import OPEN
from edge.launcher.doorway import Doorway
from edge.launcher.own_folder import StartFailed
from firmware_bridge import xiaozhi

KIND: Final = "xiaozhi"
GOES_BACK: Final = (
    "the words in its sound, and the answers to what is asked in it, go back to its screen and its "
    "loudspeaker"
)


def door(where: str) -> tuple[Doorway, str]:
    """Return where a xiaozhi device comes in, and what the user is told; raise StartFailed."""
    if not find_spec("opuslib_next"):
        raise StartFailed(f"--wearable {KIND} needs `pip install offrecord[wearables]`")
    secret = lasting_secret(KIND)
    listener, address = place.listening(where)
    url = f"http://{place.spelt(listener)}{xiaozhi.bootstrap_path(secret)}/"
    told = [f"the wearable is a xiaozhi device; its OTA address is {url}", GOES_BACK]
    told += [] if address.is_loopback else [OPEN]
    return Doorway(KIND, secret, listener), "\noffrecord: ".join(told)
