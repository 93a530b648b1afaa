"""How much memory a run has taken."""

import sys

import torch


def most_memory(device: torch.device) -> int:
    """Most bytes in use so far: of the GPU where it computes there, else of the process; 0 where unknown."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024  # Linux counts in KiB.
