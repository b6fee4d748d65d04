"""A voice whose Piper fails, and that has nothing else to speak with either."""

import sys

if any(each.startswith("--piper") for each in sys.argv):
    sys.stderr.write("it has ended\n")
    sys.exit(6)
sys.stderr.write("espeak-ng is not installed; run `sudo apt install espeak-ng`\n")
sys.exit(1)
