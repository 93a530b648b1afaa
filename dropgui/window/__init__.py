"""Parts of the main window that are no screen area of their own: they join what the rooms offer."""
