"""``python -m dropgui.train_worker LIBRARY FOLDER``: does the work of one run, see
``finetuning.protocol``."""

import os
import sys

from dropgui.finetuning.worker import main

if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # All is told and on the disk. The interpreter's own end takes seconds with torch in it, and people wait.
    os._exit(code)
