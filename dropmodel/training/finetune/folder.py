"""The folder of a run: what is in it, and whether it may be taken up again."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dropmodel.errors import TrainingError
from dropmodel.training import checkpoint

MODEL = "model.safetensors"
_BEST = "best.pt"
_RUN = "run.json"


class RunFolder:
    """``run.json`` tells what run it is, ``checkpoint.pt`` where it stands, ``best.pt`` its best weights."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def model(self) -> Path:
        """Where the taught model goes."""
        return self.path / MODEL

    def open(self, fingerprint: Mapping[str, Any], *, resume: bool) -> dict[str, Any] | None:
        """Make the folder, or read the checkpoint in it; ``TrainingError`` where that is another run's."""
        run, state = self.path / _RUN, self.path / checkpoint.FILE
        plain = json.loads(json.dumps(fingerprint))
        if resume:
            found = checkpoint.load_checkpoint(state)
            try:
                before = json.loads(run.read_text("utf-8"))
            except (OSError, ValueError) as error:
                raise TrainingError(
                    f"{run}: cannot be read ({error}); start anew in another folder"
                ) from error
            changed = sorted(key for key in {*before, *plain} if before.get(key) != plain.get(key))
            if changed:
                raise TrainingError(
                    f"{self.path}: the run there was begun with another {', '.join(changed)}; start anew in "
                    "another folder, or go on with what it was begun with"
                )
            return found
        if state.exists():
            raise TrainingError(f"{self.path} holds a run already; go on with it or choose another folder")
        self.path.mkdir(parents=True, exist_ok=True)
        run.write_text(json.dumps(plain, indent=1), "utf-8")
        return None

    def keep_best(self, weights: Mapping[str, Any]) -> None:
        """Keep ``weights``, whole or not at all."""
        checkpoint.save_checkpoint({"weights": dict(weights)}, self.path / _BEST)

    def best(self) -> dict[str, Any]:
        """What :meth:`keep_best` kept last."""
        found: dict[str, Any] = checkpoint.load_checkpoint(self.path / _BEST)["weights"]
        return found
