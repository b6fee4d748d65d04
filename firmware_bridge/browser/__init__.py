"""A browser as a wearable: the files that a page needs to send what its devices bring."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
