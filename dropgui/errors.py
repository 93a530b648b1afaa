"""Faults a user can meet and mend, as against bugs: shown kindly, never with a traceback."""


class UserError(Exception):
    """Says what happened, to which file, and what to do. Its text is shown to the user as it is."""
