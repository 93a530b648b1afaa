"""Indexes a folder with a slow model and says on standard output when each batch was through it.

Run as ``python -m tests.unit.indexing.slow_run LIBRARY FOLDER SECONDS``; a test kills it.
"""

import sys
import time
from pathlib import Path

from dropgui.library import Library
from tests.unit.indexing.fake import FakeExtractor, run


def main() -> None:
    library_path, folder, seconds = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    network = FakeExtractor(batch_size=32, seconds=seconds)
    network.after_batch = lambda: print(time.monotonic(), network.pictures, flush=True)
    with Library.open(library_path) as library:
        run(library, folder, network)


if __name__ == "__main__":
    main()
