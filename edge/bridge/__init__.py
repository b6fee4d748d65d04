"""A paired wearable's link -> signals into its source slots, in a process that does nothing else.

The wire protocol and the link are in `firmware_bridge`; here is what becomes of what they bring:
`intake` (sound and photos into the slots), `links` (which there are), `over_websocket` and its like
(how one is opened, and rehearsed before the seal), `__main__` (the birth order).
"""

import mimetypes

# aiohttp asks it for the types of files when it is imported; this process reads none.
mimetypes.knownfiles.clear()
