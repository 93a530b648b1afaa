"""Filters as people type them: ``camera:c3 person:none part:head>0.5 since:2026-11-21 words of the path``.

``key:value`` pairs in any order, each key's values separated by commas; a value with spaces or commas stands
in double quotes, in which two stand for one. Everything else is looked for in the path. A key that comes
twice adds up; the pairs of different keys must all be met.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from dropgui.errors import UserError
from dropgui.library.library import Library
from dropgui.library.models import active_model
from dropgui.library.names import name_order
from dropgui.library.persons import person_rows
from dropgui.library.queries import camera_rows, folder_rows
from dropgui.library.rows import REVIEW_STATES, CropFilter
from dropgui.library.schema import Tag

NOBODY = "none"
CLEARLY = 0.5
"""So much of a part has to be visible where no number is given."""

HELP = {
    "camera": "of these cameras: camera:c1,c2",
    "folder": "in these folders: folder:entrance",
    "person": "of these persons, or of nobody: person:none",
    "tag": "with one of these tags: tag:umbrella",
    "part": "that show so much of a part: part:head>0.5",
    "since": "taken at this time or later: since:2026-11-21T08:30",
    "until": "taken before this time; a day counts as a whole: until:2026-11-22",
    "state": "reviewed like this: state:accepted",
}
_TOKEN = re.compile(r'([a-z]+):((?:"(?:[^"]|"")*"?|[^\s"])*)|"((?:[^"]|"")*)"?|(\S+)')
_VALUE = re.compile(r'((?:"(?:[^"]|"")*"?|[^,"])*)(?:,|$)')
_PART = re.compile(r"^(.*?)\s*(?:>=?\s*(.*))?$")
_DATE = len("2026-11-21")


class FilterError(UserError):
    """What was typed is no filter; says why."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What filters can name, by their names: ids of folders, cameras, persons and tags; the model's parts."""

    folders: Mapping[str, frozenset[int]] = field(default_factory=dict)
    cameras: Mapping[str, frozenset[int]] = field(default_factory=dict)
    persons: Mapping[str, frozenset[int]] = field(default_factory=dict)
    tags: Mapping[str, frozenset[int]] = field(default_factory=dict)
    parts: tuple[str, ...] = ()

    def names(self, key: str) -> list[str]:
        """The values that a key can have, in the order people count in; none for times."""
        match key:
            case "part":
                return list(self.parts)
            case "state":
                return list(REVIEW_STATES)
            case "person":
                return [NOBODY, *sorted(self.persons, key=name_order)]
            case "camera" | "folder" | "tag":
                return sorted(self._ids(key), key=name_order)
        return []

    def ids_called(self, key: str, value: str) -> frozenset[int]:
        """The ids that a value means: ``#12`` is an id, ``3`` also "cam 3"; :class:`FilterError` for none."""
        if re.fullmatch(r"#[0-9]{1,18}", value):
            return frozenset({int(value[1:])})
        known = self._ids(key)
        wanted = value.casefold()
        same = [ids for name, ids in known.items() if name.casefold() == wanted]
        if not same and re.fullmatch("[0-9]{1,9}", value):
            same = [ids for name, ids in known.items() if _number(name) == int(value)]
        if not same:
            raise FilterError(f"There is no {key} “{value}”. {_some(self.names(key), key)}")
        return frozenset().union(*same)

    def name_of(self, key: str, row_id: int) -> str:
        """How an id is written."""
        return next((name for name, ids in self._ids(key).items() if row_id in ids), f"#{row_id}")

    def _ids(self, key: str) -> Mapping[str, frozenset[int]]:
        return {"folder": self.folders, "camera": self.cameras, "person": self.persons, "tag": self.tags}[key]


def read_vocabulary(library: Library) -> Vocabulary:
    """What filters can name in a library."""
    with library.read() as connection:
        tags = [(row.name, row.id) for row in connection.execute(select(Tag.id, Tag.name))]
    model = active_model(library)
    return Vocabulary(
        folders=_by_name((row.name, row.id) for row in folder_rows(library)),
        cameras=_by_name((row.name, row.id) for row in camera_rows(library)),
        persons=_by_name((row.name, row.id) for row in person_rows(library)),
        tags=_by_name(tags),
        parts=() if model is None else model.schema.names,
    )


def parse(text: str, vocabulary: Vocabulary) -> CropFilter:
    """The filter that ``text`` says; :class:`FilterError` where it says none."""
    found = CropFilter()
    words = []
    for match in _TOKEN.finditer(text):
        key, values, quoted, word = match.groups()
        if key is None:
            words.append(word if quoted is None else quoted.replace('""', '"'))
        elif key in HELP:
            for value in _values(values, key, vocabulary):
                found = _with(found, key, value, vocabulary)
        else:
            raise FilterError(f"Filters know no “{key}:”. They know {', '.join(f'{k}:' for k in HELP)}.")
    return replace(found, text=" ".join(words))


def write(crop_filter: CropFilter, vocabulary: Vocabulary) -> str:
    """A text that :func:`parse` reads as ``crop_filter``."""
    tokens = [
        f"{key}:{','.join(_quoted(vocabulary.name_of(key, row_id)) for row_id in sorted(ids))}"
        for key, ids in (
            ("folder", crop_filter.folders),
            ("camera", crop_filter.cameras),
            ("person", crop_filter.persons),
            ("tag", crop_filter.tags),
        )
        if ids
    ]
    if crop_filter.unassigned:
        tokens.append(f"person:{NOBODY}")
    if crop_filter.review_states:
        tokens.append(f"state:{','.join(sorted(crop_filter.review_states))}")
    tokens += [f"part:{name}>{str(least).removesuffix('.0')}" for name, least in sorted(crop_filter.visible)]
    tokens += [
        f"{key}:{time.isoformat()}"
        for key, time in (("since", crop_filter.since), ("until", crop_filter.until))
        if time is not None
    ]
    if crop_filter.text:
        plain = re.fullmatch(r'[^\s":]+( [^\s":]+)*', crop_filter.text)
        tokens.append(crop_filter.text if plain else _in_quotes(crop_filter.text))
    return " ".join(tokens)


