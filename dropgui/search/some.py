"""What a search tells of a few crops, wherever they rank."""

from collections.abc import Iterable

import numpy as np

from dropgui.search.certainty import Certainty
from dropgui.search.index import PartIndex
from dropgui.search.matches import matches_of
from dropgui.search.query import Match, VectorQuery
from dropgui.search.scan import check_fits
from dropgui.search.target import Target


def match_some(index: PartIndex, query: VectorQuery, crop_ids: Iterable[int]) -> dict[int, Match]:
    """By crop id, the matches that these crops are in an answer that is long enough.

    Filter, exclusions and least score of the query do not count. Crops that are not indexed, and those that
    show none of the chosen parts, are left out. ``ValueError`` if the query's features are of another schema
    or length than the index.
    """
    check_fits(index, query)
    rows, target = index.rows, Target.of(query)
    wanted = np.fromiter(crop_ids, dtype=np.int64)
    places = np.flatnonzero(rows.living & np.isin(rows.crop_ids, wanted))
    places = places[~np.isnan(target.scores(rows, places))]
    certainty, uncalibrated = Certainty.of_query(index.certainty, len(query.features), query.weights.values())
    matches = matches_of(rows, target, places, certainty, uncalibrated)
    return {match.crop_id: match for match in matches}
