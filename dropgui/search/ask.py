"""The answer to a question as people ask it: the scan's, re-ranked and cut as they wish."""

from dataclasses import replace

from dropgui.search.certainty import Certainty
from dropgui.search.index import PartIndex
from dropgui.search.query import Answer, VectorQuery
from dropgui.search.question import Query
from dropgui.search.rerank import search_reranked
from dropgui.search.resolve import QuestionError
from dropgui.search.scan import search


def ask(index: PartIndex, query: Query, asked: VectorQuery) -> Answer:
    """Ranks the crops of ``index`` for ``query``, which resolved to ``asked``.

    :class:`~dropgui.search.resolve.QuestionError` for a least probability where there are none: without a
    calibrated model, with several views or unequal weights.
    """
    answer = search_reranked(index, asked) if query.rerank else search(index, asked)
    least = query.least_probability
    if least is None:
        return answer
    if index.certainty is None:
        raise QuestionError(
            f"The model {index.model.name!r} is not calibrated, so no probability can be asked for. Ask for "
            "a least score instead, or calibrate the model (dropmodel evaluate --store)."
        )
    if uncalibrated := Certainty.of_query(index.certainty, len(asked.features), asked.weights.values())[1]:
        raise QuestionError(f"{uncalibrated} No probability can be asked for here: ask for a least score.")
    likely = (
        match for match in answer.matches if match.probability is not None and match.probability >= least
    )
    return replace(answer, matches=tuple(likely))
