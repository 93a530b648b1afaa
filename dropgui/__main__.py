"""The command, and ``python -m dropgui``: Ctrl-C ends it quietly, also while it is being loaded."""

import sys


def main() -> int:
    """Runs the command with the process's own arguments; returns the exit code."""
    try:
        from dropgui.cli import main as run
    except KeyboardInterrupt:
        return 130
    return run()


if __name__ == "__main__":
    sys.exit(main())
