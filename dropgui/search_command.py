"""``dropgui search``: ranks a library for pictures of somebody, as text, JSON, CSV, figure or page."""

import argparse
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from dropgui.api import Apart, CropFilter, Library, Query, Results
from dropgui.command_line import count_argument, on_one_line, path_argument, tell_of_starter
from dropgui.errors import UserError
from dropgui.reports import FIGURE_SUFFIXES, write_table
from dropgui.search.certainty import percent, prior_words
from dropgui.search.reasons import approximate_words

_DATE = 10  # characters of 2026-11-21


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``dropgui search`` takes beside library, model and device."""
    parser.add_argument(
        "images",
        metavar="IMAGE",
        nargs="*",
        type=path_argument,
        help="pictures of one person; several are several views",
    )
    parser.add_argument("--person", metavar="NAME", help="search for a person of the library")
    parser.add_argument(
        "--parts",
        "--weights",
        metavar="PARTS",
        help="what counts, as head,torso or head=2,torso=1 (default: the whole person and what is visible)",
    )
    parser.add_argument(
        "--negative",
        metavar="IMAGE",
        action="append",
        type=path_argument,
        default=[],
        help="somebody who is not meant; may be given several times",
    )
    parser.add_argument(
        "--push",
        metavar="NUMBER",
        type=_number,
        default=0.5,
        help="how far negatives push away whoever is like them, 0: not at all (default: 0.5)",
    )
    parser.add_argument(
        "--camera",
        metavar="NAME",
        action="append",
        default=[],
        help="only crops of this camera; may be given several times",
    )
    parser.add_argument(
        "--from",
        dest="since",
        metavar="TIME",
        type=_time,
        help="only crops from then on (2026-11-21, 2026-11-21T08:30)",
    )
    parser.add_argument(
        "--to",
        dest="until",
        metavar="TIME",
        type=_until,
        help="only crops before then; a date counts as a whole",
    )
    parser.add_argument(
        "--apart", metavar="MINUTES", type=_number, help="leave out crops of the same camera so near in time"
    )
    parser.add_argument(
        "--same-picture", action="store_true", help="do not leave out other people in the query's pictures"
    )
    parser.add_argument(
        "--undecided",
        action="store_true",
        help="leave out crops that were confirmed or rejected as the query's person",
    )
    parser.add_argument("--top", type=count_argument, default=20, help="how many matches (default: 20)")
    parser.add_argument(
        "--least-score", metavar="SCORE", type=float, help="only matches of at least this score"
    )
    parser.add_argument(
        "--least-probability",
        metavar="SHARE",
        type=_share,
        help="only matches that are the same person with at least this probability, such as 0.5",
    )
    parser.add_argument(
        "--rerank", action="store_true", help="order the best anew by the neighbours they have in common"
    )
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="print JSON")
    output.add_argument("--csv", action="store_true", help="print CSV")
    parser.add_argument("--html", metavar="FILE", type=path_argument, help="write a report, pictures inside")
    parser.add_argument(
        "--figure",
        metavar="FILE",
        type=path_argument,
        help=f"write a figure ({', '.join(FIGURE_SUFFIXES)})",
    )


def run(arguments: argparse.Namespace) -> int:
    """Searches and tells; returns the exit code."""
    if arguments.figure is not None and arguments.figure.suffix.lower() not in FIGURE_SUFFIXES:
        raise UserError(f"--figure takes a file that ends in {', '.join(FIGURE_SUFFIXES)}.")
    with Library.open(arguments.library, model=arguments.model, device=arguments.device) as library:
        if arguments.model is not None:
            _ = library.session.extractor  # refuses a model that is not the library's
        found = library.search(_query(library, arguments))
        if arguments.html is not None:
            found.to_html(arguments.html)
        if arguments.figure is not None:
            found.to_figure(arguments.figure)
        tell_of_starter(library.session)
    if arguments.json:
        print(json.dumps(_as_data(arguments, found), indent=2))
    elif arguments.csv:
        write_table(found.entries, list(found.asked.weights), sys.stdout)
    else:
        _print(found)
    return 0


def _query(library: Library, arguments: argparse.Namespace) -> Query:
    if not arguments.images and arguments.person is None:
        raise UserError("There is nobody to search for. Name a picture, or a person with --person.")
    cameras = {row.name: row.id for row in library.cameras()}
    persons = {row.name: row.id for row in library.persons()}
    wanted = [] if arguments.person is None else [_known("person", persons, arguments.person)]
    return Query(
        images=arguments.images,
        persons=wanted,
        parts=None if arguments.parts is None else _parts(arguments.parts),
        negatives=arguments.negative,
        push=arguments.push,
        crop_filter=CropFilter(
            cameras=frozenset(_known("camera", cameras, name) for name in arguments.camera),
            since=arguments.since,
            until=arguments.until,
        ),
        apart=Apart(not arguments.same_picture, arguments.apart, arguments.undecided),
        top=arguments.top,
        least_score=arguments.least_score,
        least_probability=arguments.least_probability,
        rerank=arguments.rerank,
    )


def _known(kind: str, ids: Mapping[str, int], name: str) -> int:
    if name not in ids:
        raise UserError(f"There is no {kind} {name!r}. There are: {', '.join(ids) or 'none'}.")
    return ids[name]


def _parts(text: str) -> dict[str, float]:
    """``head=2,torso`` as weights; which parts there are is for the library's model to say."""
    weights: dict[str, float] = {}
    for piece in text.split(","):
        name, _, number = (word.strip() for word in piece.partition("="))
        try:
            weights[name] = float(number or 1)
        except ValueError:
            weights[name] = 0.0
        if not 0 < weights[name] < float("inf"):
            raise UserError(f"The weight of {name} must be a number above 0, not {number!r}.")
    return weights


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 0")
    return number


