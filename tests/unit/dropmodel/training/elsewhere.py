"""A device that is none: tensors say that they are on a GPU called ``pretend`` and lie in memory.

Where no GPU is, this is how to see that nothing is left behind on the CPU: as on CUDA, mixing tensors of both
is an error, and only what copies, and places of elements to take, may come from the other side.

As a program, ``elsewhere.py FOLDER`` trains, resumes, teaches and extracts there; it has to be a process of
its own, for torch knows one such device and never forgets it.
"""

import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils import backend_registration
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

NAME = "pretend"
aten = torch.ops.aten
_MAY_MIX = {aten.copy_.default, aten._to_copy.default, aten.index.Tensor, aten.index_put_.default}
_AUTOCAST: Any = getattr(torch._C.DispatchKey, "AutocastPrivateUse1")  # noqa: B009 - stubs lack it
_IN_HALF = ("conv2d", "linear", "mm", "bmm", "matmul", "addmm", "baddbmm")
"""What autocast computes in half precision, as far as networks here have it."""


class Elsewhere(Tensor):
    """A tensor whose ``inside`` is in memory and which claims to be on the pretended device."""

    inside: Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    @staticmethod
    def __new__(cls, inside: Tensor, requires_grad: bool = False) -> "Elsewhere":  # noqa: PYI034
        made: Elsewhere = Tensor._make_wrapper_subclass(
            cls,
            inside.size(),
            strides=inside.stride(),
            storage_offset=inside.storage_offset(),
            dtype=inside.dtype,
            device=torch.device(NAME, 0),
            requires_grad=requires_grad,
        )
        made.inside = inside
        return made

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]
        cls, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        return _run(func, args, kwargs or {})

    def tolist(self) -> Any:
        return self.inside.tolist()

    def numpy(self, *, force: bool = False) -> Any:
        raise TypeError("cannot convert a tensor of another device to numpy")


class _Everywhere(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Sees what makes tensors out of nothing, on either device."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _run(func, args, kwargs or {})


def _run(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    leaves = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    there = [leaf for leaf in leaves if isinstance(leaf, Elsewhere)]
    here = [leaf for leaf in leaves if not isinstance(leaf, Elsewhere) and leaf.dim()]
    wanted = kwargs.get("device")
    goes = bool(there) if wanted is None else torch.device(wanted).type == NAME
    if func is aten.copy_.default:
        goes = isinstance(args[0], Elsewhere)
    placed = func in (aten.index.Tensor, aten.index_put_.default)
    if there and here and (func not in _MAY_MIX or (placed and not isinstance(args[0], Elsewhere))):
        raise RuntimeError(f"{func} of tensors on two devices")
    if there and not goes and kwargs.get("non_blocking"):
        raise RuntimeError("a copy to the CPU that nobody waits for")
    found = func(*tree_map(_inside, args), **tree_map(_inside, kwargs))
    if not goes or func is aten._local_scalar_dense.default:
        return found
    known = {id(leaf.inside): leaf for leaf in there}  # What was changed in place stays the same tensor.
    return tree_map(lambda x: known.get(id(x), Elsewhere(x)) if isinstance(x, Tensor) else x, found)


def _inside(value: Any) -> Any:
    if isinstance(value, Elsewhere):
        return value.inside
    return torch.device("cpu") if isinstance(value, torch.device) and value.type == NAME else value


class _Backend(backend_registration._DummyBackendModule):
    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.bfloat16, torch.float16]

    def is_initialized(self) -> bool:
        return True


def pretended() -> AbstractContextManager[Any]:
    """Make the device known; it works inside the context that is returned. Once in a process."""
    backend_registration._setup_privateuseone_for_python_backend(NAME, backend_module=_Backend())
    every = torch.library.Library("_", "IMPL", "AutocastPrivateUse1")  # type: ignore[no-untyped-call]
    every.fallback(torch.library.fallthrough_kernel)  # type: ignore[no-untyped-call]
    some = torch.library.Library("aten", "IMPL", "AutocastPrivateUse1")  # type: ignore[no-untyped-call]
    for name in _IN_HALF:
        some.impl(name, _lowered(getattr(aten, name).default))  # type: ignore[no-untyped-call]
    _kept.extend([every, some])
    tensor, save = torch.tensor, torch.save

    def made(*args: Any, device: Any = None, **kwargs: Any) -> Tensor:
        """The real one fills memory of the device by itself."""
        return tensor(*args, **kwargs) if device is None else tensor(*args, **kwargs).to(device)

    torch.tensor = made
    torch.save = lambda value, *args, **kwargs: save(tree_map(_inside, value), *args, **kwargs)
    # Wrapped tensors have no inference mode of their own.
    torch.inference_mode = lambda mode=True: torch.no_grad()  # type: ignore[assignment,misc,return-value]
    return _Everywhere()  # type: ignore[no-untyped-call]


_kept: list[Any] = []  # A Library takes its kernels back when it is collected.


def _lowered(op: Any) -> Callable[..., Any]:
    autocast = torch._C.DispatchKeySet(_AUTOCAST)

    def kernel(*args: Any, **kwargs: Any) -> Any:
        def cast(value: Any) -> Any:
            wide = isinstance(value, Tensor) and value.device.type == NAME and value.is_floating_point()
            return value.to(torch.get_autocast_dtype(NAME)) if wide else value

        with torch._C._ExcludeDispatchKeyGuard(autocast):
            return op(*tree_map(cast, args), **kwargs)

    return kernel


def _mixing_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="two devices"):
        torch.ones(2, device=NAME) + torch.ones(2)


