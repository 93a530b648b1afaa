"""The matches as a file: figure, table or page, written behind the window."""

from pathlib import Path

from dropgui.query.controller import Asked
from dropgui.session import Session

PAGE, TABLE = ".html", ".csv"


def save_matches(session: Session, asked: Asked, person_id: int | None, path: Path) -> int:
    """Writes what was found as the suffix of ``path`` says; how many matches that are.

    ``person_id`` is whom decisions are about. A :class:`~dropgui.errors.UserError` for another suffix, or
    where nothing can be written.
    """
    # Fonts and page templates are read where somebody exports, not when the window starts.
    from dropgui.reports import save_figure, save_page, save_table
    from dropgui.reports.gather import entries_of, report_of

    persons = () if person_id is None else (person_id,)
    suffix = path.suffix.lower()
    if suffix == TABLE:
        schema = asked.vectors.features.schema
        entries = entries_of(session.library, asked.question, asked.answer, schema, persons=persons)
        save_table(entries, list(asked.vectors.weights), path)
        return len(entries)
    model = session.index.model
    report = report_of(session.library, asked.question, asked.vectors, asked.answer, model, persons=persons)
    if suffix == PAGE:
        save_page(report, path)
    else:
        save_figure(report, path)
    return len(report.entries)
