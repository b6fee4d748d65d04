"""Whose voice does a run know, and is it just being learnt?"""

from edge import voice_profile
from edge.launcher.births import Run
from edge.messages import Enrol, VoiceProfile


class Wearer:
    """What the launcher knows of the wearer's voice, and hands to each chamber."""

    def __init__(self, run: Run, voice: VoiceProfile | None) -> None:
        """Begin with the voice that is kept, or with the wish to learn one."""
        self._run = run
        self.voice = voice
        self.enrol = run.enrol
        """The wish, until it is fulfilled."""
        self.enrolling_ms = -1
        """How much of the voice has been heard while it is being learnt; otherwise -1."""

    @property
    def is_told_apart(self) -> bool:
        """Whether the chamber is to tell the wearer's voice from others'."""
        tells = self._run.is_live or self._run.config.privacy.mode != "auto"
        return self.enrol is not None or (self.voice is not None and tells)

    def to_tell(self) -> Enrol | VoiceProfile | None:
        """Return what a chamber that may go is told of voices."""
        return self.enrol or (self.voice if self.is_told_apart else None)

    def learn(self, wish: Enrol) -> None:
        """Have the voice learnt by the next chamber."""
        self.enrol, self.enrolling_ms = wish, 0

    def learnt(self, voice: VoiceProfile) -> None:
        """Know it from now on."""
        self.voice, self.enrol, self.enrolling_ms = voice, None, -1

    def forget(self) -> None:
        """Know no voice any more, here and on the disk."""
        self.enrol, self.voice, self.enrolling_ms = None, None, -1
        voice_profile.forget(self._run.data)
