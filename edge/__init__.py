"""Offrecord: a wearable companion's edge runtime. Start reading at `edge/messages.py`."""
