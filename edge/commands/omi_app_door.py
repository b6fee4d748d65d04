"""What does `--wearable omi-app:[ADDRESS:]PORT` mean? An address to type into the Omi app."""

from importlib.util import find_spec
from typing import Final

from edge.commands import place
from edge.commands.lasting_secret import lasting_secret
from edge.launcher.doorway import Doorway
from edge.launcher.own_folder import StartFailed
from firmware_bridge import omi_app

KIND: Final = "omi-app"
GOES_BACK: Final = (
    "the words in its sound go back to the app, and from there to wherever the app sends them"
)
OPEN: Final = (
    "that way has no encryption: who listens in that network hears all that passes; "
    "a tunnel of your own is better"
)


def door(where: str) -> tuple[Doorway, str]:
    """Return where the Omi app comes in, and what the user is told; raise StartFailed."""
    if not find_spec("opuslib_next"):
        raise StartFailed(f"--wearable {KIND} needs `pip install offrecord[wearables]`")
    secret = lasting_secret(KIND)
    listener, address = place.listening(where)
    reached = place.spelt(listener)
    url = f"ws://{reached}{omi_app.PATH}?token={omi_app.word(secret)}"
    told = [f"the wearable is the Omi app; its custom transcription is {url}", GOES_BACK]
    told += [] if address.is_loopback else [OPEN]
    return Doorway(KIND, secret, listener), "\noffrecord: ".join(told)
