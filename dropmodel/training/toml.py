"""Typed configuration as TOML: nested dataclasses read, written and changed key by key.

Every fault is a ``ConfigError`` that names the key: an unknown one with the nearest known, a value of another
type with the one that is wanted.
"""

import difflib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from dropmodel.errors import ConfigError
from dropmodel.parts import PartSchema, get_schema

_Config = TypeVar("_Config")
Table = Mapping[str, Any]


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file; ``ConfigError`` names the file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: there is no such file") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: not a TOML file that can be read: {error}") from error


def build(kind: type[_Config], table: Table, where: str = "") -> _Config:
    """A dataclass ``kind`` from ``table``; keys that are not given keep their defaults."""
    hints = get_type_hints(kind)
    known = [item.name for item in fields(cast("Any", kind)) if item.init]
    values = {}
    for key, value in table.items():
        name = f"{where}{key}"
        if key not in known:
            raise ConfigError(f"unknown key {name}{_nearest(key, known, where)}")
        values[key] = _value(hints[key], value, name)
    try:
        return kind(**values)
    except ValueError as error:
        raise ConfigError(f"{where.rstrip('.')}: {error}" if where else str(error)) from error


def merged(base: Table, above: Table) -> dict[str, Any]:
    """``base`` with the values of ``above`` over it, table by table."""
    result = dict(base)
    for key, value in above.items():
        old = result.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        result[key] = merged(cast("Table", old), value) if both else value
    return result


def parse_assignments(assignments: Sequence[str]) -> dict[str, Any]:
    """``["losses.triplet=0.5", ...]`` as tables; a value that is no TOML is taken as text."""
    result: dict[str, Any] = {}
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not equals or not key.strip():
            raise ConfigError(f"{assignment!r} is not KEY=VALUE, such as losses.triplet=0.5")
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text.strip()
        table: dict[str, Any] = {}
        nested = table
        *path, last = key.strip().split(".")
        for name in path:
            nested[name] = {}
            nested = nested[name]
        nested[last] = value
        result = merged(result, table)
    return result


def to_table(config: Any) -> dict[str, Any]:
    """Plain data of a dataclass; :func:`build` is the inverse. Keys that are None are left out."""
    table: dict[str, Any] = {}
    for item in fields(config):
        value = getattr(config, item.name)
        if isinstance(value, PartSchema):
            table[item.name] = value.name
        elif is_dataclass(value):
            table[item.name] = to_table(value)
        elif value is not None:
            table[item.name] = list(value) if isinstance(value, tuple) else value
    return table


def to_toml(table: Table, path: str = "") -> str:
    """``table`` as TOML text."""
    plain = [f"{key} = {_text(value)}" for key, value in table.items() if not isinstance(value, Mapping)]
    blocks = ["\n".join(plain)] if plain else []
    for key, value in table.items():
        if isinstance(value, Mapping):
            blocks.append(f"[{path}{key}]\n{to_toml(value, f'{path}{key}.')}".rstrip("\n"))
    return "\n\n".join(blocks) + "\n"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    # JSON writes text, numbers and truth values as TOML does, for text without the delete character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _nearest(key: str, known: Sequence[str], where: str) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"; did you mean {where}{near[0]}?" if near else f"; known are {', '.join(known)}"


def _value(hint: Any, value: Any, name: str) -> Any:
    origin = get_origin(hint)
    if hint is PartSchema:
        return _schema(value, name)
    if is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, Mapping):
            raise ConfigError(f"{name} is a table of keys, got {value!r}")
        return build(hint, value, f"{name}.")
    if origin is Literal:
        if value not in get_args(hint):
            raise ConfigError(f"{name} must be one of {', '.join(map(str, get_args(hint)))}; got {value!r}")
        return value
    if origin in (Union, UnionType):
        return _value(next(kind for kind in get_args(hint) if kind is not type(None)), value, name)
    if origin is tuple:
        return _tuple(get_args(hint), value, name)
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        raise ConfigError(f"{name} must be {_words(hint)}, got {value!r}")
    return value


def _schema(value: Any, name: str) -> PartSchema:
    try:
        return get_schema(value) if isinstance(value, str) else PartSchema.from_dict(value)
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"{name}: {error}") from error


def _tuple(kinds: tuple[Any, ...], value: Any, name: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise ConfigError(f"{name} must be a list, got {value!r}")
    if kinds[-1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(kinds) != len(value):
        raise ConfigError(f"{name} must be a list of {len(kinds)}, got {value!r}")
    return tuple(
        _value(kind, item, f"{name}[{i}]") for i, (kind, item) in enumerate(zip(kinds, value, strict=True))
    )


def _words(hint: Any) -> str:
    known = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
    return known.get(hint, str(hint))
