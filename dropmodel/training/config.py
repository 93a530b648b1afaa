"""Everything that decides a training run, as one typed TOML file (method.md, section 4).

A file names a preset as its ``base`` and changes what it wants; ``--set table.key=value`` changes more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from dropmodel.data.transform_config import TransformConfig
from dropmodel.errors import ConfigError
from dropmodel.inference.devices import Precision
from dropmodel.network.config import NetworkConfig
from dropmodel.training.toml import build, merged, parse_assignments, read_toml, to_table, to_toml

PRESETS = ("drop_lite", "drop_resnet50", "drop_hrnet_w32", "base_lite", "base_resnet50", "starter")


@dataclass(frozen=True, slots=True)
class DataConfig:
    """What is trained on.

    - ``dataset``: name of the layout; empty: guessed from the files.
    - ``masks``, ``labels``: where parts are marked and how (see ``open_dataset``); empty: the data set's own.
    - ``hold_out``: persons kept out of training to validate on; 0: the data set's own query and gallery.
    - ``persons``, ``pictures``: a batch is this many persons with this many pictures of each.
    - ``passes``: an epoch shows every person this many times; 0: as often as shows about all pictures.
    - ``workers``: processes that read pictures, for each training process; 0: none beside it.
    - ``cache_gib``: training sets that need no more memory than this are kept decoded, by each process.
    """

    dataset: str = ""
    masks: str = ""
    labels: str = ""
    hold_out: int = 0
    persons: int = 16
    pictures: int = 4
    passes: int = 0
    workers: int = 2
    cache_gib: float = 4.0

    def __post_init__(self) -> None:
        _require(self, hold_out=0, persons=2, pictures=1, passes=0, workers=0, cache_gib=0.0)


@dataclass(frozen=True, slots=True)
class LossConfig:
    """Weights of the losses (0: off) and their settings; see the module of each.

    - ``identity_*``: cross-entropy on global, foreground and joined parts after BNNeck, by a ``plain`` or a
      ``cosine`` classifier (``scale``, ``angular_margin`` in radians are the latter's).
    - ``contrastive``: supervised contrastive loss of the vectors ``contrasted``, each after BNNeck.
    - ``triplet``, ``foreground_triplet``: batch-hard, with ``margin``; from epoch ``triplet_from`` their
      weight rises from 0 over ``triplet_ramp`` epochs.
    - ``compactness``: PCT from epoch ``compactness_from`` on, over a bank of ``centres`` (which keep
      ``bank_momentum`` of themselves) or of the latest ``bank_size`` ``instances`` (positives: the farthest
      of the ``nearest_positives`` nearest).
    - ``parsing``: pixel cross-entropy; ``parsing_blur`` in cells of the parsing map; ``parsing_balance`` in
      0..1: how much more a pixel of a rare part counts.
    - ``parsing_alone``: only the parsing loss shapes the masks. Else the losses of the vectors pull on them
      through the pooling, and they want left and right mixed: two legs tell more than one.
    - ``visibility_aware``: distances count only parts that both show.
    """

    identity_global: float = 1.0
    identity_foreground: float = 1.0
    identity_concat: float = 1.0
    identity_smoothing: float = 0.1
    classifier: Literal["plain", "cosine"] = "plain"
    scale: float = 16.0
    angular_margin: float = 0.0
    contrastive: float = 0.0
    contrasted: tuple[Literal["global", "foreground", "parts"], ...] = ("foreground", "parts")
    temperature: float = 0.1
    triplet: float = 1.0
    foreground_triplet: float = 0.0
    margin: float = 0.3
    triplet_from: float = 0.0
    triplet_ramp: float = 0.0
    compactness: float = 1.0
    compactness_margin: float = 0.3
    compactness_from: float = 5.0
    bank: Literal["centres", "instances"] = "centres"
    bank_momentum: float = 0.9
    bank_size: int = 2048
    nearest_positives: int = 4
    parsing: float = 1.0
    parsing_smoothing: float = 0.1
    parsing_blur: float = 0.0
    parsing_balance: float = 0.0
    parsing_alone: bool = False
    visibility_aware: bool = True

    def __post_init__(self) -> None:
        if self.contrastive and not self.contrasted:
            raise ValueError("contrasted must name at least one of global, foreground, parts")
        _require(
            self, temperature=1e-6, bank_size=1, nearest_positives=1, parsing_blur=0.0, parsing_balance=0.0
        )

    def triplet_share(self, epoch: float) -> float:
        """Share of the triplets' weight at ``epoch``, 0..1."""
        since = epoch - self.triplet_from
        if since < 0:
            return 0.0
        return min(since / self.triplet_ramp, 1.0) if self.triplet_ramp else 1.0


@dataclass(frozen=True, slots=True)
class OptimiserConfig:
    """How weights move.

    - ``backbone_rate``: the backbone's learning rate as a share of ``rate``.
    - ``decay_norms``: whether weight decay also pulls on biases and norms.
    - ``accumulate``: batches that make one step; ``clip``: largest length of the gradient, 0 for any.
    - ``ema``: share of the averaged weights that stays at each step, 0 for no average; the average is what
      is validated and saved.
    - ``swa_from``: the weights at the ends of the epochs from this one on are averaged into the final model
      (0: off); ``recalibrate``: batches its batch norms are measured anew on.
    """

    kind: Literal["adam", "adamw", "sgd"] = "adam"
    rate: float = 3.5e-4
    weight_decay: float = 5e-4
    momentum: float = 0.9
    backbone_rate: float = 1.0
    decay_norms: bool = True
    accumulate: int = 1
    clip: float = 0.0
    ema: float = 0.0
    swa_from: int = 0
    recalibrate: int = 50

    def __post_init__(self) -> None:
        _require(self, rate=0.0, weight_decay=0.0, backbone_rate=0.0, accumulate=1, clip=0.0, recalibrate=1)
        if not 0 <= self.ema < 1:
            raise ValueError(f"ema must be at least 0 and less than 1, got {self.ema}")


@dataclass(frozen=True, slots=True)
class ScheduleConfig:
    """Learning rate over ``epochs``: linear warm-up, then ``steps`` or a ``cosine``.

    - ``warmup``: epochs from ``warmup_start`` of the rate up to all of it.
    - ``milestones``, ``gamma``: at each of these epochs the rate is multiplied by ``gamma``.
    - ``final``: share of the rate a cosine ends at.
    """

    epochs: int = 120
    kind: Literal["steps", "cosine"] = "steps"
    warmup: float = 10.0
    warmup_start: float = 0.01
    milestones: tuple[float, ...] = (40.0, 70.0)
    gamma: float = 0.1
    final: float = 0.0

    def __post_init__(self) -> None:
        _require(self, epochs=1, warmup=0.0)

    def factor(self, epoch: float) -> float:
        """Share of the learning rate at ``epoch`` (with the share of the running one)."""
        if epoch < self.warmup:
            return self.warmup_start + (1 - self.warmup_start) * epoch / self.warmup
        if self.kind == "steps":
            passed = sum(epoch >= milestone for milestone in self.milestones)
            return float(self.gamma**passed)
        done = min((epoch - self.warmup) / max(self.epochs - self.warmup, 1e-9), 1.0)
        return self.final + (1 - self.final) * 0.5 * (1 + math.cos(math.pi * done))


@dataclass(frozen=True, slots=True)
class StyleConfig:
    """Care for pictures of another style than the training set's.

    - ``mixstyle``: probability that a batch's early maps swap part of their statistics (MixStyle), and
      ``mixstyle_alpha`` of its Beta distribution; ``mixstyle_stages``: after which stage maps, from 1.
    - ``freeze_stem``: the first convolution and its norm stay as they came.
    - ``norm_momentum``: share of a batch in the norms' running statistics.
    """

    mixstyle: float = 0.0
    mixstyle_alpha: float = 0.1
    mixstyle_stages: tuple[int, ...] = (1, 2)
    freeze_stem: bool = False
    norm_momentum: float = 0.1

    def __post_init__(self) -> None:
        _require(self, mixstyle=0.0, mixstyle_alpha=1e-3)
        if any(stage not in (1, 2, 3) for stage in self.mixstyle_stages):
            raise ValueError(f"mixstyle_stages are of 1, 2, 3; got {list(self.mixstyle_stages)}")


@dataclass(frozen=True, slots=True)
class ValidationConfig:
    """Validation every ``every`` epochs (0: never) and what follows from it.

    - ``metric``: which number decides what is best; ``miou`` needs masks of the pictures tested on.
    - ``patience``: validations without a better one after which training ends; 0: never.
    """

    every: int = 10
    metric: Literal["rank1", "rank5", "rank10", "map", "minp", "miou"] = "map"
    patience: int = 0


@dataclass(frozen=True, slots=True)
class RuntimeConfig:
    """How a run is computed; none of it is meant to change what is learnt.

    - ``precision``: of the network under autocast; losses are always in fp32.
    - ``shared_norms``: in a distributed run batch norms see all processes' batches.
    - ``compile``: let ``torch.compile`` build the network; for GPUs: a CPU trained a tenth slower with it.
      MixStyle, which draws numbers on the way, breaks the network into many small pieces: not with that.
    - ``threads``: of the CPU, for each process; 0: torch's own choice.
    - ``checkpoint_steps``: steps between checkpoints; 0: at the end of each epoch only.
    - ``log_steps``: steps between lines of the log.
    - ``imagenet``: start from ImageNet weights where they are installed; ``download``: fetch them if not.
    - ``start``: a ``.safetensors`` model to start from instead.
    """

    seed: int = 0
    precision: Precision = "auto"
    channels_last: bool = True
    shared_norms: bool = True
    compile: bool = False
    threads: int = 0
    checkpoint_steps: int = 0
    log_steps: int = 1
    imagenet: bool = True
    download: bool = False
    start: str = ""


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """One training run. Pictures have the size the network asks for, whatever ``transforms`` says."""

    name: str = "drop"
    data: DataConfig = field(default_factory=DataConfig)
    transforms: TransformConfig = field(default_factory=TransformConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    losses: LossConfig = field(default_factory=LossConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    style: StyleConfig = field(default_factory=StyleConfig)
    validation: ValidationConfig = field(default_factory=ValidationConfig)
    runtime: RuntimeConfig = field(default_factory=RuntimeConfig)

    def __post_init__(self) -> None:
        transforms = replace(self.transforms, height=self.network.height, width=self.network.width)
        object.__setattr__(self, "transforms", transforms)

    def to_toml(self) -> str:
        """The whole configuration as TOML; :func:`load_config` reads it back."""
        return to_toml(to_table(self))


def load_config(source: str | Path, assignments: Sequence[str] = ()) -> TrainConfig:
    """The configuration of a preset's name or a TOML file, changed by ``["table.key=value", ...]``.

    ``ConfigError`` names a file that is not there, an unknown key with the nearest known one, a wrong value.
    """
    tables = _tables(source)
    try:
        return build(TrainConfig, merged(tables, parse_assignments(assignments)))
    except ConfigError as error:
        raise ConfigError(f"{source}: {error}") from error


def _tables(source: str | Path) -> dict[str, Any]:
    if str(source) in PRESETS:
        path = Path(str(files("dropmodel.training") / "presets" / f"{source}.toml"))
    elif Path(source).suffix == ".toml":
        path = Path(source)
    else:
        raise ConfigError(f"{source}: not a preset; choose {', '.join(PRESETS)}, or name a .toml file")
    tables = read_toml(path)
    base = tables.pop("base", None)
    if base is None:
        return tables
    if not isinstance(base, str):
        raise ConfigError(f"{path}: base must be the name of a preset or a file, got {base!r}")
    return merged(_tables(base if base in PRESETS else path.parent / base), tables)


def _require(config: Any, **least: float) -> None:
    for key, value in least.items():
        if not getattr(config, key) >= value:
            raise ValueError(f"{key} must be at least {value:g}, got {getattr(config, key)!r}")
