"""The networks: backbones, parsing branch, re-identification branch."""
