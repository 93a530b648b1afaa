"""What held-out examples say of a model, and what models are made of on the way."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from dropmodel.evaluation.distances import distance_blocks
from dropmodel.evaluation.parsing import ParsingMeter
from dropmodel.evaluation.ranking import Labels, Ranker, Ranking, Rules
from dropmodel.features import Features
from dropmodel.inference.card import ModelCard
from dropmodel.inference.devices import Precision
from dropmodel.inference.extractor import Extraction, Extractor
from dropmodel.inference.weights import LoadedModel
from dropmodel.network.config import NetworkConfig
from dropmodel.network.drop import Drop
from dropmodel.training.finetune.events import Stopper
from dropmodel.training.finetune.examples import Example
from dropmodel.training.finetune.pictures import Pictures

State = Mapping[str, Tensor]

_BATCH = 64


def as_model(state: State, config: NetworkConfig, card: ModelCard, device: torch.device) -> LoadedModel:
    """A network of its own with the weights ``state`` (classifiers are left out), ready for inference."""
    with torch.random.fork_rng(devices=[]):  # The initial values are thrown away.
        network = Drop(config)
    network.load_state_dict({name: state[name] for name in network.state_dict()})
    return LoadedModel.of(network, card, device)


def seen(
    model: LoadedModel,
    pictures: Pictures,
    places: Sequence[int],
    stopper: Stopper,
    precision: Precision = "auto",
) -> Extraction:
    """What ``model`` says of some examples, at least one; ``stopper`` is called after each batch."""
    extractor = Extractor(model, batch_size=_BATCH, precision=precision, runtime="torch")
    found = []
    for start in range(0, len(places), _BATCH):
        found.append(extractor.extract([pictures.pixels(place) for place in places[start : start + _BATCH]]))
        stopper()
    return Extraction.concatenate(found)


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """The held-out examples and what of them can be measured."""

    pictures: Pictures
    precision: Precision = "auto"

    @property
    def examples(self) -> Sequence[Example]:
        """All of them."""
        return self.pictures.examples

    def measure(self, model: LoadedModel, stopper: Stopper) -> dict[str, float]:
        """``map`` and ``rank1`` over named examples, each asked for among the others, and ``miou`` over
        corrected maps, shares 0..1; only what can be measured.

        As in Market-1501 crops of the person by the same camera do not count, unless nobody was seen by two.
        """
        if not self.examples:
            return {}
        found = seen(model, self.pictures, range(len(self.examples)), stopper, self.precision)
        metrics: dict[str, float] = {}
        named = np.flatnonzero([example.person is not None for example in self.examples])
        ranking = self._ranking(found.features[named], [self.examples[place] for place in named.tolist()])
        if ranking is not None:
            metrics |= {"map": ranking.mean_ap, "rank1": ranking.rank(1)}
        meter = ParsingMeter(model.schema)
        for example, labels in zip(self.examples, found.labels, strict=True):
            if example.corrected is not None:
                meter.add(labels, example.corrected)
        score = meter.result()
        if score.images and math.isfinite(score.mean_iou):
            metrics["miou"] = score.mean_iou
        return metrics

    def _ranking(self, features: Features, examples: Sequence[Example]) -> Ranking | None:
        if len(examples) < 2:
            return None
        persons = np.array([(example.person or 0) + 1 for example in examples], np.int64)
        own = -1 - np.arange(len(examples))
        cameras = np.array([example.camera for example in examples], np.int64)
        for known in (np.where(cameras < 0, -own + cameras.max(initial=0), cameras), -own):
            rules = Rules(Labels(persons, known), Labels(persons, known))
            ranker = Ranker(rules)
            for part, distances in distance_blocks(features, features):
                rules.remove(part, distances)
                ranker.add(part, distances)
            ranking = ranker.result()
            if ranking.counted.any():
                return ranking
        return None


def score(metrics: Mapping[str, float]) -> float:
    """What decides which of two models is better: the mean of mAP and mIoU, of those that were measured."""
    counted = [metrics[name] for name in ("map", "miou") if name in metrics]
    return sum(counted) / len(counted) if counted else math.nan


def blended(parent: State, child: State, alpha: float) -> dict[str, Tensor]:
    """(1 - alpha) of the parent's weights and alpha of the child's (WiSE-FT, Wortsman et al., 2109.01903).

    Over the parent's names; whole numbers (counts) are the child's.
    """
    mixed = {}
    for name, before in parent.items():
        after = child[name].to(before.device)
        mixed[name] = torch.lerp(before, after, alpha) if before.is_floating_point() else after
    return mixed
