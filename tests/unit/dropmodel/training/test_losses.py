"""Every loss equals the same written as plain loops; none is NaN where nothing can be compared."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from dropmodel.parts import IGNORE
from dropmodel.training.bank import CentreBank, InstanceBank
from dropmodel.training.losses.compactness import centre_loss, instance_loss
from dropmodel.training.losses.contrastive import contrastive_loss, part_cosines
from dropmodel.training.losses.identity import CosineClassifier, identity_loss, scaled_cosines
from dropmodel.training.losses.parsing import parsing_sums, soft_targets
from dropmodel.training.losses.triplet import foreground_triplet_loss, part_triplet_loss

SEEDS = st.integers(0, 2**16)
quick = settings(max_examples=20)


def crops(seed: int, count: int = 8, parts: int = 3, dim: int = 5) -> tuple[Tensor, Tensor, Tensor]:
    """Part vectors, which parts are seen, identities; some identity alone, some crop without any part."""
    random = torch.Generator().manual_seed(seed)
    vectors = torch.randn(count, parts, dim, generator=random)
    seen = torch.rand(count, parts, generator=random) < 0.7
    identities = torch.randint(0, 4, (count,), generator=random)
    return vectors, seen, identities


def parsing_loss(logits: Tensor, targets: Tensor, smoothing: float, balance: float = 0.0) -> Tensor:
    """Mean over the cells that have a target; 0 if none has."""
    total, count = parsing_sums(logits, targets, smoothing, balance=balance)
    return total / count.clamp_min(1.0)


def distance(a: Tensor, b: Tensor, seen_a: Tensor, seen_b: Tensor) -> float | None:
    common = [k for k in range(len(a)) if seen_a[k] and seen_b[k]]
    if not common:
        return None
    return sum(math.dist(a[k].tolist(), b[k].tolist()) for k in common) / len(common)


def hardest(
    anchors: int,
    others: int,
    between: Callable[[int, int], float | None],
    same: Callable[[int, int], bool],
    margin: float,
    nearest: int | None = None,
) -> float:
    losses = []
    for i in range(anchors):
        near: list[float] = []
        far: list[float] = []
        for j in range(others):
            d = between(i, j)
            if d is not None:
                (near if same(i, j) else far).append(d)
        if near and far:
            losses.append(max(0.0, margin + max(sorted(near)[:nearest]) - min(far)))
    return sum(losses) / len(losses) if losses else 0.0


@given(SEEDS)
@quick
def test_part_triplet(seed: int) -> None:
    vectors, seen, identities = crops(seed)
    expected = hardest(
        8,
        8,
        lambda i, j: None if i == j else distance(vectors[i], vectors[j], seen[i], seen[j]),
        lambda i, j: bool(identities[i] == identities[j]),
        0.3,
    )
    found = part_triplet_loss(vectors, seen, identities, 0.3)
    assert float(found) == pytest.approx(expected, abs=1e-4)


@given(SEEDS)
@quick
def test_foreground_triplet(seed: int) -> None:
    vectors, _, identities = crops(seed, parts=1)
    expected = hardest(
        8,
        8,
        lambda i, j: None if i == j else math.dist(vectors[i, 0].tolist(), vectors[j, 0].tolist()),
        lambda i, j: bool(identities[i] == identities[j]),
        0.3,
    )
    found = foreground_triplet_loss(vectors[:, 0], identities, 0.3)
    assert float(found) == pytest.approx(expected, abs=1e-4)


@given(SEEDS)
@quick
def test_compactness_over_centres(seed: int) -> None:
    vectors, seen, identities = crops(seed)
    bank = CentreBank(4, 3, 5)
    bank.update(*crops(seed + 1))
    expected = hardest(
        8,
        4,
        lambda i, c: distance(vectors[i], bank.centres[c], seen[i], bank.known[c]),
        lambda i, c: int(identities[i]) == c,
        0.3,
    )
    found = centre_loss(vectors, seen, identities, bank, 0.3)
    assert float(found) == pytest.approx(expected, abs=1e-4)


@given(SEEDS, st.integers(1, 4))
@quick
def test_compactness_over_instances(seed: int, nearest: int) -> None:
    vectors, seen, identities = crops(seed)
    bank = InstanceBank(12, 3, 5)
    bank.update(*crops(seed + 1))
    expected = hardest(
        8,
        bank.filled,
        lambda i, j: distance(vectors[i], bank.vectors[j], seen[i], bank.known[j]),
        lambda i, j: bool(identities[i] == bank.identities[j]),
        0.3,
        nearest,
    )
    found = instance_loss(vectors, seen, identities, bank, 0.3, nearest)
    assert float(found) == pytest.approx(expected, abs=1e-4)


@given(SEEDS)
@quick
def test_contrastive(seed: int) -> None:
    vectors, seen, identities = crops(seed)
    units = F.normalize(vectors, dim=-1)

    def similar(i: int, j: int) -> float | None:
        common = [k for k in range(3) if seen[i, k] and seen[j, k]]
        return sum(float(units[i, k] @ units[j, k]) for k in common) / len(common) if common else None

    losses = []
    for i in range(8):
        scores = {j: s for j in range(8) if j != i and (s := similar(i, j)) is not None}
        positives = [j for j in scores if identities[j] == identities[i]]
        if positives:
            total = sum(math.exp(s / 0.1) for s in scores.values())
            losses.append(
                -sum(math.log(math.exp(scores[j] / 0.1) / total) for j in positives) / len(positives)
            )
    expected = sum(losses) / len(losses) if losses else 0.0
    found = contrastive_loss(*part_cosines(vectors, seen), identities, 0.1)
    assert float(found) == pytest.approx(expected, abs=1e-4)


@given(SEEDS, st.floats(0, 0.3))
@quick
def test_identity(seed: int, smoothing: float) -> None:
    random = np.random.default_rng(seed)
    logits, right = random.normal(size=(4, 6)), random.integers(0, 6, 4)
    losses = []
    for row, label in zip(logits, right, strict=True):
        logs = [x - math.log(sum(math.exp(y) for y in row)) for x in row]
        wanted = [(1 - smoothing) * (c == label) + smoothing / 6 for c in range(6)]
        losses.append(-sum(w * x for w, x in zip(wanted, logs, strict=True)))
    found = identity_loss(torch.tensor(logits), torch.tensor(right), smoothing)
    assert float(found) == pytest.approx(sum(losses) / 4, abs=1e-5)


def test_the_margin_widens_only_the_right_angle() -> None:
    cosines = torch.tensor([[0.5, -0.2, 0.1], [0.3, -0.999, 0.0]])
    found = scaled_cosines(cosines, torch.tensor([0, 1]), 16.0, 0.5)
    assert found[0, 0].item() == pytest.approx(16 * math.cos(math.acos(0.5) + 0.5), abs=1e-4)
    assert found[1, 1].item() == pytest.approx(16 * (-0.999 - 0.5 * math.sin(0.5)), abs=1e-4)
    others = torch.tensor([[False, True, True], [True, False, True]])
    assert torch.allclose(found[others], 16 * cosines[others])
    assert torch.equal(scaled_cosines(cosines, torch.tensor([0, 1]), 16.0, 0.0), 16 * cosines)


def test_a_cosine_classifier_gives_cosines_and_keeps_the_plain_ones_tensors() -> None:
    plain = torch.nn.Linear(4, 3, bias=False)
    made = CosineClassifier.like(plain)
    x = torch.randn(2, 4)
    expected = F.cosine_similarity(x[:, None], made.weight[None], dim=-1)
    assert torch.allclose(made(x), expected, atol=1e-6)
    assert {k: v.shape for k, v in made.state_dict().items()} == {
        k: v.shape for k, v in plain.state_dict().items()
    }


def pixels(seed: int, size: int) -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(seed)
    logits = torch.randn(2, 4, 4, 3, generator=random)
    targets = torch.randint(0, 4, (2, 4 * size, 3 * size), generator=random)
    targets[torch.rand(targets.shape, generator=random) < 0.3] = IGNORE
    return logits, targets.to(torch.uint8)


@given(SEEDS, st.floats(0, 0.3))
@quick
def test_parsing_of_one_grid_is_torchs_cross_entropy(seed: int, smoothing: float) -> None:
    logits, targets = pixels(seed, 1)
    expected = F.cross_entropy(logits, targets.long(), ignore_index=IGNORE, label_smoothing=smoothing)
    assert float(parsing_loss(logits, targets, smoothing)) == pytest.approx(float(expected), abs=1e-5)


@given(SEEDS)
@quick
def test_parsing_of_a_finer_target(seed: int) -> None:
    logits, targets = pixels(seed, 2)
    logs = logits.log_softmax(1)
    total = weight = 0.0
    for n in range(2):
        for y in range(8):
            for x in range(6):
                if targets[n, y, x] != IGNORE:
                    total -= float(logs[n, int(targets[n, y, x]), y // 2, x // 2]) / 4
                    weight += 1 / 4
    assert float(parsing_loss(logits, targets, 0.0)) == pytest.approx(total / weight, abs=1e-4)


def test_with_full_balance_all_classes_count_alike() -> None:
    torch.manual_seed(0)
    targets = torch.zeros(1, 8, 8, dtype=torch.uint8)
    targets[0, :2], targets[0, 2, :4] = 1, 2
    logits = torch.randn(1, 3, 8, 8)
    logs = logits.log_softmax(1)
    means = [float(-logs[:, label][targets == label].mean()) for label in range(3)]
    balanced = sum(means) / 3
    assert float(parsing_loss(logits, targets, 0.0, balance=1.0)) == pytest.approx(balanced, abs=1e-5)
    plain = float(parsing_loss(logits, targets, 0.0, balance=0.0))
    half = float(parsing_loss(logits, targets, 0.0, balance=0.5))
    assert min(plain, balanced) < half < max(plain, balanced)


def test_a_blurred_target_spreads_and_stays_a_share() -> None:
    targets = torch.zeros(1, 9, 9, dtype=torch.uint8)
    targets[0, :, 4:] = 2
    targets[0, 0, :] = IGNORE
    shares, weight = soft_targets(targets, 3, (9, 9), 1.0)
    assert torch.allclose(shares[0, :, 1:].sum(0), torch.ones(8, 9))
    middle = shares[0, 2, 5]
    assert bool((middle[1:] > middle[:-1] - 1e-6).all())
    assert 0.5 < middle[4] < 0.9
    assert not weight[0, 0].any()
    # A column's rows are alike: the undecided row took no part in them.
    assert torch.allclose(shares[0, :, 1], shares[0, :, 8], atol=1e-5)


def nothing_to_compare() -> dict[str, Callable[[Tensor], Tensor]]:
    alone = torch.arange(4)
    together = torch.zeros(4, dtype=torch.int64)
    unseen, seen = torch.zeros(4, 3, dtype=torch.bool), torch.ones(4, 3, dtype=torch.bool)
    centres, instances = CentreBank(4, 3, 5), InstanceBank(8, 3, 5)
    ignored = torch.full((4, 4, 3), IGNORE, dtype=torch.uint8)
    return {
        "every crop alone": lambda x: part_triplet_loss(x, seen, alone, 0.3),
        "all one person": lambda x: part_triplet_loss(x, seen, together, 0.3),
        "no part seen": lambda x: part_triplet_loss(x, unseen, together, 0.3),
        "foreground": lambda x: foreground_triplet_loss(x[:, 0], together, 0.3),
        "contrastive alone": lambda x: contrastive_loss(*part_cosines(x, seen), alone, 0.1),
        "contrastive unseen": lambda x: contrastive_loss(*part_cosines(x, unseen), together, 0.1),
        "empty centres": lambda x: centre_loss(x, seen, alone, centres, 0.3),
        "empty instances": lambda x: instance_loss(x, seen, alone, instances, 0.3, 2),
        "no target": lambda x: parsing_loss(x.reshape(4, 5, 3, 1).expand(4, 5, 3, 4), ignored[:, :3], 0.1),
    }


@pytest.mark.parametrize("name", nothing_to_compare())
def test_nothing_to_compare_is_zero_with_a_graph(name: str) -> None:
    x = torch.randn(4, 3, 5, requires_grad=True)
    loss = nothing_to_compare()[name](x)
    torch.autograd.backward(loss)
    assert float(loss.detach()) == 0.0
    assert x.grad is not None
    assert not x.grad.any()


def test_identical_crops_have_finite_gradients() -> None:
    x = torch.ones(4, 3, 5, requires_grad=True)
    seen = torch.ones(4, 3, dtype=torch.bool)
    torch.autograd.backward(part_triplet_loss(x, seen, torch.tensor([0, 0, 1, 1]), 0.3))
    assert x.grad is not None
    assert bool(torch.isfinite(x.grad).all())


def test_half_precision_vectors_do_not_overflow() -> None:
    """Squares of such vectors pass what fp16 can hold."""
    vectors, _, identities = crops(0, dim=64)
    large = (vectors * 100).half()
    seen = torch.ones(8, 3, dtype=torch.bool)
    found = part_triplet_loss(large, seen, identities, 0.3)
    assert found.dtype == torch.float32
    assert bool(torch.isfinite(found))
