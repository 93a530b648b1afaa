"""The ranking as a table: CSV for spreadsheets and scripts, records for everything else."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from dropgui.reports.content import Entry
from dropgui.reports.files import writing

COLUMNS = (
    "rank",
    "crop_id",
    "score",
    "pushed",
    "former_rank",
    "probability",
    "uncalibrated",
    "verdict",
    "path",
    "camera",
    "captured_at",
    "person",
)


def records(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """One flat record a match, best first, all with the same keys.

    ``rank`` from 1, ``crop_id``, ``score``, ``pushed`` (what negatives did to the score), ``former_rank``
    (before re-ranking, or None), ``probability`` (0..1 or None), ``uncalibrated`` (why there is none, in a
    sentence, else empty), ``verdict``, ``path``, ``camera``, ``captured_at`` (datetime or None), ``person``,
    and ``part_<name>``: the cosine similarity of each chosen vector, None where it was not compared.
    """
    return [
        {
            "rank": entry.rank,
            "crop_id": entry.match.crop_id,
            "score": entry.match.score,
            "pushed": entry.match.pushed,
            "former_rank": entry.match.former_rank,
            "probability": entry.match.probability,
            "uncalibrated": entry.match.uncalibrated,
            "verdict": entry.verdict.value,
            "path": str(entry.row.path),
            "camera": entry.row.camera,
            "captured_at": entry.row.captured_at,
            "person": entry.row.person,
            **{f"part_{name}": value for name, value in entry.match.parts.items()},
        }
        for entry in entries
    ]


def write_table(entries: Sequence[Entry], parts: Sequence[str], file: TextIO) -> None:
    """Writes :func:`records` as CSV with a header; None is an empty field.

    ``parts`` are the chosen vectors, so that an answer without matches has its columns too.
    """
    writer = csv.DictWriter(file, [*COLUMNS, *(f"part_{name}" for name in parts)], lineterminator="\n")
    writer.writeheader()
    for record in records(entries):
        writer.writerow({key: _cell(value) for key, value in record.items()})


def save_table(entries: Sequence[Entry], parts: Sequence[str], path: Path) -> None:
    """:func:`write_table` to a file, as UTF-8 with the mark by which spreadsheets know it."""
    text = io.StringIO()
    write_table(entries, parts, text)
    with writing(path) as file:
        file.write(text.getvalue().encode("utf-8-sig"))


def _cell(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.6f}"
    return value.isoformat(sep=" ") if hasattr(value, "isoformat") else value
