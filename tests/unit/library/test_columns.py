"""Whole columns of integers."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, create_engine, delete, insert, select

from dropgui.library.columns import integer_columns

NUMBER = st.integers(-(2**63), 2**63 - 1)
PAIRS = Table("pairs", MetaData(), Column("one", BigInteger), Column("other", BigInteger, nullable=True))


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        PAIRS.create(connection)
        yield connection
    engine.dispose()


@given(pairs=st.lists(st.tuples(NUMBER, st.none() | NUMBER), max_size=30), descending=st.booleans())
def test_what_a_cursor_gives_row_by_row(
    connection: Connection, pairs: list[tuple[int, int | None]], descending: bool
) -> None:
    connection.execute(delete(PAIRS))
    if pairs:
        connection.execute(insert(PAIRS), [{"one": one, "other": other} for one, other in pairs])
    one, other = PAIRS.c.one, PAIRS.c.other
    query = select(one, other).order_by(one.desc() if descending else one, other)
    expected = [(a, 7 if b is None else b) for a, b in connection.execute(query)]
    found = integer_columns(connection, query, absent=7)
    assert [column.dtype for column in found] == [np.int64, np.int64]
    assert [column.tolist() for column in found] == [[row[i] for row in expected] for i in (0, 1)]
