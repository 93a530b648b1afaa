"""The library: one SQLite file with everything known about some folders."""