def _share(text: str) -> float:
    number = _number(text)
    if number > 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number between 0 and 1")
    return number


def _time(text: str) -> datetime:
    """A time of the cameras' own clocks, without a zone."""
    with suppress(ValueError):
        time = datetime.fromisoformat(text)
        if time.tzinfo is None:
            return time
    raise argparse.ArgumentTypeError(f"{text!r} is not a time like 2026-11-21 or 2026-11-21T08:30")


def _until(text: str) -> datetime:
    time = _time(text)
    return time + timedelta(days=1) if len(text) <= _DATE else time


def _as_data(arguments: argparse.Namespace, found: Results) -> dict[str, Any]:
    matches = []
    for entry in found:
        row, match = entry.row, entry.match
        matches.append(
            {
                "path": str(row.path),
                "score": match.score,
                "pushed": match.pushed,
                "former_rank": match.former_rank,
                "probability": match.probability,
                "uncalibrated": match.uncalibrated,
                "parts": match.parts,
                "camera": row.camera,
                "captured_at": None if row.captured_at is None else row.captured_at.isoformat(),
                "person": row.person,
                "verdict": entry.verdict.value,
            }
        )
    prior = found.answer.prior
    query = {
        **found.query.to_dict(),
        "library": str(arguments.library),
        "parts": dict(found.asked.weights),
        "top": found.query.top,
        "compared": found.answer.compared,
        "uncomparable": found.answer.uncomparable,
        "approximate": found.answer.approximate,
        "recall": found.answer.recall,
        "prior": None if prior is None else asdict(prior),
    }
    return {"query": query, "matches": matches}


def _print(found: Results) -> None:
    answer = found.answer
    if not found.entries:
        print(_why_none(found))
        return
    names = list(found.asked.weights)
    calibrated = any(entry.match.probability is not None for entry in found)
    same, was = "  same" if calibrated else "", "   was" if found.query.rerank else ""
    print("  ".join([f" score{same}{was}", *(f"{name:>6}" for name in names), "picture"]))
    for entry in found:
        match = entry.match
        cells = [
            f"{'-' if value is None else f'{value:.3f}':>{max(6, len(name))}}"
            for name, value in match.parts.items()
        ]
        chance = "-" if match.probability is None else percent(match.probability)
        score = f"{match.score:6.3f}" + (f"  {chance:>4}" if calibrated else "")
        score += f"  {match.former_rank:>4}" if was else ""
        print("  ".join([score, *cells, on_one_line(entry.row.path)]))
    hidden = f"; {answer.uncomparable:,} show none of these parts" if answer.uncomparable else ""
    found_by = f"; {approximate_words(answer)}" if answer.approximate else ""
    print(f"{answer.compared:,} crops compared{hidden}{found_by}", file=sys.stderr)
    if calibrated and answer.prior is not None:
        print(prior_words(answer.prior), file=sys.stderr)
    elif answer.uncalibrated:
        print(answer.uncalibrated, file=sys.stderr)


def _why_none(found: Results) -> str:
    if found.answer.compared:
        return "No match is good enough."
    if found.answer.uncomparable:
        return "No crop shows any of these parts."
    asked = found.query.crop_filter
    if asked.since is not None or asked.until is not None:
        return "No other crop is known to be of that time; --from and --to leave out those without one."
    return "There is no other crop to compare with."
