"""The ``dropmodel`` command: look into a model, extract vectors, draw label maps, render people.

Exit status: 0 done; 1 done, but some pictures could not be read (each is named on stderr); 2 not done;
130 stopped with Ctrl-C; 141 nobody read it all.
"""

import argparse
import json
import os
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dropmodel.command_files import Pictures, write_npz
from dropmodel.data.check_command import add_check_dataset
from dropmodel.endings import FAULT, ended, of_output
from dropmodel.errors import ConfigError, DataError, ImageError, ModelError, TrainingError
from dropmodel.evaluation.command import add_evaluate
from dropmodel.export_command import add_export
from dropmodel.training.command import add_train

if TYPE_CHECKING:
    from dropmodel.decode import RgbImage
    from dropmodel.inference import Extractor, LoadedModel
    from dropmodel.synthetic.output.recipe import Recipe

_COLUMNS = 100

_EXTRACT_HELP = """\
Write the vectors of pictures to a NumPy file with these fields:
  paths       str [N]             the pictures, in order
  names       str [2+K]           what each vector is of: global, foreground, then the parts
  vectors     float32 [N, 2+K, D] L2-normalised (float16 with --half)
  visibility  float32 [N, 2+K]    0 unseen to 1 clearly seen; 1 for global
  model       str                 SHA-256 of the model's weights; compare vectors of one model only
"""

_SYNTHESIZE_HELP = """\
Render people who never lived, with exact masks of their body parts, in the layout of Market-1501:
  bounding_box_train, query, bounding_box_test   crops: the first half of the persons is for training
  masks/..., others/...                          index maps of the person, and of others in the crop
  meta.parquet, dataset.json                     a row a crop; what the set is made of (licence: CC0)
The same options give the same bytes. A run that was stopped goes on where it was.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command (default: from ``sys.argv``) and return the exit status."""
    return ended("dropmodel", lambda: _run(argv))


