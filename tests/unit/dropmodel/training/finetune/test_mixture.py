"""Batches: the same from anywhere, everybody in turn, and rejected crops beside those they are not."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dropmodel.data.transform_config import TransformConfig
from dropmodel.parts import EIGHT
from dropmodel.training.finetune import FinetuneConfig, Material
from dropmodel.training.finetune.mixture import Mixture, Roll
from dropmodel.training.finetune.pictures import Pictures
from tests.unit.dropmodel.training.finetune.made import SMALL, draw, material

PLAIN = TransformConfig.plain(64, 32)


@pytest.fixture(scope="module")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return material(tmp_path_factory.mktemp("pictures"))


def mixture(lessons: Material, config: FinetuneConfig) -> tuple[Mixture, Roll]:
    roll = Roll(lessons, persons=config.persons > 0)
    return Mixture(roll, Pictures(roll.rows, (64, 32)), config, PLAIN, EIGHT), roll


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 3))
def test_a_batch_is_the_same_wherever_one_begins(
    lessons: Material, epoch: int, start: int, seed: int
) -> None:
    config = replace(SMALL, adapt=1.0, steps=6, seed=seed)
    mixed, roll = mixture(lessons, config)
    roll.clusters[: roll.taught] = np.arange(roll.taught) // 3
    whole = [batch.indices.tolist() for batch in mixed.batches(epoch)]
    assert len(whole) == len(mixed) == 6
    assert [batch.indices.tolist() for batch in mixed.batches(epoch, start)] == whole[start:]


def test_pictures_and_targets_are_the_examples_own(lessons: Material) -> None:
    mixed, roll = mixture(lessons, SMALL)
    pictures = Pictures(roll.rows, (64, 32))
    for batch in mixed.batches(0):
        for row, picture, target in zip(batch.indices.tolist(), batch.pictures, batch.targets, strict=True):
            assert np.array_equal(picture.permute(1, 2, 0).numpy(), pictures.pixels(row))
            labels = roll.rows[row].labels
            assert labels is not None
            assert set(np.unique(target.numpy())) <= set(np.unique(labels))


def test_everybody_has_a_turn_and_rejected_crops_come_along(lessons: Material) -> None:
    mixed, roll = mixture(lessons, replace(SMALL, steps=4, masks=0.0, rehearse=0.5))
    seen: Counter[int] = Counter()
    for batch in mixed.batches(0):
        rows = batch.indices.tolist()
        classes = roll.classes[rows]
        assert (batch.identities.numpy() == classes).all()
        taught = [int(number) for row, number in zip(rows, classes, strict=True) if row < roll.taught]
        counts = Counter(number for number in taught if number >= 0)
        seen.update(counts.keys())
        assert all(count % SMALL.pictures == 0 for count in counts.values())
        assert taught.count(-1) == (0 in counts)  # Crop 15 was said not to be person 0.
        assert sum(row >= roll.taught for row in rows) == 4
    assert set(seen) == {0, 1, 2, 3}
    assert max(seen.values()) - min(seen.values()) <= 1


def test_rehearsed_persons_are_others_whatever_their_numbers(tmp_path: Path) -> None:
    examples = draw(tmp_path, persons=3)
    roll = Roll(Material(examples, rehearsal=examples))
    assert roll.identities == 6
    assert not set(roll.classes[:12]) & set(roll.classes[12:])
    unnamed = Roll(Material(examples, rehearsal=examples), persons=False)
    assert (unnamed.classes[:12] == -1).all()
    assert unnamed.identities == 3


def test_sources_share_a_batch(lessons: Material) -> None:
    config = replace(SMALL, batch=24, adapt=1.0, rehearse=0.25, steps=1)
    mixed, roll = mixture(lessons, config)
    roll.clusters[:8] = 0
    roll.clusters[8:16] = 1
    (batch,) = mixed.batches(0)
    rows = batch.indices
    rejected = 1 if 15 in rows.tolist() else 0
    assert 24 <= len(rows) <= 24 + rejected
    assert int((rows >= roll.taught).sum()) == 6
    corrected = torch.tensor([roll.rows[row].corrected is not None for row in rows.tolist()])
    assert int((corrected & (rows < roll.taught)).sum()) >= 6


def test_an_epoch_shows_the_largest_source_once(lessons: Material) -> None:
    config = replace(SMALL, steps=0, batch=4, pictures=2, rehearse=0.0, masks=0.0)
    many = replace(lessons, train=[*lessons.train] * 10, rejected=frozenset())
    mixed, _ = mixture(many, config)
    assert len(mixed) == 38  # 150 named crops, four a batch.
