"""What pages of measurements have in common: one HTML file, nothing loaded from anywhere, no script."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, tostring

from dropgui.library.rows import CropRow
from dropgui.reports.files import writing
from dropgui.reports.gather import crop_picture
from dropgui.reports.markup import Child, data_uri, element

_STYLE = Path(__file__).with_name("measured.css")
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def save_measured(title: str, body: Iterable[Element], path: Path) -> None:
    """Writes a page with a heading and ``body``; a UserError where that cannot be."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", _STYLE.read_text(encoding="utf-8")),
    )
    page = element("html", head, element("body", element("h1", title), *body), lang="en")
    with writing(path) as file:
        file.write(b"<!DOCTYPE html>\n" + tostring(page, "utf-8", method="html"))


def table(columns: Sequence[str], rows: Iterable[Sequence[Child]]) -> Element:
    """A table whose first column names its rows."""
    head = element("tr", *(element("th", column, scope="col") for column in columns))
    lines = [
        element("tr", element("th", first, scope="row"), *(element("td", value) for value in rest))
        for first, *rest in rows
    ]
    return element("table", element("thead", head), element("tbody", *lines))


def crop_figure(row: CropRow | None, caption: str, kind: str) -> Element:
    """A crop with a caption; ``kind`` is ``query``, ``right`` or ``wrong``. None: it is gone."""
    picture = None if row is None else crop_picture(row)
    shown = (
        element("div", "The picture cannot be read.", class_="gone")
        if picture is None
        else element("img", src=data_uri(picture), alt=caption, loading="lazy")
    )
    return element("figure", shown, element("figcaption", caption), class_=kind)
