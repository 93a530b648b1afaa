"""The stack of suggestions somebody goes through: what is on it, where they are, and the steps back.

Nothing here writes to the library or knows the window: a step that was applied there brings the token with
which it is taken back.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from dropgui.library.undo import Undo
from dropgui.search.clusters import Suggestion


@dataclass(frozen=True, slots=True)
class _Step:
    """The stack as it was before a step, and what was written to the library by it."""

    cards: tuple[Suggestion, ...]
    position: int
    done: int
    written: Undo | None


class Review:
    """A stack of suggestions, one of them in front, or none when all were looked at."""

    def __init__(self, cards: Iterable[Suggestion] = ()) -> None:
        self._cards = tuple(cards)
        self._position = 0
        self._done = 0
        self._steps: list[_Step] = []
        self._gone: set[int] = set()

    @property
    def cards(self) -> tuple[Suggestion, ...]:
        """All suggestions that are left, in order."""
        return self._cards

    @property
    def position(self) -> int:
        """Place of the suggestion in front; the number of cards when all were looked at."""
        return self._position

    @property
    def done(self) -> int:
        """How many were accepted or refused."""
        return self._done

    @property
    def current(self) -> Suggestion | None:
        """The suggestion in front."""
        return self._cards[self._position] if self._position < len(self._cards) else None

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._steps)

    @property
    def last_written(self) -> Undo | None:
        """What the last step wrote to the library, to be taken back there before :meth:`undo`."""
        return self._steps[-1].written if self._steps else None

    def move(self, step: int) -> None:
        """Skip the card in front (1), or go back to the one before (-1)."""
        self._position = min(max(self._position + step, 0), len(self._cards))

    def split(self, crop_ids: Collection[int]) -> bool:
        """These crops of the card in front become a card of their own, right behind it.

        False, and nothing is done, where that would leave a card without crops.
        """
        card = self.current
        if card is None:
            return False
        chosen = set(crop_ids) & set(card.crop_ids)
        if not chosen or len(chosen) == len(card.crop_ids):
            return False
        rest = _only(card, set(card.crop_ids) - chosen)
        # Who is split off a known person's card is somebody else.
        self._replace(rest, replace(_only(card, chosen), person_id=None))
        return True

    def merge(self, place: int) -> bool:
        """The card at ``place`` joins the one in front; False where they are two known persons."""
        card, other = self.current, self._cards[place]
        if card is None or place == self._position:
            return False
        persons = {card.person_id, other.person_id} - {None}
        if len(persons) > 1:
            return False
        pairs = sorted(
            zip(card.crop_ids + other.crop_ids, card.fits + other.fits, strict=True),
            key=lambda pair: (-pair[1], pair[0]),
        )
        joined = Suggestion(
            crop_ids=tuple(crop_id for crop_id, _ in pairs),
            fits=tuple(fit for _, fit in pairs),
            cohesion=min(card.cohesion, other.cohesion),
            person_id=next(iter(persons), None),
        )
        self._remember(None)
        rest = [each for at, each in enumerate(self._cards) if at != place]
        at = self._position - (place < self._position)
        rest[at] = joined
        self._cards, self._position = tuple(rest), at
        return True

    def name(self, person_id: int | None) -> None:
        """The card in front is more of this known person, or a new one."""
        card = self.current
        if card is not None and card.person_id != person_id:
            self._replace(replace(card, person_id=person_id))

    def decided(self, crop_ids: Collection[int], written: Undo) -> None:
        """These crops of the card in front were confirmed or rejected in the library."""
        card = self.current
        if card is None:
            return
        rest = set(card.crop_ids).difference(crop_ids)
        self._remember(written)
        kept = [_only(card, rest)] if rest else []
        self._cards = (*self._cards[: self._position], *kept, *self._cards[self._position + 1 :])
        self._done += not rest

    def undo(self) -> None:
        """Back to the stack before the last step."""
        step = self._steps.pop()
        self._cards, self._position, self._done = step.cards, step.position, step.done
        self._drop()

    def forget(self, crop_ids: Iterable[int]) -> None:
        """These crops left the library: they come back by no undoing either."""
        gone = set(crop_ids)
        if gone:
            self._gone |= gone
            self._drop()

    def settled(self, crop_ids: Collection[int]) -> None:
        """These crops were given to a person elsewhere: no card needs them any more."""
        self._cut(set(crop_ids))

    def _drop(self) -> None:
        self._cut(self._gone)

    def _cut(self, gone: set[int]) -> None:
        if not gone.intersection(crop_id for card in self._cards for crop_id in card.crop_ids):
            return
        kept = [(at, set(card.crop_ids) - gone) for at, card in enumerate(self._cards)]
        stays = [(at, ids) for at, ids in kept if _worth_showing(self._cards[at], ids)]
        self._position = sum(at < self._position for at, _ in stays)
        self._cards = tuple(_only(self._cards[at], ids) for at, ids in stays)

    def _replace(self, *cards: Suggestion) -> None:
        self._remember(None)
        self._cards = (*self._cards[: self._position], *cards, *self._cards[self._position + 1 :])

    def _remember(self, written: Undo | None) -> None:
        self._steps.append(_Step(self._cards, self._position, self._done, written))


def _worth_showing(card: Suggestion, left: Collection[int]) -> bool:
    """Of a new person one crop that is left is no suggestion, unless somebody split it off alone."""
    return len(left) > (card.person_id is None) or len(left) == len(card.crop_ids)


def _only(card: Suggestion, crop_ids: Collection[int]) -> Suggestion:
    """The card with only these of its crops; the same card where that is all of them."""
    if len(crop_ids) == len(card.crop_ids):
        return card
    pairs = [pair for pair in zip(card.crop_ids, card.fits, strict=True) if pair[0] in crop_ids]
    return replace(card, crop_ids=tuple(i for i, _ in pairs), fits=tuple(fit for _, fit in pairs))
