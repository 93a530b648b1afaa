"""The command, and ``python -m dropmodel``: Ctrl-C ends it quietly, also while it is being loaded."""

import sys


def main() -> int:
    """Runs the command with the process's own arguments; returns the exit status."""
    try:
        from dropmodel.cli import main as run
    except KeyboardInterrupt:
        return 130
    return run()


if __name__ == "__main__":
    sys.exit(main())
