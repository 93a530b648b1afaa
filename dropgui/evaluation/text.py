"""An evaluation as plain text: what a terminal and a notebook print."""

from typing import Any

from dropgui.evaluation import tables, words
from dropgui.evaluation.result import Evaluation


def lines(found: Evaluation) -> list[str]:
    """What was measured, on whom, and whether percentages come true."""
    told = [f"{found.version.name}", *found.notes]
    shown = [tables.summary(found)]
    if found.report is not None:
        shown += [tables.parts(found), tables.cameras(found)]
    for table in shown:
        if table.rows:
            told += ["", *_columns([table.columns, *table.rows])]
    if found.certainty is not None:
        told += ["", *words.about_certainty(found.certainty)]
    return told


def _columns(rows: list[tuple[Any, ...]]) -> list[str]:
    """Columns as wide as they need to be; words to the left, numbers to the right."""
    texts = [[tables.cell_text(cell) for cell in row] for row in rows]
    widths = [max(len(text) for text in column) for column in zip(*texts, strict=True)]
    left = [all(isinstance(cell, str) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            f"{text:<{width}}" if is_left else f"{text:>{width}}"
            for text, width, is_left in zip(line, widths, left, strict=True)
        ).rstrip()
        for line in texts
    ]
