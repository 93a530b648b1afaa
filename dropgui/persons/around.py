"""What there is beside a suggestion: its person's other crops, its cameras, and who else it may be."""

from dataclasses import dataclass

from dropgui.library.persons import person_rows
from dropgui.library.queries import crop_rows
from dropgui.persons.companions import Companion
from dropgui.search.clusters import Suggestion, closest_groups, persons_by_crop
from dropgui.session import Session

_KNOWN_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Around:
    """A card's known person's crops, its crops' cameras, what it may be joined with.

    ``names`` are those of all known persons by id.
    """

    known: tuple[int, ...]
    cameras: tuple[str, ...]
    companions: tuple[Companion, ...]
    names: dict[int, str]


def look_around(session: Session, card: Suggestion, stack: tuple[Suggestion, ...]) -> Around:
    """What the card needs from the library; ``stack`` are all cards, of which the card is one."""
    library = session.library
    persons = persons_by_crop(library)
    cards = {at: each for at, each in enumerate(stack) if each is not card}
    group_of = {**persons}
    group_of |= {crop_id: -1 - at for at, each in cards.items() for crop_id in each.crop_ids}
    own = set(card.crop_ids)
    theirs = [crop_id for crop_id, person in persons.items() if person == card.person_id]
    closest = [
        (name, score)
        for name, score in closest_groups(session.index, card.crop_ids, group_of)
        if name != card.person_id
    ]
    first = {name: crop_id for crop_id, name in reversed(group_of.items()) if crop_id not in own}
    names = {row.id: row.name for row in person_rows(library)}
    companions = []
    for name, score in closest:
        if name >= 0:
            if card.person_id is None:
                words = f"{names.get(name, '')}\nlikeness {score:.2f}"
                companions.append(Companion(first[name], name, words))
            continue
        other = cards[-1 - name]
        if None in (card.person_id, other.person_id) or card.person_id == other.person_id:
            crops = f"{len(other.crop_ids)} crop{'s' * (len(other.crop_ids) != 1)}"
            words = f"Suggestion {-name}\n{crops} · likeness {score:.2f}"
            companions.append(Companion(other.crop_ids[0], None, words))
    rows = crop_rows(library, card.crop_ids)
    cameras = sorted({row.camera for row in rows.values() if row.camera is not None})
    return Around(tuple(theirs[:_KNOWN_SHOWN]), tuple(cameras), tuple(companions), names)