def _run(argv: Sequence[str] | None) -> int:
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
    except (ConfigError, DataError, ImageError, ModelError, OSError, TrainingError, ValueError) as error:
        if isinstance(error, OSError) and of_output(error):
            raise
        print(f"dropmodel: {error}", file=sys.stderr)
        return FAULT
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dropmodel", description="DROP: person re-identification by body parts."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    info = commands.add_parser("info", help="what a model file says of itself")
    info.add_argument(
        "model", type=Path, nargs="?", metavar="MODEL.safetensors", help="default: the starter model"
    )
    info.add_argument("--json", action="store_true", help="as JSON")
    info.set_defaults(run=_info)

    extract = commands.add_parser(
        "extract",
        help="write the vectors of pictures",
        description=_EXTRACT_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_picture_options(extract)
    extract.add_argument("--out", type=Path, required=True, metavar="FILE.npz")
    extract.add_argument("--half", action="store_true", help="store vectors as float16")
    extract.add_argument("--json", action="store_true", help="print a summary as JSON")
    extract.set_defaults(run=_extract)

    parse = commands.add_parser("parse", help="write label maps and colour overlays of pictures")
    _add_picture_options(parse)
    parse.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parse.set_defaults(run=_parse)

    create = commands.add_parser("create", help="write an untrained model")
    create.add_argument("out", type=Path, metavar="FILE.safetensors")
    create.add_argument("--backbone", default="efficientnet_lite0")
    create.add_argument("--schema", default="eight", help="eight, five_v or stripes_<n>")
    create.add_argument("--height", type=int, default=256)
    create.add_argument("--width", type=int, default=128)
    create.add_argument("--seed", type=int, default=0)
    create.add_argument(
        "--download", action="store_true", help="fetch ImageNet weights from the internet if needed"
    )
    create.set_defaults(run=_create)
    _add_synthesize(commands.add_parser)
    add_check_dataset(commands.add_parser)
    add_evaluate(commands.add_parser)
    add_train(commands.add_parser)
    add_export(commands.add_parser)
    return parser


def _add_synthesize(add_parser: Callable[..., argparse.ArgumentParser]) -> None:
    synthesize = add_parser(
        "synthesize",
        help="render people with masks of their parts",
        description=_SYNTHESIZE_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    synthesize.add_argument("out", type=Path, metavar="OUT")
    synthesize.add_argument("--identities", type=int, default=24, help="persons (default: 24)")
    synthesize.add_argument(
        "--cameras", type=int, default=6, help="places that see each of them (default: 6)"
    )
    synthesize.add_argument("--frames", type=int, default=2, help="crops a person and camera (default: 2)")
    synthesize.add_argument("--size", type=_size, default=(128, 256), help="HEIGHTxWIDTH (default: 256x128)")
    synthesize.add_argument("--style", default="train", help="train, validation or held_out")
    synthesize.add_argument("--seed", type=int, default=0)
    synthesize.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    synthesize.add_argument("--preview", type=Path, metavar="SHEET.png", help="draw a contact sheet too")
    kind = synthesize.add_mutually_exclusive_group()
    kind.add_argument("--scenes", type=int, metavar="N", help="whole frames with several persons instead")
    kind.add_argument(
        "--protocol", metavar="NAME", help="synth-holistic, synth-occluded: fixed recipes instead"
    )
    synthesize.add_argument("--protocol-size", default="small", help="tiny, small (default) or full")
    synthesize.set_defaults(run=_synthesize)


def _size(text: str) -> tuple[int, int]:
    """(width, height) of "HEIGHTxWIDTH"."""
    height, _, width = text.partition("x")
    if not (height.isdecimal() and width.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is not HEIGHTxWIDTH, such as 256x128")
    return int(width), int(height)


def _add_picture_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE", help="a picture or a folder of them")
    parser.add_argument("--model", type=Path, help="a .safetensors model (default: the starter model)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument(
        "--flip",
        action="store_true",
        help="mean over each picture and its mirror image: a little better, twice the time",
    )


def _info(arguments: argparse.Namespace) -> int:
    from dropmodel.inference import read_info, starter_path

    path = starter_path() if arguments.model is None else arguments.model
    if path is None:
        raise ModelError("the starter model is not here; name a model file")
    info = read_info(path)
    if arguments.json:
        print(json.dumps({"config": info.config.to_dict(), "card": info.card.to_dict()}, indent=2))
        return 0
    card, config = info.card, info.config
    rows = {
        "name": card.name,
        "trained": "yes" if card.trained else "no",
        "created": card.created or "unknown",
        "backbone": f"{config.backbone}, {card.backbone_weights}",
        "data": card.data,
        "people": card.people,
        "seeds": ", ".join(map(str, card.seeds)),
        **{name: f"{100 * value:.1f} %" for name, value in card.metrics.items()},
        "input": f"{config.height} x {config.width} pixels",
        "vectors": f"{len(config.schema.vector_names)} of length {config.dim}",
        "parts": f"{config.schema.name}: {', '.join(config.schema.names)}",
        "licence": card.licence or "not stated",
        "notes": card.notes,
    }
    lists = {"recipe": card.recipe, "limit": card.limits, "choice": card.choices}
    told = [(name, value) for name, value in rows.items() if value]
    told += [(name, value) for name, values in lists.items() for value in values]
    width = max(10, *(len(name) for name, _ in told)) + 1
    for name, value in told:
        print(textwrap.fill(value, _COLUMNS, initial_indent=f"{name:{width}}", subsequent_indent=" " * width))
    return 0


def _extract(arguments: argparse.Namespace) -> int:
    from dropmodel.inference import Extraction

    extractor = _extractor(arguments)
    pictures = Pictures(arguments.images, extractor)
    parts = list(extractor.stream(image for _, image in pictures))
    extraction = Extraction.concatenate(parts) if parts else extractor.extract([])
    features = extraction.features
    write_npz(
        arguments.out,
        paths=np.array([str(path) for path in pictures.read], dtype=np.str_),
        names=np.array(extractor.schema.vector_names),
        vectors=features.vectors.astype(np.float16 if arguments.half else np.float32),
        visibility=features.visibility,
        model=np.array(extractor.model.weights_hash),
    )
    if arguments.json:
        summary = {
            "out": str(arguments.out),
            "images": len(features),
            "failed": [{"path": str(error.path), "reason": error.reason} for error in pictures.failed],
            "model": extractor.model.weights_hash,
            "trained": extractor.model.card.trained,
            "flip": extractor.flip,
        }
        print(json.dumps(summary, indent=2))
    else:
        mean = ", mean with the mirror image" if extractor.flip else ""
        print(f"{len(features)} pictures, {features.vectors.shape[1]} vectors each{mean}: {arguments.out}")
    return 1 if pictures.failed else 0


def _parse(arguments: argparse.Namespace) -> int:
    from dropmodel.inference.render import index_picture, overlay

    extractor = _extractor(arguments)
    pictures = Pictures(arguments.images, extractor)
    arguments.out.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()
    batch: list[tuple[Path, RgbImage]] = []

    def write() -> None:
        extraction = extractor.extract([image for _, image in batch])
        for (path, image), labels in zip(batch, extraction.labels, strict=True):
            name = _free_name(path.stem, taken)
            size = (image.shape[0], image.shape[1])
            index_picture(labels, size, extractor.schema).save(arguments.out / f"{name}.labels.png")
            overlay(image, labels, extractor.schema).save(arguments.out / f"{name}.overlay.png")
        batch.clear()

    for picture in pictures:
        batch.append(picture)
        if len(batch) == extractor.batch_size:
            write()
    write()
    print(f"{len(pictures.read)} pictures: {arguments.out}")
    return 1 if pictures.failed else 0


def _create(arguments: argparse.Namespace) -> int:
    from dropmodel.inference import save_model, untrained_model
    from dropmodel.network.config import NetworkConfig
    from dropmodel.parts import get_schema

    config = NetworkConfig(
        backbone=arguments.backbone,
        schema=get_schema(arguments.schema),
        height=arguments.height,
        width=arguments.width,
    )
    model = untrained_model(config, seed=arguments.seed, device="cpu", download=arguments.download)
    created = datetime.now(UTC).isoformat(timespec="seconds")
    save_model(replace(model, card=replace(model.card, created=created)), arguments.out)
    print(f"{arguments.out}: untrained {config.backbone}, backbone weights: {model.card.backbone_weights}")
    return 0


def _synthesize(arguments: argparse.Namespace) -> int:
    missing = [name for name in ("numba", "scipy", "pyarrow", "tqdm") if find_spec(name) is None]
    if missing:
        raise DataError(f"rendering people needs {', '.join(missing)}: install dropgui[synthetic]")
    from dropmodel.synthetic.output.dataset import write_dataset
    from dropmodel.synthetic.output.frames import write_frames

    out, workers = arguments.out, arguments.workers
    if arguments.scenes is not None:
        people = write_frames(
            out, arguments.scenes, arguments.style, arguments.seed, workers=workers, progress=True
        )
        print(f"{arguments.scenes} frames, {people} persons in them: {out}")
        return 0
    crops = write_dataset(_recipe(arguments), out, workers=workers, progress=True)
    print(f"{crops} crops: {out}")
    if arguments.preview is not None:
        from dropmodel.synthetic.output.sheet import contact_sheet

        contact_sheet(out).save(arguments.preview)
        print(f"contact sheet: {arguments.preview}")
    return 0


def _recipe(arguments: argparse.Namespace) -> "Recipe":
    from dropmodel.synthetic.output.protocols import protocol
    from dropmodel.synthetic.output.recipe import simple

    if arguments.protocol is not None:
        return protocol(arguments.protocol, arguments.protocol_size)
    return simple(
        identities=arguments.identities,
        cameras=arguments.cameras,
        frames=arguments.frames,
        size=arguments.size,
        style=arguments.style,
        seed=arguments.seed,
    )


def _extractor(arguments: argparse.Namespace) -> "Extractor":
    from dropmodel.inference import Extractor

    return Extractor(_model(arguments), batch_size=arguments.batch_size, flip=arguments.flip)


def _model(arguments: argparse.Namespace) -> "LoadedModel":
    from dropmodel.inference import default_model, load_model

    if arguments.model is not None:
        return load_model(arguments.model, arguments.device)
    model = default_model(arguments.device)
    if not model.card.trained:
        print(
            "dropmodel: no --model given and no starter model here: using the untrained model, whose vectors "
            "rank by rough appearance only and whose masks are one average guess",
            file=sys.stderr,
        )
    return model


def _free_name(stem: str, taken: set[str]) -> str:
    """``stem``, numbered if another folder's picture already has it."""
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    taken.add(name)
    return name
