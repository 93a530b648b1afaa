"""The memory bank: what it remembers, and that no gradient reaches it."""

import torch

from dropmodel.training.bank import CentreBank, InstanceBank
from dropmodel.training.losses.compactness import centre_loss, instance_loss

PARTS = torch.tensor([[[1.0], [2.0]], [[3.0], [4.0]], [[5.0], [6.0]]])
SEEN = torch.tensor([[True, True], [True, False], [False, True]])
IDENTITIES = torch.tensor([1, 1, 0])


def test_first_vectors_become_the_centre_and_later_ones_move_it() -> None:
    bank = CentreBank(3, 2, 1, momentum=0.9)
    bank.update(PARTS, SEEN, IDENTITIES)
    assert bank.centres[..., 0].tolist() == [[0, 6], [2, 2], [0, 0]]
    assert bank.known.tolist() == [[False, True], [True, True], [False, False]]
    bank.update(PARTS[:1] + 10, SEEN[:1], IDENTITIES[:1])
    assert torch.allclose(bank.centres[1, :, 0], torch.tensor([0.9 * 2 + 0.1 * 11, 0.9 * 2 + 0.1 * 12]))


def test_unseen_parts_leave_the_centre() -> None:
    bank = CentreBank(1, 2, 1)
    bank.update(PARTS[:1], SEEN[:1], torch.tensor([0]))
    bank.update(torch.full((1, 2, 1), 9.0), torch.tensor([[False, False]]), torch.tensor([0]))
    assert bank.centres[0, :, 0].tolist() == [1, 2]


def test_the_latest_crops_replace_the_oldest() -> None:
    bank = InstanceBank(4, 2, 1)
    assert bank.filled == 0
    bank.update(PARTS, SEEN, IDENTITIES)
    assert bank.filled == 3
    bank.update(PARTS + 10, SEEN, IDENTITIES + 5)
    assert bank.filled == 4
    assert bank.identities.tolist() == [6, 5, 0, 6]
    assert bank.vectors[:, 0, 0].tolist() == [13, 15, 5, 11]


def test_a_batch_larger_than_the_bank_leaves_its_last_crops() -> None:
    bank = InstanceBank(2, 2, 1)
    bank.update(PARTS, SEEN, IDENTITIES)
    assert sorted(bank.vectors[:, 0, 0].tolist()) == [3, 5]


def test_no_gradient_reaches_the_bank() -> None:
    x = PARTS.clone().requires_grad_()
    centres, instances = CentreBank(3, 2, 1), InstanceBank(8, 2, 1)
    for bank in (centres, instances):
        bank.update(x, SEEN, IDENTITIES)
        assert not any(buffer.requires_grad for buffer in bank.buffers())
        assert not list(bank.parameters())
    loss = centre_loss(x + 1, SEEN, IDENTITIES, centres, 9.0) + instance_loss(
        x + 1, SEEN, IDENTITIES, instances, 9.0, 2
    )
    torch.autograd.backward(loss)
    assert x.grad is not None
    assert x.grad.any()
    assert centres.centres.grad is None
    assert instances.vectors.grad is None


def test_a_checkpoint_holds_the_bank() -> None:
    bank, other = InstanceBank(4, 2, 1), InstanceBank(4, 2, 1)
    bank.update(PARTS, SEEN, IDENTITIES)
    other.load_state_dict(bank.state_dict())
    assert other.filled == 3
    assert torch.equal(other.vectors, bank.vectors)
