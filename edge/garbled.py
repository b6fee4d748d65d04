"""What does msgspec raise over bytes that are none of its messages?

Whoever decodes what somebody else wrote, a file of ours too, catches all of it. A text that is no
UTF-8 raises an error that is not msgspec's own, and so do ten thousand open brackets.
"""

from typing import Final

import msgspec

GARBLED: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
