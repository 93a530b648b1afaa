"""The stack of suggestions: whatever is done to it, no crop is lost or shown twice, and undo goes back."""

from hypothesis import given
from hypothesis import strategies as st

from dropgui.library.undo import State, Undo
from dropgui.persons.review import Review
from dropgui.search.clusters import Suggestion

TOKEN = Undo("crops confirmed", 1, State(), State())
STEP = st.tuples(
    st.sampled_from(["move", "back", "split", "merge", "name", "decide", "undo"]), st.integers(0, 2**10 - 1)
)


def stack(*sizes: int) -> Review:
    first, cards = 0, []
    for place, size in enumerate(sizes):
        ids = tuple(range(first, first + size))
        cards.append(Suggestion(ids, tuple(1 - i / 10 for i in range(size)), 0.5, 7 if place == 1 else None))
        first += size
    return Review(cards)


def shown(review: Review) -> list[int]:
    return sorted(crop_id for card in review.cards for crop_id in card.crop_ids)


@given(st.lists(STEP, max_size=20))
def test_no_crop_is_lost_and_every_step_can_be_taken_back(steps: list[tuple[str, int]]) -> None:
    review = stack(4, 2, 3)
    before = review.cards
    decided: list[set[int]] = []
    for kind, number in steps:
        card = review.current
        some = {crop_id for crop_id in range(9) if number >> crop_id & 1}
        match kind:
            case "move" | "back":
                review.move(1 if kind == "move" else -1)
            case "split":
                review.split(some)
            case "merge" if review.cards:
                review.merge(number % len(review.cards))
            case "name":
                review.name(number % 2 or None)
            case "decide" if card is not None:
                chosen = some & set(card.crop_ids) or set(card.crop_ids)
                review.decided(chosen, TOKEN)
                decided.append(chosen)
            case "undo" if review.can_undo:
                if review.last_written is not None:
                    decided.pop()
                review.undo()
        assert sorted([*shown(review), *(i for part in decided for i in part)]) == list(range(9))
        assert 0 <= review.position <= len(review.cards)
        assert all(card.crop_ids and len(card.fits) == len(card.crop_ids) for card in review.cards)
    while review.can_undo:
        review.undo()
    assert review.cards == before
    assert review.done == 0


def test_two_known_persons_are_not_merged() -> None:
    review = stack(3, 2, 2)
    review.name(8)
    assert not review.merge(1)
    assert review.merge(2)
    assert review.current is not None
    assert (review.current.person_id, len(review.current.crop_ids)) == (8, 5)
    assert list(review.current.fits) == sorted(review.current.fits, reverse=True)


def test_what_is_split_off_a_known_person_is_somebody_else() -> None:
    review = stack(2, 4)
    review.move(1)
    assert review.split({3})
    assert [(card.person_id, card.crop_ids) for card in review.cards[1:]] == [(7, (2, 4, 5)), (None, (3,))]
    assert not review.split({2, 4, 5}), "nothing would be left"


def test_forgotten_crops_come_back_by_no_undoing() -> None:
    review = stack(3, 2)
    review.split({0})
    review.forget({1})
    review.undo()
    assert shown(review) == [0, 2, 3, 4]
    review.settled({0})
    assert shown(review) == [3, 4], "one crop alone is no suggestion"
