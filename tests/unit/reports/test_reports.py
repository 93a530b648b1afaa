"""Figures, tables and pages, read back by other programs' readers."""

import base64
import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageColor

from dropgui.errors import UserError
from dropgui.reports import Entry, Verdict, View, save_figure, save_page, save_table
from dropgui.reports.figure import paint, to_svg
from dropgui.reports.fonts import font_for, legible
from dropgui.reports.layout import FRAME, TILE, lay_out, measured, shortened
from dropgui.reports.markup import element
from dropgui.reports.page import to_html
from dropgui.search.certainty import NO_MODEL
from dropmodel.evaluation.chart import GREEN
from dropmodel.evaluation.tiles import RED
from tests.unit.reports.made import made_match, made_report, made_row

SVG = "{http://www.w3.org/2000/svg}"


def colours(picture: Image.Image) -> set[tuple[int, ...]]:
    return {tuple(row) for row in np.unique(np.asarray(picture).reshape(-1, 3), axis=0).tolist()}


@pytest.mark.parametrize("columns", [1, 4, 10])
@pytest.mark.parametrize("count", [0, 1, 4, 23])
@pytest.mark.parametrize("views", [1, 5])
def test_nothing_overlaps_and_nothing_leaves_the_figure(count: int, columns: int, views: int) -> None:
    layout = lay_out(made_report(count, views=views), columns)
    width, height = TILE[0] + 2 * FRAME, TILE[1] + 2 * FRAME
    boxes = [(tile.x, tile.y, tile.x + width, tile.y + height) for tile in layout.tiles]
    assert len(boxes) - count == (min(views, max(3, -(-count // columns))) if views > 1 else 1)
    for place, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert top >= 0
        assert right <= layout.width
        assert bottom <= layout.height
        assert all(
            right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
            for other in boxes[place + 1 :]
        )
    for label in layout.labels:
        wide = measured(label.text, label.size)
        start = {"left": 0, "middle": wide / 2, "right": wide}[label.anchor]
        assert label.x - start >= 0
        assert label.x - start + wide <= layout.width + 1
        assert label.y <= layout.height


def test_frames_tell_what_was_decided(tmp_path: Path) -> None:
    for verdict, wanted in ((Verdict.CONFIRMED, GREEN), (Verdict.REJECTED, RED), (Verdict.UNDECIDED, None)):
        found = colours(paint(lay_out(made_report(3, verdicts=[verdict])), 2))
        assert (ImageColor.getrgb(GREEN) in found) == (wanted == GREEN)
        assert (ImageColor.getrgb(RED) in found) == (wanted == RED)


def test_a_figure_in_three_kinds(tmp_path: Path) -> None:
    report = made_report()
    for suffix in (".png", ".PDF", ".svg"):
        save_figure(report, tmp_path / f"figure{suffix}", dpi=144)
    with Image.open(tmp_path / "figure.png") as picture:
        layout = lay_out(report)
        assert picture.size == (round(layout.width * 2), round(layout.height * 2))
        assert picture.info["dpi"] == pytest.approx((144, 144), abs=0.1)
    document = (tmp_path / "figure.PDF").read_bytes()
    assert document.startswith(b"%PDF-")
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+)", document)
    assert box is not None
    assert [float(side) for side in box.groups()] == pytest.approx([layout.width, layout.height], abs=1)
    root = ET.parse(tmp_path / "figure.svg").getroot()
    assert len(root.findall(f".//{SVG}image")) == 6
    words = {node.text for node in root.iter(f"{SVG}text")}
    assert {"Somebody", "0.950", "80%", "c0", "confirmed", "rejected", "undecided"} <= words
    assert {path.name for path in tmp_path.iterdir()} == {"figure.png", "figure.PDF", "figure.svg"}


def test_an_svg_holds_the_pictures_themselves() -> None:
    root = to_svg(lay_out(made_report(1)))
    for image in root.iter("image"):
        kind, _, data = image.attrib["href"].partition(",")
        assert kind == "data:image/jpeg;base64"
        with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
            assert picture.size == (64, 128)
        assert float(image.attrib["width"]) * 2 == pytest.approx(float(image.attrib["height"]))


def test_a_missing_picture_is_an_empty_frame() -> None:
    report = made_report(1, views=1)
    entry = report.entries[0]
    blind = Entry(1, entry.match, entry.row, None, Verdict.UNDECIDED, ())
    report = made_report(0, entries=(blind,), views=1)
    assert len(list(to_svg(lay_out(report)).iter("image"))) == 1
    assert paint(lay_out(report), 1).width > 0
    assert "The picture cannot be read." in list(to_html(report).itertext())


def test_an_uncalibrated_model_shows_no_percentages() -> None:
    labels = [label.text for label in lay_out(made_report(4, probability=None)).labels]
    assert not any("%" in text for text in labels)
    assert sum(text.endswith(" · not calibrated") for text in labels) == 1, "said once"
    page = to_html(made_report(4, probability=None))
    said = " ".join(page.itertext())
    assert said.count("not calibrated") == 4
    assert [e.get("title") for e in page.iter("span") if e.text == "not calibrated"] == [NO_MODEL] * 4
    assert "% same person" not in said
    assert "80% same person" in " ".join(to_html(made_report(4)).itertext())


@given(text=st.text(max_size=40), room=st.floats(5, 60))
def test_text_is_shortened_to_its_room(text: str, room: float) -> None:
    short, plain = shortened(text, 7, room), " ".join(legible(text).split())
    assert short == plain or short == "…" or measured(short, 7) <= room
    assert shortened(text, 7, 1e6) == plain


def test_letters_beyond_ascii_are_drawn_where_the_machine_has_them() -> None:
    assert font_for("plain", 20).getname() == font_for("other plain", 20).getname()
    box = bytes(font_for("x", 20).getmask("\U0010ffff"))
    drawn = font_for("ß", 20)
    if drawn.getname() != font_for("x", 20).getname():
        assert bytes(drawn.getmask("ß")) != box


def test_a_table_reads_back(tmp_path: Path) -> None:
    entries = list(made_report(4).entries)
    entries[1] = Entry(
        2, made_match(1, 0.5), made_row(1, camera='a "b", c\nd', captured_at=None, person="Zoë"), None,
        Verdict.UNDECIDED, (),
    )  # fmt: skip
    save_table(entries, ["foreground", "head", "torso"], tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4"]
    assert rows[0]["captured_at"] == "2026-11-21 10:00:00"
    assert float(rows[0]["score"]) == pytest.approx(0.95)
    assert rows[0]["verdict"] == "confirmed"
    assert (rows[1]["camera"], rows[1]["captured_at"], rows[1]["person"]) == ('a "b", c\nd', "", "Zoë")
    assert (rows[1]["probability"], rows[1]["part_torso"]) == ("", "")
    save_table([], ["head"], tmp_path / "none.csv")
    assert (tmp_path / "none.csv").read_text(encoding="utf-8-sig").endswith("person,part_head\n")


class Outline(HTMLParser):
    """What a page holds, and whether its elements close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def outline(path: Path) -> Outline:
    found = Outline()
    found.feed(path.read_text(encoding="utf-8"))
    assert not found.open
    return found


def test_a_page_needs_nothing_else(tmp_path: Path) -> None:
    save_page(made_report(5, negatives=(View(None, "gone"),)), tmp_path / "page.html")
    found = outline(tmp_path / "page.html")
    pictures = [attributes for tag, attributes in found.tags if tag == "img"]
    assert len(pictures) == 6
    assert all((picture["src"] or "").startswith("data:image/jpeg;base64,") for picture in pictures)
    assert all(picture["alt"] for picture in pictures)
    assert not {"script", "link", "iframe"} & {tag for tag, _ in found.tags}
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "http:" not in text
    assert "https:" not in text
    assert "\n.card {" in text
    assert "A match is a likeness, not an identity" in text
    cards = [attributes["class"] for tag, attributes in found.tags if tag == "li" and "value" in attributes]
    verdicts = ["confirmed", "rejected", "undecided", "confirmed", "rejected"]
    assert cards == [f"card {verdict}" for verdict in verdicts]


@settings(max_examples=25)
@given(name=st.text(st.characters(exclude_categories=()), min_size=1, max_size=20))
def test_no_name_becomes_markup(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("named")
    nasty = f"<script>{name}</script>\"'&"
    report = made_report(1, title=nasty, views=1)
    save_page(report, folder / "page.html")
    assert "script" not in {tag for tag, _ in outline(folder / "page.html").tags}
    save_figure(report, folder / "figure.svg")
    ET.parse(folder / "figure.svg")


def test_an_element_keeps_text_in_its_place() -> None:
    made = element("p", "one ", element("b", "two"), " three", None, " four", class_="x", font_size=1.5)
    assert ET.tostring(made) == b'<p class="x" font-size="1.5">one <b>two</b> three four</p>'


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"\.png, \.pdf, \.svg"):
        save_figure(made_report(1), tmp_path / "figure.gif")
    with pytest.raises(UserError, match="could not be written"):
        save_page(made_report(1), tmp_path / "nowhere" / "page.html")
    assert not list(tmp_path.iterdir())
