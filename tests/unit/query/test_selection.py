"""Which vectors count: presets, and which preset a choice is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropgui.query.selection import PartSelection, Preset, preset_of, vectors_of
from dropmodel.parts import EIGHT, FIVE_V, PartSchema

SCHEMAS = (EIGHT, FIVE_V)


def of_a_crop(schema: PartSchema, *unseen: str) -> PartSelection:
    selection = PartSelection()
    seen = frozenset(schema.names) - set(unseen)
    selection.set_crop(schema, seen, dict.fromkeys(schema.vector_names, 1.0))
    return selection


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
@pytest.mark.parametrize("preset", Preset)
def test_a_preset_is_known_again(schema: PartSchema, preset: Preset) -> None:
    selection = of_a_crop(schema, schema.names[-1])
    selection.apply(preset)
    assert selection.preset is preset
    assert (selection.preset is Preset.VISIBLE) is selection.follows_crop


@given(st.sampled_from(SCHEMAS), st.data())
def test_only_the_choice_itself_counts(schema: PartSchema, data: st.DataObject) -> None:
    selection = of_a_crop(schema)
    wanted = data.draw(st.sets(st.sampled_from(schema.vector_names)))
    selection.apply(Preset.WHOLE)
    for name in schema.vector_names:
        selection.set_chosen(name, name in wanted)
    alike = [preset for preset in Preset if wanted and vectors_of(preset, schema) == wanted]
    assert selection.preset in alike if alike else selection.preset is None


def test_a_lower_weight_is_no_preset() -> None:
    selection = of_a_crop(EIGHT)
    selection.apply(Preset.UPPER)
    found = []
    for weight in (0.5, 1.0):
        selection.set_weight("head", weight)
        found.append(selection.preset)
    assert found == [None, Preset.UPPER]
    assert preset_of({}, EIGHT) is None
