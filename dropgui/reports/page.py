"""The ranking as one HTML file: pictures inside, nothing loaded from anywhere, no script."""

from pathlib import Path
from xml.etree.ElementTree import Element, tostring

from PIL import Image

from dropgui.reports.content import Entry, Report, Verdict, View
from dropgui.reports.files import writing
from dropgui.reports.markup import data_uri, element
from dropgui.search.certainty import percent
from dropmodel.parts import PartSchema

_CAUTION = (
    "A match is a likeness, not an identity: the score compares clothing and shape. Two people dressed alike "
    "look alike, and the same person in another coat does not. Do not act against anybody on a ranking alone."
)
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_VERDICTS = {
    Verdict.CONFIRMED: "✓ confirmed",
    Verdict.REJECTED: "✕ rejected",
    Verdict.UNDECIDED: "undecided",
}
_STYLE = Path(__file__).with_name("page.css")


def save_page(report: Report, path: Path) -> None:
    """Writes the report as one HTML file; a UserError where that cannot be."""
    with writing(path) as file:
        file.write(b"<!DOCTYPE html>\n" + tostring(to_html(report), "utf-8", method="html"))


def to_html(report: Report) -> Element:
    """The report as an ``<html>`` element."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", report.title),
        element("style", _STYLE.read_text(encoding="utf-8")),
    )
    return element("html", head, element("body", *_body(report)), lang="en")


def _body(report: Report) -> list[Element]:
    body = [
        element("h1", report.title),
        element(
            "p", f"{_counted(len(report.entries), 'match', 'matches')} · {_moment(report)}", class_="soft"
        ),
        element("h2", "Query"),
        element("div", *(_figure(view) for view in report.views), class_="row"),
    ]
    if report.negatives:
        body.append(element("h2", "Not meant"))
        body.append(element("div", *(_figure(view) for view in report.negatives), class_="row"))
    body.append(element("h2", "How the ranking was made"))
    body.append(element("ul", *(_chip(report, name) for name in report.weights), class_="chips"))
    body.append(element("ul", *(element("li", note) for note in report.notes), class_="notes"))
    body.append(element("h2", "Matches"))
    if report.entries:
        body.append(element("ol", *(_card(report, entry) for entry in report.entries), class_="cards"))
    else:
        body.append(element("p", "No crop of the library can be compared by these parts.", class_="soft"))
    body.append(element("footer", element("p", _CAUTION), element("p", f"Model: {report.model}.")))
    return body


def _moment(report: Report) -> str:
    return f"{report.made_at:%Y-%m-%d %H:%M}"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _figure(view: View) -> Element:
    return element("figure", _picture(view.picture, view.caption), element("figcaption", view.caption))


def _picture(picture: Image.Image | None, words: str) -> Element:
    if picture is None:
        return element("div", "The picture cannot be read.", class_="gone")
    return element("img", src=data_uri(picture), alt=words, loading="lazy")


def _chip(report: Report, name: str) -> Element:
    vector = report.schema.vector(name)
    weight = report.weights[name]
    words = vector.title if weight == 1 else f"{vector.title} × {weight:g}"
    return element("li", element("span", class_="dot", style=f"background: {vector.color}"), words)


def _card(report: Report, entry: Entry) -> Element:
    row, match = entry.row, entry.match
    when = None if row.captured_at is None else f"{row.captured_at:%Y-%m-%d %H:%M:%S}"
    where = " · ".join(word for word in (row.place, when, row.person) if word)
    return element(
        "li",
        _picture(entry.picture, f"Match {entry.rank}: {row.path.name}"),
        element(
            "div",
            element("span", _rank(entry), class_="rank"),
            element("span", f"{match.score:.3f}", class_="score"),
            class_="line",
        ),
        element(
            "div",
            element("span", _VERDICTS[entry.verdict], class_="verdict"),
            element("span", _certainty(entry), class_="small", title=entry.match.uncalibrated),
            class_="line",
        ),
        element("div", where, class_="small"),
        element("div", row.relative_path, class_="small", title=str(row.path)),
        element("table", *(_bar(report.schema, name, value) for name, value in match.parts.items())),
        element("details", element("summary", "Why"), *(element("p", reason) for reason in entry.reasons)),
        class_=f"card {entry.verdict.value}",
        value=str(entry.rank),
    )


def _rank(entry: Entry) -> str:
    former = entry.match.former_rank
    return f"{entry.rank}" if former in {None, entry.rank} else f"{entry.rank} (was {former})"


def _certainty(entry: Entry) -> str:
    if entry.match.probability is not None:
        return f"{percent(entry.match.probability)} same person"
    return "not calibrated" if entry.match.uncalibrated else "cannot be told"


def _bar(schema: PartSchema, name: str, value: float | None) -> Element:
    vector = schema.vector(name)
    words = "not compared" if value is None else f"{value:.2f}"
    share = 0.0 if value is None else min(max(value, 0.0), 1.0)
    bar = element("div", class_="bar", style=f"width: {share:.1%}; background: {vector.color}")
    track = element("div", bar, class_="track", role="img", aria_label=f"{vector.title}: {words}")
    return element(
        "tr",
        element("th", vector.letters, scope="row", title=vector.title),
        element("td", track),
        element("td", "–" if value is None else words, class_="value"),
    )
