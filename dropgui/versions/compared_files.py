"""Two versions compared, as a file: a page for a browser, a table, or a picture."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from PIL import Image

from dropgui.errors import UserError
from dropgui.library import Library
from dropgui.library.queries import crop_rows
from dropgui.library.rows import CropRow
from dropgui.reports.files import writing
from dropgui.reports.fonts import legible
from dropgui.reports.markup import Child, data_uri, element
from dropgui.reports.measured import crop_figure, save_measured, table
from dropgui.versions.compare import ChangedQuery
from dropgui.versions.compared import MARKS, Compared, Verdict, verdict
from dropmodel.evaluation.chart import BLUE, GREEN, MUTED, ORANGE, Axis, Chart

SUFFIXES = (".html", ".csv", ".png")
SHOWN = 6
"""So many searches that got worse a page shows, and as many that got better, with as many first matches."""

_COLORS: dict[Verdict, str] = {"better": GREEN, "worse": ORANGE, "no difference": BLUE}
_APART = 0.14  # of before and after in the picture, where measures are 1 apart
_TOP = 112.0  # percent: above 100 there is room for words
_NAME = 24  # letters of a version's name in the picture
_CSV = ("measure", "version", "value", "low", "high", "result")


def save_compared(found: Compared, library: Library, path: Path) -> None:
    """Writes what the suffix of ``path`` says; a UserError for another suffix, or where that cannot be."""
    match path.suffix.lower():
        case ".html":
            save_measured(found.title, _body(found, library), path)
        case ".csv":
            with writing(path) as file:
                file.write(_table(found).encode("utf-8-sig"))
        case ".png":
            with writing(path) as file:
                picture(found).save(file, "PNG")
        case _:
            raise UserError(f"A comparison is {', '.join(SUFFIXES)}; {path.name!r} ends in none of these.")


def picture(found: Compared) -> Image.Image:
    """The measures of both versions with their intervals, and in words whether they differ beyond chance."""
    one, measures = found.comparison, found.measures
    before, after = (legible(version.name)[:_NAME] for version in (one.before, one.after))
    ticks = tuple((float(place), title) for place, (title, _) in enumerate(measures, 1))
    x = Axis("", 0.5, len(measures) + 0.5, ticks)
    chart = Chart(f"{before} (grey), then {after}", x, Axis.linear("percent", 0, _TOP, 20))
    for place, (_, measure) in enumerate(measures, 1):
        said = verdict(measure)
        for at, value, interval, color in (
            (place - _APART, measure.before, measure.before_interval, MUTED),
            (place + _APART, measure.after, measure.after_interval, _COLORS[said]),
        ):
            chart.line([at, at], [100 * bound for bound in interval], color)
            chart.points([at], [100 * value], color)
        chart.note(place, (100 + _TOP) / 2, said, _COLORS[said], "mm")
    return chart.picture()


def _table(found: Compared) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_CSV)
    names = found.comparison.before.name, found.comparison.after.name, "change"
    for title, one in found.measures:
        told = (
            (one.before, one.before_interval, ""),
            (one.after, one.after_interval, ""),
            (one.change, one.change_interval, verdict(one)),
        )
        for name, (value, interval, said) in zip(names, told, strict=True):
            writer.writerow([title, name, *(f"{100 * share:.4f}" for share in (value, *interval)), said])
    return text.getvalue()


def _body(found: Compared, library: Library) -> list[Element]:
    one = found.comparison
    rows: list[list[Child]] = [[title, _badge(said), *texts] for title, said, *texts in found.rows()]
    body = [
        element("p", element("b", found.headline)),
        element("p", found.words),
        element("div", table(found.columns, rows), class_="wide"),
    ]
    drawn = element("img", src=data_uri(picture(found), drawn=True), alt="Measures of both versions")
    body.append(element("div", drawn, class_="charts"))
    for title, queries in (("Searches that got worse", one.worse), ("Searches that got better", one.better)):
        if queries:
            body.append(element("h2", f"{title} ({len(queries):,})"))
            body += _queries(found, library, queries[:SHOWN])
    body.append(element("h2", "How far the vectors moved"))
    drift = found.drift()
    if drift is None:
        body.append(element("p", "Their vectors differ in length."))
    else:
        body.append(table(["Part", "Likeness, 1 is no change"], drift))
    return body


def _badge(said: Verdict) -> Element:
    return element("span", f"{MARKS[said]} {said}", class_=f"badge {said.split()[0]}")


def _queries(found: Compared, library: Library, queries: Sequence[ChangedQuery]) -> list[Element]:
    ids = {crop for query in queries for top in query.top for crop in (query.crop_id, *top[:SHOWN])}
    rows = crop_rows(library, ids)
    return [line for query in queries for line in _query(found, query, rows)]


def _query(found: Compared, query: ChangedQuery, rows: dict[int, CropRow]) -> list[Element]:
    right = found.right.get(query.person_id, frozenset())
    lines = []
    for version, top, hit in zip(
        (found.comparison.before, found.comparison.after), query.top, query.first_hit, strict=True
    ):
        figures = [crop_figure(rows.get(query.crop_id), "looked for", "query")]
        for rank, crop in enumerate(top[:SHOWN], 1):
            said, kind = ("✓ right", "right") if crop in right else ("✕ wrong", "wrong")
            figures.append(crop_figure(rows.get(crop), f"{rank} {said}", kind))
        lines.append(element("p", f"{version.name} · first right answer {hit}", class_="soft"))
        lines.append(element("div", *figures, class_="row"))
    return lines
