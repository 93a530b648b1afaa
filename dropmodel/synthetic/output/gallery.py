"""The demo gallery, made anew: ``python -m dropmodel.synthetic.output.gallery OUT``.

24 persons at six cameras and three whole frames of a style that no model is trained on. They were chosen by
eye to look well on a screen and to make part search worth trying: among them are families dressed alike
but for one item, and here and there the same person with another coat, bag or hat.
"""

import json
import sys
from pathlib import Path

from dropmodel.synthetic.output.frames import described
from dropmodel.synthetic.output.pictures import save_picture
from dropmodel.synthetic.studio import Studio

STYLE, SEED = "held_out", 77
PERSONS = (8, 9, 10, 40, 41, 42, 24, 25, 56, 58, 13, 85, 19, 12, 28, 30, 45, 55, 77, 82, 95, 4, 7, 63)
"""Persons of the world :data:`SEED`; the gallery numbers them from 1 in this order."""
CAMERAS = (11, 15, 32, 8, 16, 48)
"""A market, an airport hall, two yards, a promenade and a museum, none of them seen in infrared."""
TWICE = 6
"""So many of the persons are seen twice by the first camera, which makes 150 crops."""
SCENES = (4, 7, 8)
"""Whole frames: a promenade in mist, a market in the sun, a museum."""


def write_gallery(out: Path) -> None:
    """Write ``gallery/*.jpg``, ``frames/*.jpg`` and ``people.jsonl`` (who is in the frames) into ``out``."""
    studio = Studio(STYLE, SEED)
    (out / "gallery").mkdir(parents=True, exist_ok=True)
    (out / "frames").mkdir(exist_ok=True)
    for number, person in enumerate(PERSONS, start=1):
        for place, camera in enumerate(CAMERAS, start=1):
            count = 2 if place == 1 and number <= TWICE else 1
            for shot in studio.shots(person, camera, count):
                name = f"{number:04d}_c{place}s1_{shot.info.frame:06d}_00.jpg"
                save_picture(shot.picture, out / "gallery" / name)
    lines = []
    for place, number in enumerate(SCENES, start=1):
        frame = studio.scene(number)
        name = f"frames/{place:06d}.jpg"
        save_picture(frame.picture, out / name)
        lines.append(json.dumps(described(name, frame)))
    (out / "people.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_gallery(Path(sys.argv[1]))
