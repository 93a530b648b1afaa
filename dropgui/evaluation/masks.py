"""How well a model version draws parts: its own stored masks against those that people corrected."""

from collections.abc import Collection

from dropgui.library import Library
from dropgui.library.corrections import corrected_crops, latest_corrections
from dropgui.library.masks import model_masks
from dropgui.library.rows import ModelVersionRow
from dropmodel.evaluation.parsing import ParsingMeter, ParsingScore

_BATCH = 256  # masks in memory at a time


def parsing_of(
    library: Library, version: ModelVersionRow, only: Collection[int] | None = None
) -> ParsingScore | None:
    """The version's masks of the corrected crops (of ``only`` these); None where there is none to compare.

    The latest correction of a crop is taken as the truth.
    """
    wanted = corrected_crops(library)
    if only is not None:
        wanted = [crop for crop in wanted if crop in only]
    meter = ParsingMeter(version.schema)
    for start in range(0, len(wanted), _BATCH):
        with library.read() as connection:
            truth = latest_corrections(connection, wanted[start : start + _BATCH], version.schema.name)
            for crop, labels in model_masks(connection, version.id, truth):
                meter.add(labels, truth[crop].labels)
    found = meter.result()
    return found if found.images else None
