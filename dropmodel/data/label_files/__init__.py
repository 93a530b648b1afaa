"""Readers of files that say which part of a body each pixel of a picture shows, one file a kind."""
