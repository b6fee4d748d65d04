"""A page on loopback that is a wearable, and shows what is perceived over the live picture.

The browser's camera and microphone reach the sealed bridge by `firmware_bridge`'s link, like those
of any wearable: never this room. From here the page gets what a person may see of the run.
"""
