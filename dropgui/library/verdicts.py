"""The rules of decisions, for those who write them inside a transaction.

A crop has at most one confirmed decision, and then it is that person's. Rejected it may be as any number.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from dropgui.library.chunks import chunks
from dropgui.library.schema import Crop, Decision
from dropgui.library.undo import Recorder

CONFIRMED = "confirmed"
REJECTED = "rejected"


def write_confirmed(recorder: Recorder, crop_ids: Iterable[int], person_id: int) -> None:
    """These crops are that person, and no longer the one they were confirmed as."""
    connection = recorder.connection
    confirmed_elsewhere = and_(Decision.person_id != person_id, Decision.verdict == CONFIRMED)
    for piece in chunks(recorder.note_crops(crop_ids)):
        replaced = or_(confirmed_elsewhere, _said(person_id, REJECTED))
        _write(connection, piece, person_id, CONFIRMED, replaced)
        connection.execute(update(Crop).where(Crop.id.in_(piece)).values(person_id=person_id))


def write_rejected(recorder: Recorder, crop_ids: Iterable[int], person_id: int) -> None:
    """These crops are not that person."""
    connection = recorder.connection
    for piece in chunks(recorder.note_crops(crop_ids)):
        _write(connection, piece, person_id, REJECTED, _said(person_id, CONFIRMED))
        _take_from(connection, piece, person_id)


def write_retracted(recorder: Recorder, crop_ids: Iterable[int], person_id: int) -> None:
    """Nobody says any more whether these crops are that person."""
    connection = recorder.connection
    for piece in chunks(recorder.note_crops(crop_ids)):
        of_piece = Decision.crop_id.in_(piece)
        confirmed = select(Decision.crop_id).where(of_piece, _said(person_id, CONFIRMED))
        _take_from(connection, list(connection.execute(confirmed).scalars()), person_id)
        connection.execute(delete(Decision).where(of_piece, Decision.person_id == person_id))


def _said(person_id: int, verdict: str) -> ColumnElement[bool]:
    return and_(Decision.person_id == person_id, Decision.verdict == verdict)


def _write(
    connection: Connection, crop_ids: list[int], person_id: int, verdict: str, replaced: ColumnElement[bool]
) -> None:
    """Says ``verdict`` of the crops that nobody said it of yet, in place of the decisions ``replaced``."""
    of_crops = Decision.crop_id.in_(crop_ids)
    connection.execute(delete(Decision).where(of_crops, replaced))
    said = set(
        connection.execute(select(Decision.crop_id).where(of_crops, _said(person_id, verdict))).scalars()
    )
    rows = [
        {"crop_id": crop_id, "person_id": person_id, "verdict": verdict}
        for crop_id in crop_ids
        if crop_id not in said
    ]
    if rows:
        connection.execute(insert(Decision), rows)


def _take_from(connection: Connection, crop_ids: list[int], person_id: int) -> None:
    """These crops are nobody's where they were that person's."""
    of_person = and_(Crop.id.in_(crop_ids), Crop.person_id == person_id)
    connection.execute(update(Crop).where(of_person).values(person_id=None))
