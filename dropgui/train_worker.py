"""``python -m dropgui.train_worker LIBRARY FOLDER``: does the work of one run, see
``finetuning.protocol``."""

import sys

from dropgui.finetuning.worker import main

if __name__ == "__main__":
    sys.exit(main())
