"""May what was heard be kept, or does it only pass? Pure.

In the mode *ephemeral* what others say is in mind for `PASSING_S` and nowhere else: not in the
ledger, whose row then says so, not in the notes, in no packet for a language model; on the screen
only where the wearer asks for it. Who cannot be told from others is one of them.
"""

from typing import Final

from edge.config import PrivacyMode
from edge.messages import Speaker, Transcript

PASSING_S: Final = 120


def is_passing(heard: Transcript, mode: PrivacyMode) -> bool:
    """Say whether words are another's, and may not be kept."""
    return mode == "ephemeral" and heard.speaker is not Speaker.WEARER
