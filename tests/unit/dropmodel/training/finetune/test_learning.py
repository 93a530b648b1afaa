"""Memory, losses, clusters and measures against the same written as plain loops."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from dropmodel.data.loading import Batch
from dropmodel.evaluation.parsing import ParsingMeter
from dropmodel.features import Features
from dropmodel.inference import load_model
from dropmodel.network.config import NetworkConfig
from dropmodel.network.drop import Drop
from dropmodel.parts import EIGHT, IGNORE
from dropmodel.training.config import LossConfig
from dropmodel.training.finetune import Example, FinetuneConfig, Material
from dropmodel.training.finetune.clusters import agreement, centred, cluster
from dropmodel.training.finetune.loss import FinetuneLoss
from dropmodel.training.finetune.measure import Held, blended, score
from dropmodel.training.finetune.memory import ClusterMemory
from dropmodel.training.finetune.mixture import Roll
from dropmodel.training.finetune.pictures import Pictures
from dropmodel.training.finetune.tuner import begin_classes, freeze
from tests.unit.dropmodel.training.finetune.made import draw, make_parent

SEEDS = st.integers(0, 2**16)
quick = settings(max_examples=20, deadline=None)


def crops(seed: int, count: int = 9, kinds: int = 3, dim: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    vectors = torch.randn(count, kinds, dim, generator=random)
    visibility = torch.rand(count, kinds, generator=random)
    return vectors, visibility * (visibility > 0.2)


@quick
@given(SEEDS)
def test_a_memory_holds_the_means_and_contrasts_by_a_searchs_cosine(seed: int) -> None:
    vectors, visibility = crops(seed)
    labels = torch.tensor([0, 0, 1, 1, 2, 2, 2, -1, -1])
    memory = ClusterMemory(0.05, 0.5)
    memory.fill(vectors, visibility, labels)
    units = F.normalize(vectors, dim=-1)
    for c in range(3):
        members = [i for i in range(9) if labels[i] == c]
        for j in range(3):
            mean = sum((visibility[i, j] * units[i, j] for i in members), torch.zeros(4))
            assert torch.allclose(memory.centres[c, j], F.normalize(mean, dim=0), atol=1e-5)
            root = math.sqrt(sum(float(visibility[i, j]) for i in members) / len(members))
            assert float(memory.roots[c, j]) == pytest.approx(root, abs=1e-5)
    expected = []
    for i in range(7):
        scores = []
        for c in range(3):
            weights = [math.sqrt(float(visibility[i, j])) * float(memory.roots[c, j]) for j in range(3)]
            total = sum(w * float(units[i, j] @ memory.centres[c, j]) for j, w in enumerate(weights))
            scores.append(total / max(sum(weights), 1e-6) / 0.05)
        expected.append(
            math.log(sum(math.exp(s - max(scores)) for s in scores)) + max(scores) - scores[labels[i]]
        )
    found = memory(vectors[:7], visibility[:7], labels[:7])
    assert float(found) == pytest.approx(sum(expected) / 7, rel=1e-4, abs=1e-4)


@quick
@given(SEEDS)
def test_centres_move_towards_what_is_shown_only(seed: int) -> None:
    vectors, visibility = crops(seed)
    memory = ClusterMemory(0.05, 0.8)
    memory.fill(vectors, torch.ones_like(visibility), torch.arange(9) % 2)
    before = memory.centres.clone()
    shown = torch.zeros_like(visibility[:1])
    shown[0, 1] = 1
    memory.update(vectors[:1], shown, torch.tensor([1]))
    assert torch.equal(memory.centres[0], before[0])
    assert torch.allclose(memory.centres[1, [0, 2]], before[1, [0, 2]], atol=1e-6)
    unit = F.normalize(vectors[0, 1], dim=0)
    assert torch.allclose(
        memory.centres[1, 1], F.normalize(0.8 * before[1, 1] + 0.2 * unit, dim=0), atol=1e-5
    )
    other = ClusterMemory(0.05, 0.8)
    other.set_extra_state(memory.get_extra_state())
    assert torch.equal(other.centres, memory.centres)


SHAPE = NetworkConfig(backbone="lcnet_035", height=64, width=32, dim=16, parsing_channels=8)


def batch_of(roll: Roll, rows: list[int], labels: np.ndarray) -> Batch:
    return Batch(
        pictures=torch.zeros(len(rows), 3, 64, 32, dtype=torch.uint8),
        targets=torch.from_numpy(labels),
        identities=torch.from_numpy(roll.classes[rows]),
        cameras=torch.zeros(len(rows), dtype=torch.int64),
        indices=torch.tensor(rows),
    )


def test_a_rejected_crop_is_pushed_away_and_weak_maps_count_less(tmp_path: Path) -> None:
    labels = np.zeros((64, 32), np.uint8)
    people = [Example(tmp_path / f"{i}", None, i // 2, weak=labels) for i in range(4)]
    train = [*people, Example(tmp_path / "x", corrected=labels)]
    roll = Roll(Material(train, rejected=frozenset({(4, 0)})))
    torch.manual_seed(0)
    network = Drop(replace(SHAPE, identities=roll.identities)).train()
    images = torch.randn(5, 3, 64, 32)
    targets = np.zeros((5, 16, 8), np.uint8)
    config = FinetuneConfig(weak=0.25)
    loss = FinetuneLoss(LossConfig(), config, roll, 8, 16)

    def run(rows: list[int]) -> dict[str, torch.Tensor]:
        found: dict[str, torch.Tensor] = loss(
            network(images[rows]), batch_of(roll, rows, targets[rows]), 0.0
        )[1]
        return found

    with torch.no_grad():
        together = run([0, 1, 4])
        assert "rejected" in together
        assert "rejected" not in run([2, 3, 4])  # Nobody said that of person 1.
        assert "rejected" not in run([0, 1, 2])
        network.eval()
        exact, weak = run([4])["parsing"], run([0])["parsing"]
        as_exact = FinetuneLoss(LossConfig(), replace(config, weak=1.0), roll, 8, 16)
        full = as_exact(network(images[:1]), batch_of(roll, [0], targets[:1]), 0.0)[1]["parsing"]
    assert float(weak) == pytest.approx(0.25 * float(full), rel=1e-4)
    assert float(exact) > 0
    assert run([4]).keys() == {"parsing"}


def test_classes_begin_as_the_means_of_their_crops() -> None:
    network = Drop(replace(SHAPE, identities=3))
    neck = torch.randn(7, 10, 16)
    begin_classes(network, neck, [0, 0, 1, 1, 2, -1, 2])
    weight = network.embed.classifiers[1].state_dict()["weight"]
    expected = F.normalize(F.normalize(neck[:2, 1], dim=1).sum(0), dim=0)
    assert torch.allclose(weight[0], expected, atol=1e-6)
    assert network.embed.classifiers[2].state_dict()["weight"].shape == (3, 8 * 16)


def test_frozen_stages_do_not_learn_and_norms_keep_their_statistics() -> None:
    network = Drop(SHAPE)
    held = freeze(network, 1, 0.0)
    assert not any(p.requires_grad for p in network.backbone.body.conv_stem.parameters())
    assert not any(p.requires_grad for p in network.backbone.body.blocks[0].parameters())
    assert any(p.requires_grad for p in network.backbone.body.blocks[2].parameters())
    norms = [m for m in network.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    assert set(norms) <= set(held)
    assert any(norm.weight.requires_grad for norm in norms)
    moving = Drop(SHAPE)
    assert not freeze(moving, 0, 0.03)
    assert {m.momentum for m in moving.modules() if isinstance(m, torch.nn.BatchNorm2d)} == {0.03}


@quick
@given(SEEDS, st.floats(0, 1))
def test_blending_is_the_straight_line(seed: int, alpha: float) -> None:
    random = torch.Generator().manual_seed(seed)
    parent = {"a": torch.randn(3, generator=random), "n": torch.tensor(1)}
    child = {"a": torch.randn(3, generator=random), "n": torch.tensor(5), "classifier": torch.zeros(1)}
    mixed = blended(parent, child, alpha)
    assert set(mixed) == {"a", "n"}
    assert torch.allclose(mixed["a"], (1 - alpha) * parent["a"] + alpha * child["a"], atol=1e-5)
    assert torch.equal(blended(parent, child, 0.0)["a"], parent["a"])


def features(seed: int, who: np.ndarray, cameras: np.ndarray, shift: float) -> Features:
    """Persons as directions, crops near them; each camera moves all its crops its own way."""
    random = np.random.default_rng(seed)
    people = random.normal(size=(who.max() + 1, 10, 32))
    ways = random.normal(size=(cameras.max() + 1, 10, 32))
    vectors = people[who] + 0.3 * random.normal(size=(len(who), 10, 32)) + shift * ways[cameras]
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    return Features(vectors.astype(np.float32), np.ones((len(who), 10), np.float32), EIGHT)


def test_without_the_cameras_own_share_clusters_cross_cameras() -> None:
    who = np.repeat(np.arange(12), 8)
    cameras = np.tile(np.arange(2), 48)
    found = features(0, who, cameras, 1.5)
    examples = [
        Example(Path(f"{i}.jpg"), None, None, int(camera)) for i, camera in enumerate(cameras.tolist())
    ]
    config = FinetuneConfig(adapt=1.0)
    kept = cluster(found, examples, frozenset(), replace(config, centre_cameras=False))
    taken = cluster(found, examples, frozenset(), config)
    assert agreement(taken, who) > 0.9
    assert agreement(taken, who) > agreement(kept, who) + 0.2
    unknown = centred(found, np.full(len(who), -1))
    assert np.allclose(unknown.vectors, found.vectors, atol=1e-6)


def test_clusters_hold_what_people_said() -> None:
    who = np.repeat(np.arange(6), 8)
    cameras = np.zeros(48, np.int64)
    found = features(1, who, cameras, 0.0)
    plain = [Example(Path(f"{i}.jpg"), None, None, 0) for i in range(48)]
    labels = cluster(found, plain, frozenset(), FinetuneConfig(adapt=1.0))
    assert labels[0] == labels[1] >= 0
    named = [replace(e, person=7) if i in (0, 8) else e for i, e in enumerate(plain)]
    labels = cluster(found, named, frozenset({(1, 7)}), FinetuneConfig(adapt=1.0))
    assert labels[0] == labels[8] >= 0
    assert labels[1] != labels[0]
    double = [replace(e, path=plain[2].path) if i == 3 else e for i, e in enumerate(plain)]
    labels = cluster(found, double, frozenset(), FinetuneConfig(adapt=1.0))
    assert labels[2] != labels[3] or labels[2] == -1


def test_agreement_counts_loners_as_clusters_of_one() -> None:
    assert agreement(np.array([0, 0, -1, -1]), np.array([3, 3, 1, 2])) == 1.0
    assert agreement(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])) < 0.5


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_parent(tmp_path_factory.mktemp("model") / "small.safetensors")


def test_held_out_examples_are_measured_by_the_rules_of_the_field(small: Path, tmp_path: Path) -> None:
    model = load_model(small, "cpu")
    examples = draw(tmp_path, persons=4, shots=4)
    held = Held(Pictures(examples, (64, 32)), "fp32")
    found = held.measure(model, lambda: None)
    from dropmodel.features import distance
    from dropmodel.inference import Extractor

    seen = Extractor(model, precision="fp32", runtime="torch").extract([e.path for e in examples])
    distances = distance(seen.features, seen.features)
    precisions, hits = [], []
    for i, one in enumerate(examples):
        others = [
            j for j, other in enumerate(examples) if (other.person, other.camera) != (one.person, one.camera)
        ]
        others.sort(key=lambda j: distances[i, j])
        right = [rank for rank, j in enumerate(others, 1) if examples[j].person == one.person]
        precisions.append(sum(n / rank for n, rank in enumerate(right, 1)) / len(right))
        hits.append(right[0] == 1)
    meter = ParsingMeter(EIGHT)
    for example, labels in zip(examples, seen.labels, strict=True):
        assert example.corrected is not None
        meter.add(labels, example.corrected)
    assert found["map"] == pytest.approx(np.mean(precisions), abs=1e-3)
    assert found["rank1"] == pytest.approx(np.mean(hits), abs=1e-6)
    assert found["miou"] == pytest.approx(meter.result().mean_iou, abs=1e-3)


def test_only_what_can_be_measured_is(small: Path, tmp_path: Path) -> None:
    model = load_model(small, "cpu")
    examples = draw(tmp_path, persons=2, shots=2)

    def keys(changed: list[Example]) -> set[str]:
        return set(Held(Pictures(changed, (64, 32))).measure(model, lambda: None))

    assert keys([]) == set()
    assert keys([replace(e, person=None) for e in examples]) == {"miou"}
    assert keys([replace(e, corrected=None) for e in examples]) == {"map", "rank1"}
    # By one camera alone, known or not, its crops count against each other.
    for camera in (0, -1):
        assert "map" in keys([replace(e, camera=camera) for e in examples])
    ignored = np.full((64, 32), IGNORE, np.uint8)
    assert keys([replace(e, person=None, corrected=ignored) for e in examples]) == set()


def test_the_better_model_is_better_in_the_mean_of_what_was_measured() -> None:
    assert score({"map": 0.5, "rank1": 0.9, "miou": 0.7}) == pytest.approx(0.6)
    assert score({"map": 0.5}) == 0.5
    assert math.isnan(score({}))
