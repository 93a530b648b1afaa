"""The page of duplicates: groups of crops that hardly differ, side by side."""