def _trains(folder: Path) -> None:
    from dropmodel.training.session import train
    from tests.unit.dropmodel.training.drawn import config_for, draw

    root = draw(folder / "persons")
    for run, more in (
        (
            "centres",
            ("network.norm=ibn", "style.mixstyle=1", "losses.foreground_triplet=1", "optimiser.clip=1"),
        ),
        (
            "instances",
            ("losses.bank=instances", "losses.classifier=plain", "network.dpu=off", "network.ppe=mlp"),
        ),
    ):
        config = config_for(
            root,
            *more,
            "runtime.precision=bf16",
            "losses.compactness_from=0",
            "losses.parsing_balance=0.5",
            "schedule.epochs=1",
            "data.passes=1",
            f"validation.every={int(run == 'centres')}",
        )
        for resume in (False, True):
            assert train(config, root, folder / run, resume=resume, device=NAME) is not None


def _teaches_and_extracts(folder: Path) -> None:
    from dropmodel.evaluation.distances import choice_blocks, distance_blocks
    from dropmodel.inference import Extractor, load_model
    from dropmodel.inference.agreement import part_cells
    from dropmodel.training.finetune import finetune
    from tests.unit.dropmodel.training.finetune.made import SMALL, make_parent, material

    parent, lessons = make_parent(folder / "parent.safetensors"), material(folder / "pictures")
    config = replace(SMALL, epochs=1, steps=2, adapt=1.0, norm_momentum=0.05, precision="fp16")
    assert finetune(parent, lessons, folder / "taught", config, device=NAME).ended == "done"

    random = np.random.default_rng(0)
    pictures = list(random.integers(0, 256, (3, 70, 30, 3)).astype(np.uint8))
    maps = list(random.choice([0, 1, 2, 8, 255], (3, 20, 10)).astype(np.uint8))
    answers: list[list[Any]] = []
    for device in ("cpu", NAME):
        model = load_model(parent, device)
        reader = Extractor(model, batch_size=2, precision="fp32", runtime="torch", flip=True)
        seen = reader.extract(pictures)
        again = reader.pool(pictures, maps)
        first: Iterable[Any] = distance_blocks(seen.features, again.features, device=device, rows=2)
        more: Iterable[Any] = choice_blocks(
            seen.features, again.features, [("head",), ("torso", "left_leg")], device=device, rows=2
        )
        answers.append(
            [
                *(seen.features.vectors, seen.features.visibility, seen.labels, again.features.vectors),
                *(part_cells(reader, pictures[0]).vectors, *(block for _, block in first)),
                *(block for _, blocks in more for block in blocks),
            ]
        )
    for one, other in zip(*answers, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


if __name__ == "__main__":
    torch.set_num_threads(1)
    with pretended():
        _mixing_is_an_error()
        _trains(Path(sys.argv[1]))
        _teaches_and_extracts(Path(sys.argv[1]))
