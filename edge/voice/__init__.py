"""Text to sound: what the companion says, spoken by espeak-ng through a loudspeaker.

It never hears: there is no microphone in here, and no slot that is read. What it plays it also
sends to the chamber, one way, so that the companion does not listen to itself.
"""
