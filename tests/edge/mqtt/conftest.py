"""Where the pieces lie that these tests share with the runtime's."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "runtime"))
