"""An evaluation as files: tables as CSV, charts as PNG, all of it as one page for a browser."""

import csv
import io
from pathlib import Path
from xml.etree.ElementTree import Element

from PIL import Image

from dropgui.errors import UserError
from dropgui.evaluation import tables, words
from dropgui.evaluation.result import Evaluation, WorstQuery
from dropgui.evaluation.tables import Table, cell_text
from dropgui.library import Library
from dropgui.library.queries import crop_rows
from dropgui.library.rows import CropRow
from dropgui.reports import measured
from dropgui.reports.files import writing
from dropgui.reports.markup import data_uri, element
from dropgui.reports.measured import crop_figure, save_measured

SHOWN = 8
"""So many of the worst queries a page shows, with as many first matches."""


def write_tables(found: Evaluation, folder: Path) -> list[Path]:
    """A CSV file for each table, shares in percent; the paths. A UserError where that cannot be."""
    _make(folder)
    paths = []
    for table in tables.all_tables(found):
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows([_cell(value) for value in row] for row in table.rows)
        paths.append(folder / f"{table.name}.csv")
        with writing(paths[-1]) as file:
            file.write(text.getvalue().encode("utf-8-sig"))
    return paths


def charts(found: Evaluation) -> dict[str, Image.Image]:
    """The curves as pictures, by name."""
    from dropmodel.evaluation.plots import cmc_chart, confusion_picture, reliability_chart, roc_chart

    told = {}
    name, report = found.version.name, found.report
    if report is not None:
        told["cmc"] = cmc_chart({name: report.ranking})
        if report.roc is not None:
            told["roc"] = roc_chart({name: report.roc})
        if diagrams := tables.diagrams(found):
            told["certainty"] = reliability_chart(diagrams)
    if found.parsing is not None:
        told["confusion"] = confusion_picture(found.parsing)
    return told


def write_charts(found: Evaluation, folder: Path) -> list[Path]:
    """A PNG file for each chart; the paths. A UserError where that cannot be."""
    _make(folder)
    paths = []
    for name, picture in charts(found).items():
        paths.append(folder / f"{name}.png")
        with writing(paths[-1]) as file:
            picture.save(file, "PNG")
    return paths


def save_page(found: Evaluation, library: Library, path: Path) -> None:
    """One HTML file with everything inside, a UserError where that cannot be."""
    title = f"Evaluation of {found.version.name} on {library.path.stem}"
    save_measured(title, _body(found, library), path)


def _body(found: Evaluation, library: Library) -> list[Element]:
    body = [element("p", " ".join(found.notes))]
    body.append(_table(tables.summary(found)))
    pictures = [
        element("img", src=data_uri(picture, drawn=True), alt=name) for name, picture in charts(found).items()
    ]
    body.append(element("div", *pictures, class_="charts"))
    if found.certainty is not None:
        body.append(element("h2", "How certain"))
        body.append(element("p", " ".join(words.about_certainty(found.certainty))))
    told = [tables.parts(found), tables.cameras(found)]
    if found.parsing is not None:
        told.append(tables.confusion(found.parsing))
    for table in told:
        if table.rows:
            body += [element("h2", table.title), element("div", _table(table), class_="wide")]
    if found.worst:
        body.append(element("h2", "Searches that went worst"))
        shown = found.worst[:SHOWN]
        ids = [
            crop for query in shown for crop in (query.crop_id, *(crop for crop, _ in query.found[:SHOWN]))
        ]
        rows = crop_rows(library, ids)
        body += [_query(query, rows) for query in shown]
    return body


def _table(table: Table) -> Element:
    return measured.table(table.columns, [[cell_text(value) for value in row] for row in table.rows])


def _query(query: WorstQuery, rows: dict[int, CropRow]) -> Element:
    told = f"{query.person} · AP {100 * query.average_precision:.0f} · first right answer {query.first_hit}"
    pictures = [crop_figure(rows.get(query.crop_id), "looked for", "query")]
    for rank, (crop, right) in enumerate(query.found[:SHOWN], 1):
        said = f"{rank} ✓ right" if right else f"{rank} ✕ wrong"
        pictures.append(crop_figure(rows.get(crop), said, "right" if right else "wrong"))
    return element("div", element("p", told, class_="soft"), element("div", *pictures, class_="row"))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"The folder {folder} could not be made: {error.strerror}.") from error


def _cell(value: tables.Cell) -> tables.Cell:
    return round(value, 4) if isinstance(value, float) else "" if value is None else value