def joined(ticked: CropFilter, typed: CropFilter) -> CropFilter:
    """Both filters in one; where both say something of the same thing, what was typed counts."""
    whose = typed if typed.persons or typed.unassigned else ticked
    return CropFilter(
        folders=typed.folders or ticked.folders,
        cameras=typed.cameras or ticked.cameras,
        persons=whose.persons,
        tags=typed.tags or ticked.tags,
        unassigned=whose.unassigned,
        review_states=typed.review_states or ticked.review_states,
        since=typed.since or ticked.since,
        until=typed.until or ticked.until,
        text=typed.text or ticked.text,
        visible=typed.visible or ticked.visible,
    )


def begins_key(text: str, cursor: int) -> bool:
    """Whether the word at the cursor may still become a key."""
    token = text[_start(text, cursor) : cursor]
    return bool(token) and bool(_keys(token))


def completions(text: str, cursor: int, vocabulary: Vocabulary) -> tuple[int, list[str]]:
    """Where the word at the cursor begins, and what it can become."""
    start = _start(text, cursor)
    token = text[start:cursor]
    key, colon, value = token.partition(":")
    if not colon:
        return start, _keys(token)
    before, comma, last = value.rpartition(",")
    typed = last.strip('"').casefold()
    names = [name for name in vocabulary.names(key) if typed in name.casefold()] if key in HELP else []
    ending = f">{CLEARLY:g}" if key == "part" else ""
    whole = [f"{key}:{before}{comma}{_quoted(name)}{ending}" for name in names]
    return start, [done for done in whole if done != token]


def _start(text: str, cursor: int) -> int:
    """Where the word that ends at the cursor begins; the cursor where none does."""
    return next((match.start() for match in _TOKEN.finditer(text[:cursor]) if match.end() == cursor), cursor)


def _keys(token: str) -> list[str]:
    return [f"{name}:" for name in HELP if name.startswith(token.casefold())]


def _with(found: CropFilter, key: str, value: str, vocabulary: Vocabulary) -> CropFilter:
    match key:
        case "person" if value.casefold() == NOBODY:
            return replace(found, unassigned=True)
        case "folder":
            return replace(found, folders=found.folders | vocabulary.ids_called(key, value))
        case "camera":
            return replace(found, cameras=found.cameras | vocabulary.ids_called(key, value))
        case "person":
            return replace(found, persons=found.persons | vocabulary.ids_called(key, value))
        case "tag":
            return replace(found, tags=found.tags | vocabulary.ids_called(key, value))
        case "part":
            return replace(found, visible=found.visible | {_part(value, vocabulary)})
        case "since":
            return replace(found, since=_time(value))
        case "until":
            time = _time(value)
            return replace(found, until=time + timedelta(days=1) if len(value) <= _DATE else time)
    if value.casefold() not in REVIEW_STATES:
        raise FilterError(f"There is no state “{value}”. {_some(REVIEW_STATES, key)}")
    return replace(found, review_states=found.review_states | {value.casefold()})


def _values(text: str, key: str, vocabulary: Vocabulary) -> list[str]:
    values = []
    for match in _VALUE.finditer(text):
        value = match[1].strip()
        if value.startswith('"'):
            value = value.removeprefix('"')
            value = value.removesuffix('"').replace('""', '"')
        if value:
            values.append(value)
    if not values:
        raise FilterError(f"{key}: {HELP[key]}. {_some(vocabulary.names(key), key)}".strip())
    return values


def _part(value: str, vocabulary: Vocabulary) -> tuple[str, float]:
    match = _PART.match(value)
    assert match is not None
    name = match[1].strip().casefold().replace(" ", "_").replace("-", "_")
    if name not in vocabulary.parts:
        raise FilterError(f"There is no part “{match[1]}”. {_some(vocabulary.parts, 'part')}")
    try:
        least = CLEARLY if match[2] is None else float(match[2])
    except ValueError:
        least = -1.0
    if not 0 <= least <= 1:
        raise FilterError(f"How much of a part is visible is a number from 0 to 1: part:{name}>0.5")
    return name, least


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is not None:
        raise FilterError(f"“{text}” is not a time like 2026-11-21 or 2026-11-21T08:30.")
    return time


def _by_name(rows: Iterable[tuple[str, int]]) -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for name, row_id in rows:
        found[name] = found.get(name, frozenset()) | {row_id}
    return found


def _number(name: str) -> int | None:
    match = re.search("([0-9]{1,9})$", name)
    return int(match[1]) if match else None


def _quoted(value: str) -> str:
    return value if re.fullmatch(r'[^\s",:>#][^\s",]*', value) or value.startswith("#") else _in_quotes(value)


def _in_quotes(value: str) -> str:
    doubled = value.replace('"', '""')
    return f'"{doubled}"'


def _some(names: Iterable[str], key: str) -> str:
    listed = [name for name in names if (key, name) != ("person", NOBODY)]
    if not listed:
        return "" if key in {"since", "until"} else "There are none yet."
    more = f" and {len(listed) - 8} more" if len(listed) > 8 else ""
    return f"There {'is' if len(listed) == 1 else 'are'} {', '.join(listed[:8])}{more}."
