"""``python -m dropgui``."""

import sys

from dropgui.cli import main

if __name__ == "__main__":
    sys.exit(main())
