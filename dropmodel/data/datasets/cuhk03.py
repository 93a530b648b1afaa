"""CUHK03 in its new protocol: 767 persons for training, 700 for the test, detected or labelled boxes.

Li et al., DeepReID, CVPR 2014; protocol of Zhong et al., Re-ranking Person Re-identification with
k-reciprocal Encoding, CVPR 2017 (github.com/zhunzhong07/person-re-ranking, CUHK03-NP). Three layouts are in
use:

- folders as Market-1501 has them, under ``labeled`` or ``detected``;
- ``splits_new_labeled.json`` beside ``images_labeled`` (or ``..._detected``): a list with one object whose
  ``train``, ``query`` and ``gallery`` list [picture, person, camera];
- ``cuhk03_new_protocol_config_labeled.mat`` beside ``images_labeled``: ``filelist`` and the places in it,
  counted from 1, of ``train_idx``, ``query_idx`` and ``gallery_idx``.

In the latter two a picture is called ``1_001_2_03.png``: pair of cameras 1, person 1 of it, camera 2,
picture 3. Persons are told by that name, for the JSON counts training persons anew. ROOT is the folder, or
the split file itself where the folder has several.
"""

import json
import re
from pathlib import Path
from typing import Any

from dropmodel.data.datasets.base import SPLITS, Dataset, Sample, folder_in, matched
from dropmodel.data.datasets.market import FOLDERS, read_market
from dropmodel.errors import DataError

EXAMPLE = "1_001_2_03.png"
_NAME = re.compile(r"(?P<pair>\d+)_(?P<person>\d+)_(?P<camera>\d+)_\d+\.")
_PERSONS_A_PAIR = 10_000
_KINDS = ("labeled", "detected")


def read_cuhk03(name: str, root: Path) -> Dataset:
    """CUHK03 in any of its three layouts."""
    source = _source(root)
    if source.is_dir():
        return read_market(name, source, "the CUHK03 new protocol")
    kind = "labeled" if "labeled" in source.stem else "detected"
    pictures = folder_in(source.parent, f"images_{kind}", layout="the CUHK03 new protocol")
    names = _from_json(source) if source.suffix == ".json" else _from_mat(source)
    train, query, gallery = (tuple(_sample(pictures / file) for file in names[split]) for split in SPLITS)
    return Dataset(name, source.parent, train, query, gallery)


def _source(root: Path) -> Path:
    """The folder in Market's layout or the split file that ``root`` means."""
    if root.is_file() or (root / FOLDERS["train"]).is_dir():
        return root
    if not root.is_dir():
        raise DataError(f"{root}: there is no such folder")
    found = [root / kind for kind in _KINDS if (root / kind / FOLDERS["train"]).is_dir()]
    for pattern in ("splits_new_{}.json", "cuhk03_new_protocol_config_{}.mat"):
        found = found or [
            root / pattern.format(kind) for kind in _KINDS if (root / pattern.format(kind)).exists()
        ]
    if not found:
        raise DataError(
            f"{root / 'labeled' / FOLDERS['train']} is missing, and so are the other layouts' "
            "splits_new_labeled.json and cuhk03_new_protocol_config_labeled.mat (or ..._detected)"
        )
    if len(found) > 1:
        raise DataError(f"{root} holds two kinds of boxes; name {' or '.join(map(str, found))}")
    return found[0]


def _sample(path: Path) -> Sample:
    match = matched(_NAME, path, EXAMPLE)
    return Sample(path, int(match["pair"]) * _PERSONS_A_PAIR + int(match["person"]), int(match["camera"]))


def _from_json(file: Path) -> dict[str, list[str]]:
    try:
        split = json.loads(file.read_text("utf-8"))[0]
        # Paths were written on another machine, perhaps with its backslashes: the name is what counts.
        return {name: [re.split(r"[\\/]", row[0])[-1] for row in split[name]] for name in SPLITS}
    except (ValueError, LookupError, TypeError) as error:
        raise DataError(f"{file}: not a list of splits of CUHK03 ({error!r})") from error


def _from_mat(file: Path) -> dict[str, list[str]]:
    try:
        from scipy.io import loadmat
        from scipy.io.matlab import MatReadError
    except ImportError as error:
        raise DataError(f"{file}: reading it needs scipy: install dropgui[synthetic]") from error
    try:
        content: dict[str, Any] = loadmat(file)
        names = [str(cell[0]) for cell in content["filelist"].ravel()]
        return {name: [names[place - 1] for place in content[f"{name}_idx"].ravel()] for name in SPLITS}
    except (MatReadError, NotImplementedError, ValueError, LookupError, TypeError) as error:
        raise DataError(f"{file}: not a split of CUHK03's new protocol ({error!r})") from error
