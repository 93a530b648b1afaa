"""``python -m dropmodel``."""

import sys

from dropmodel.cli import main

sys.exit(main())
