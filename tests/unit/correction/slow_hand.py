"""A process that draws strokes into a journal until it is killed: ``library crop save_every``.

Prints the number of a stroke once it is on the disk, and ``saved`` once the mask is. Stroke n sets row
``n mod 32`` to label ``n mod 3 + 1``.
"""

import sys
from pathlib import Path

import numpy as np

from dropgui.correction.document import MaskDocument
from dropgui.correction.drafts import Journal
from dropgui.correction.region import Box, Region
from dropgui.library import Library
from dropgui.library.corrections import add_correction
from tests.unit.library.made import SCHEMA

SHAPE = (32, 16)


def labels_after(strokes: int) -> "np.ndarray[tuple[int, int], np.dtype[np.uint8]]":
    labels = np.zeros(SHAPE, np.uint8)
    for number in range(1, strokes + 1):
        labels[number % 32] = number % 3 + 1
    return labels


def main(path: str, crop: str, save_every: str) -> None:
    with Library.open(Path(path)) as library:
        labels = np.zeros(SHAPE, np.uint8)
        document = MaskDocument(labels, SCHEMA, np.zeros((*SHAPE, 3), np.uint8))
        journal = Journal(library, int(crop), labels, SCHEMA, 0)
        number, revision, amends = 0, 0, None
        while True:
            number += 1
            row = number % 32
            stroke = document.stroke(number % 3 + 1)
            for column in range(SHAPE[1]):
                stroke.paint(Region(Box(row, column, row + 1, column + 1), np.ones((1, 1), np.bool_)))
            delta = stroke.finish()
            assert delta is not None
            noted = journal.note(delta)
            journal.flush()
            print(number, flush=True)
            if int(save_every) and number % int(save_every) == 0:
                saved = add_correction(
                    library, int(crop), labels, SCHEMA, base_revision=revision, amends=amends
                )
                print("saved", number, flush=True)
                amends = saved.revision
                journal.saved(noted, labels, saved.revision)


if __name__ == "__main__":
    main(*sys.argv[1:])
