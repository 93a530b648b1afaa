"""The devices that a model can learn on here, as torch finds them."""

import os
from dataclasses import dataclass

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Device:
    """``name`` as torch and the command line know it, and a ``title`` for people."""

    name: str
    title: str


def devices_here() -> list[Device]:
    """``auto`` first, then every device that works; imports torch (seconds, the first time)."""
    from dropgui.weights.loading import collector_at_rest

    with collector_at_rest():
        import torch

        from dropmodel.inference.devices import choose_device
    found = [Device("cpu", f"Processor ({cores()} cores)")]
    for number in range(torch.cuda.device_count()):
        card = torch.cuda.get_device_properties(number)
        found.append(Device(f"cuda:{number}", f"{card.name} ({card.total_memory / 2**30:.0f} GB)"))
    if torch.backends.mps.is_available():
        found.append(Device("mps", "Apple graphics processor"))
    working = [device for device in found if _works(device.name)]
    best = choose_device(AUTO)
    chosen = next((one.title for one in working if one.name.split(":")[0] == best.type), best.type)
    return [Device(AUTO, f"The fastest there is: {chosen}"), *working]


def cores() -> int:
    """How many processor cores there are."""
    return os.cpu_count() or 1


def _works(name: str) -> bool:
    from dropmodel.inference.devices import choose_device

    try:
        choose_device(name)
    except ValueError:  # a driver that is there and broken
        return False
    return True
