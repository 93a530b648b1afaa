"""What the window says of the model that answers."""

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dropmodel.inference import Extractor, ModelCard

_UNTRAINED = "Untrained model: it ranks by colour and texture, and its body parts are guesses."
_WAITING = (
    "This library was indexed before the starter model was here and goes on without it. To use it, add it as "
    "a model version: Model > Add Starter Model."
)
_NEWER = (
    "This library goes on with the model it was indexed with; this program brings a newer starter model. To "
    "use that, add it as a model version: Model > Add Starter Model."
)
_PRECISIONS = {"torch.float32": "fp32", "torch.float16": "fp16", "torch.bfloat16": "bf16"}


def short(name: str, extractor: "Extractor") -> str:
    """Which version answers and where it runs, for the status bar: "starter 2 · CPU bf16"."""
    model = extractor.model
    return f"{name} · {model.device.type.upper()} {_PRECISIONS[str(extractor.dtype)]}"


def warning(card: "ModelCard", *, starter_waits: bool) -> str:
    """What has to be known before a ranking is trusted, and that a better model waits; mostly empty."""
    if card.trained:
        return _NEWER if starter_waits else ""
    return f"{_UNTRAINED} {_WAITING}" if starter_waits else _UNTRAINED


def about(card: "ModelCard") -> str:
    """A model's card as rich text: what it was shown, whom, where it fails, and its licence."""
    rows = {
        "Data": card.data,
        "People": card.people,
        "Limits": "; ".join(card.limits) or card.notes,
        "Licence": card.licence,
    }
    told = "".join(f"<br>{name}: {escape(value)}" for name, value in rows.items() if value)
    return f"<p><b>Model: {escape(card.name)}</b>{told}</p>"
