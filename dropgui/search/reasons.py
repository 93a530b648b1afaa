"""Why a match stands where it stands, in sentences for people."""

from collections.abc import Iterable

from dropgui.search.certainty import percent
from dropgui.search.query import Answer, Match
from dropmodel.parts import PartSchema

_CLEAR = 0.05
"""A part that differs by less from the whole score pulls it neither up nor down worth telling."""

_FELT = 0.005
"""A push by negatives that is smaller does not change a score as it is shown."""


def reasons(match: Match, schema: PartSchema) -> tuple[str, ...]:
    """What was compared, what was hidden and where, which parts are the most and the least alike.

    The most alike lie above what the parts are together (the score without negatives) and the least alike
    below, by at least 0.05 of cosine similarity; whether that is much or little, the number tells.
    Certainty is the model's calibrated probability, and its lack is said.
    """
    compared = {name: value for name, value in match.parts.items() if value is not None}
    plain = match.score - match.pushed
    higher = {name: value for name, value in compared.items() if value - plain >= _CLEAR}
    lower = {name: value for name, value in compared.items() if plain - value >= _CLEAR}
    both = set(match.hidden_in_query) & set(match.hidden_in_crop)
    told = [
        _sentence("Compared", _titles(compared, schema))
        or "No chosen part is seen well enough to be told apart.",
        _sentence("Hidden in the query", _titles(_only(match.hidden_in_query, both), schema)),
        _sentence("Hidden in this crop", _titles(_only(match.hidden_in_crop, both), schema)),
        _sentence("Hidden in both", _titles((n for n in match.hidden_in_query if n in both), schema)),
        _sentence("Most alike", _valued(dict(sorted(higher.items(), key=lambda item: -item[1])), schema)),
        _sentence("Least alike", _valued(dict(sorted(lower.items(), key=lambda item: item[1])), schema)),
        _pushed(match.pushed),
        "" if match.former_rank is None else f"Place before re-ranking: {match.former_rank}.",
        _certainty(match),
    ]
    return tuple(sentence for sentence in told if sentence)


def approximate_words(answer: Answer) -> str:
    """How complete an answer among candidates is: ``approximate, recall 99.2 %``."""
    if answer.recall is None:
        return "approximate, recall not measured yet"
    return f"approximate, recall {100 * answer.recall:.1f} %"


def _only(names: Iterable[str], without: set[str]) -> list[str]:
    return [name for name in names if name not in without]


def _titles(names: Iterable[str], schema: PartSchema) -> list[str]:
    return [schema.vector(name).title for name in names]


def _valued(parts: dict[str, float], schema: PartSchema) -> list[str]:
    return [f"{schema.vector(name).title} ({value:.2f})" for name, value in parts.items()]


def _sentence(opening: str, words: list[str]) -> str:
    """``Opening: torso, left arm.``; nothing without words."""
    return f"{opening}: {', '.join(_uncapitalised(word) for word in words)}." if words else ""


def _uncapitalised(word: str) -> str:
    return word[:1].lower() + word[1:]


def _pushed(pushed: float) -> str:
    if abs(pushed) < _FELT:
        return ""
    if pushed < 0:
        return f"Looks like somebody who is not meant: {pushed:+.2f}."
    return f"Unlike those who are not meant: {pushed:+.2f}."


def _certainty(match: Match) -> str:
    if match.probability is None:
        return match.uncalibrated
    return f"Same person: {percent(match.probability)}."
