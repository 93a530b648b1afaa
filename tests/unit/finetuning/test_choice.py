"""What a run learns from: nobody who is held out, everything as it is in the library."""

import json
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from dropgui.finetuning.choice import Choice, Picked, choose
from dropgui.finetuning.gather import gather
from dropgui.finetuning.recipe import SOURCES, Recipe, Source
from dropgui.finetuning.split import deal, parted
from dropgui.library import Library
from dropgui.library.corrections import add_correction
from dropgui.library.decisions import reject
from dropgui.library.models import active_model
from dropgui.library.schema import Crop, Image
from tests.unit.finetuning.made import CAMERAS, IDENTITIES, copied, correct, crops_of


def chosen(library: Library, *sources: Source, **fields: int) -> Choice:
    return choose(library, Recipe(sources=sources or SOURCES, **fields), deal(library))  # type: ignore[arg-type]


@pytest.mark.parametrize("sources", [("persons",), ("masks",), ("adapt",), SOURCES])
def test_nothing_that_is_held_out_is_learnt_from(library: Library, sources: tuple[Source, ...]) -> None:
    choice = chosen(library, *sources)
    with library.read() as connection:
        sides = parted(connection, deal(library))
    train, held_out = ({one.crop_id for one in side} for side in (choice.train, choice.held_out))
    assert not train & held_out
    assert not train & sides.aside
    assert {one.person_id for one in choice.held_out} - {None} == set(sides.held_out)
    taught = {one.person_id for one in choice.train} - {None}
    assert taught == (set(sides.taught) if "persons" in sources else set())
    learnt = {one.crop_id for one in choice.train if one.revision}
    assert learnt == (set(sides.teaching) if "masks" in sources else set())
    assert {one.crop_id for one in choice.held_out if one.revision} == set(sides.measuring)
    if "adapt" in sources:
        assert len(train | held_out) == IDENTITIES * CAMERAS
    assert choice.weak is ("masks" in sources)


def test_at_most_so_many_crops_of_nobody_and_the_same_for_a_seed(library: Library) -> None:
    few = chosen(library, "adapt", crops=10)
    assert len(few.train) == 10
    assert few == chosen(library, "adapt", crops=10)
    assert few != chosen(library, "adapt", crops=10, seed=1)
    assert few.held_out == chosen(library, "adapt", crops=10, seed=1).held_out


def test_rejections_of_the_taught_come_with_their_crops(library: Library) -> None:
    split = deal(library)
    taught = next(person for person, held_out in split.persons.items() if not held_out)
    held = next(person for person, held_out in split.persons.items() if held_out)
    stranger = crops_of(library, 22)
    for person in (taught, held):
        reject(library, stranger, person)
    choice = chosen(library, "persons")
    assert choice.rejected == tuple((crop, taught) for crop in stranger)
    assert {Picked(crop) for crop in stranger} <= set(choice.train)
    material = gather(library, choice, 1).material
    places = [[one.crop_id for one in choice.train].index(crop) for crop in stranger]
    assert material.rejected == {(place, taught) for place in places}


def test_a_choice_is_plain_data(library: Library) -> None:
    choice = chosen(library)
    assert Choice.from_dict(json.loads(json.dumps(choice.to_dict()))) == choice


def test_examples_are_as_in_the_library(library: Library) -> None:
    crop = crops_of(library, 0)[1]

    def place(connection: object) -> None:
        connection.execute(  # type: ignore[attr-defined]
            update(Crop).where(Crop.id == crop).values(left=2, top=4, right=30, bottom=60)
        )
        connection.execute(  # type: ignore[attr-defined]
            update(Image).where(Image.id == Crop.image_id, Crop.id == crop).values(captured_at=None)
        )

    library.write(place)
    parent = active_model(library)
    assert parent is not None
    choice = chosen(library)
    material = gather(library, choice, parent.id).material
    material.check(parent.schema)
    both = [
        *zip(choice.train, material.train, strict=True),
        *zip(choice.held_out, material.held_out, strict=True),
    ]
    assert {example.camera for _, example in both} == {1, 2, 3}
    for one, example in both:
        assert example.path.is_file()
        assert example.person == one.person_id
        assert (example.corrected is not None) is (one.revision > 0)
        assert example.box == ((2, 4, 30, 60) if one.crop_id == crop else None)
        assert np.isnan(example.seconds)
    weak = [example for example in material.train if example.weak is not None]
    assert len(weak) == sum(one.revision == 0 for one in choice.train)


def test_the_revision_that_was_chosen_is_taken(library: Library) -> None:
    choice = chosen(library, "masks")
    one = next(one for one in choice.train if one.revision)
    parent = active_model(library)
    assert parent is not None
    add_correction(
        library, one.crop_id, np.full((8, 4), 3, np.uint8), parent.schema, base_revision=one.revision
    )
    material = gather(library, choice, parent.id).material
    labels = material.train[choice.train.index(one)].corrected
    assert labels is not None
    assert labels.shape == (32, 16)


def test_what_is_gone_is_left_out_and_counted(labelled: Path, tmp_path: Path) -> None:
    path = copied(labelled, tmp_path)
    with Library.open(path) as library:
        choice = chosen(library, "persons")
        crops = [one.crop_id for one in choice.train][:3]
        library.write(
            lambda connection: connection.execute(
                update(Image)
                .where(Image.id.in_(crops))
                .values(relative_path=Image.relative_path.concat(".moved"))
            )
        )
        gathered = gather(library, choice, 1)
        assert gathered.left_out == 3
        assert len(gathered.material.train) == len(choice.train) - 3


def test_other_parts_are_not_taught(library: Library) -> None:
    from dropmodel.parts import stripes

    before = chosen(library, "masks")
    add_correction(library, crops_of(library, 23)[0], np.ones((8, 4), np.uint8), stripes(3), base_revision=0)
    assert chosen(library, "masks") == before
    correct(library, crops_of(library, 23)[1:2])
    assert chosen(library, "masks") != before
