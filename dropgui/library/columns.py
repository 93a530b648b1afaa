"""Whole columns of integers, read in one step.

A cursor gives its rows one by one, and lets go of the interpreter's lock and asks for it again with each:
100,000 ids take 110 ms, twice that beside another busy thread, which is held up as often. As one text they
take 16 ms, for nearly all of which the lock is free (docs/decisions/0072-columns.md).
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Select, func, select


def integer_columns(
    connection: Connection, query: Select[*tuple[Any, ...]], *, absent: int = -1
) -> list[npt.NDArray[np.int64]]:
    """The columns of a query of integers, each int64 [rows], in its order; ``absent`` stands for NULL.

    SQLite keeps the order of a subquery where an aggregate depends on it: it neither flattens such a subquery
    nor drops its ORDER BY.
    """
    rows = query.subquery()
    texts = connection.execute(
        select(*(func.group_concat(func.coalesce(column, absent)) for column in rows.c))
    ).one()
    # There is no text of no rows.
    return [np.fromstring(text, np.int64, sep=",") if text else np.empty(0, np.int64) for text in texts]
