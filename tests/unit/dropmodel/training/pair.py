"""Two steps of a small network, alone or in a process of a pair.

As a program under torchrun, ``pair.py FOLDER CONFIG ROOT RUN`` writes what its two steps made into FOLDER,
then trains with the command line.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from dropmodel.cli import main
from dropmodel.network.config import NetworkConfig
from dropmodel.network.drop import Drop
from dropmodel.parts import IGNORE
from dropmodel.training.config import LossConfig
from dropmodel.training.distributed import process_group, rank, world_size
from dropmodel.training.losses.total import TotalLoss
from dropmodel.training.shared_norm import share_batch_norms

NETWORK = NetworkConfig(
    backbone="lcnet_035", height=64, width=32, dim=8, parsing_channels=8, norm="ibn", identities=3
)
LOSSES = LossConfig(contrastive=1.0, foreground_triplet=1.0, compactness_from=0.0, bank_size=16)
BANKS: tuple[LossConfig, ...] = (LOSSES, replace(LOSSES, bank="instances"))


@dataclass
class Made:
    """What two steps leave behind."""

    gradients: dict[str, Tensor]
    state: dict[str, Tensor]
    bank: dict[str, Tensor]
    total: float


def data() -> tuple[Tensor, Tensor, Tensor]:
    """Eight crops, four for each process; the second process has fewer decided pixels."""
    random = torch.Generator().manual_seed(3)
    images = torch.randn(8, 3, 64, 32, generator=random)
    targets = torch.randint(0, 9, (8, 16, 8), generator=random).to(torch.uint8)
    targets[4:7] = IGNORE
    return images, torch.tensor([0, 0, 1, 1, 1, 2, 2, 0]), targets


def two_steps(config: LossConfig) -> Made:
    """The first step fills the bank, the second uses it; no weights move."""
    torch.manual_seed(0)
    network = Drop(NETWORK)
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    model: nn.Module = network
    if world_size() > 1:
        share_batch_norms(network)
        model = DistributedDataParallel(network)
    images, identities, targets = data()
    mine = slice(rank() * 8 // world_size(), (rank() + 1) * 8 // world_size())
    loss = TotalLoss(config, 3, 8, 8)
    total = torch.zeros(())
    for _ in range(2):
        network.zero_grad()
        total, _, joined = loss(model(images[mine]), identities[mine], targets[mine], epoch=1.0)
        torch.autograd.backward(total)
        loss.remember(joined)
    gradients = {n: p.grad.clone() for n, p in network.named_parameters() if p.grad is not None}
    return Made(gradients, network.state_dict(), loss.state_dict(), float(total.detach()))


def write_steps(folder: Path) -> None:
    for config in BANKS:
        made = two_steps(config)
        totals = [torch.zeros(()), torch.zeros(())]
        dist.all_gather(totals, torch.tensor(made.total))
        made.total = float(torch.stack(totals).mean())
        torch.save(vars(made), folder / f"{config.bank}{rank()}.pt")


if __name__ == "__main__":
    torch.set_num_threads(1)
    folder, config, root, run = sys.argv[1:]
    with process_group(torch.device("cpu")):
        write_steps(Path(folder))
        sys.exit(main(["train", config, "--root", root, "--out", run, "--device", "cpu"]))
