"""``dropgui models``: the model versions of a library, without a window."""

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from dropgui.command_line import ctrl_c, on_one_line, path_argument, progress_line
from dropgui.errors import UserError
from dropgui.finetuning.measured_on import compare_fairly
from dropgui.library import Library
from dropgui.library.models import model_versions, note_version, rename_version, version_named
from dropgui.session import Session
from dropgui.versions.compared_files import save_compared
from dropgui.versions.drop import drop_vectors, drop_version
from dropgui.versions.exchange import export_version, import_version
from dropgui.versions.tree import Version, version_tree
from dropgui.versions.use import UseReport, roll_back, use_version
from dropmodel.endings import STOPPED

_LEFT_OUT = 2

_NOTE_WIDTH = 60


def parser() -> argparse.ArgumentParser:
    """What ``dropgui models`` takes."""
    top = argparse.ArgumentParser(
        prog="dropgui models",
        description="The model versions of a library: list them, use one, go back, bring one in or out.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.add_argument("--library", type=path_argument, required=True, help="library file (.droplib)")
        command.add_argument("--json", action="store_true", help="print JSON")
        command.set_defaults(run=run)
        return command

    add("list", _list, "list the versions, each below the one that it was taught from")
    use = add("use", _use, "embed what a version lacks, then let it answer; can be stopped and resumed")
    use.add_argument("version", metavar="VERSION", help="name or number")
    use.add_argument(
        "--leave-out",
        action="store_true",
        help="switch although pictures cannot be read; they are found when their folder is indexed again",
    )
    back = add("rollback", _rollback, "let the version answer again that did before, without embedding anew")
    for command in (use, back):
        command.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps (default: auto)")
    bring = add("import", _import, "add a model file as a version; it is not used until you say so")
    bring.add_argument("file", metavar="FILE", nargs="?", type=path_argument, help="a .safetensors model")
    bring.add_argument("--starter", action="store_true", help="the starter model of this program")
    bring.add_argument("--name", help="what to call it (default: as the file says)")
    export = add("export", _export, "write a version to a .safetensors file that any library can import")
    export.add_argument("version", metavar="VERSION", help="name or number")
    export.add_argument("file", metavar="FILE", type=path_argument)
    note = add("note", _note, "write a note on a version, or another name")
    note.add_argument("version", metavar="VERSION", help="name or number")
    note.add_argument("text", metavar="TEXT", nargs="?", help="the note; an empty one takes it away")
    note.add_argument("--name", help="what to call it from now on")
    compare = add(
        "compare", _compare, "measure two versions on the same persons and masks, which none was taught"
    )
    compare.add_argument("before", metavar="A", help="name or number")
    compare.add_argument("after", metavar="B", help="name or number")
    compare.add_argument(
        "--html", metavar="FILE", type=path_argument, help="write it as a page (or .csv, .png), too"
    )
    compare.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps (default: auto)")
    drop = add("drop", _drop, "remove a version with its vectors and its file")
    drop.add_argument("version", metavar="VERSION", help="name or number")
    drop.add_argument(
        "--vectors", action="store_true", help="only its vectors; it can be used again, embedding anew"
    )
    return top


def run(arguments: argparse.Namespace) -> int:
    """Does what was asked for; returns the exit code."""
    code: int = arguments.run(arguments)
    return code


def _list(arguments: argparse.Namespace) -> int:
    with Library.open(arguments.library) as library:
        versions = version_tree(library)
    if arguments.json:
        print(json.dumps([_as_data(version) for version in versions], indent=2))
        return 0
    if not versions:
        print("No model version yet. Index a folder first.")
    for version in versions:
        print(_line(version))
    return 0


def _use(arguments: argparse.Namespace) -> int:
    def work(session: Session, **options: Any) -> UseReport:
        version = version_named(session.library, arguments.version)
        return use_version(session, version.id, leave_out=arguments.leave_out, **options)

    return _switch(arguments, work)


def _rollback(arguments: argparse.Namespace) -> int:
    return _switch(arguments, roll_back)


def _switch(arguments: argparse.Namespace, work: Callable[..., UseReport]) -> int:
    with (
        Library.open(arguments.library) as library,
        Session(library, device=arguments.device) as session,
        ctrl_c() as cancel,
        progress_line() as show,
    ):
        report = work(session, on_progress=show, cancel=cancel)
    failed = [{"path": str(failure.path), "reason": failure.reason} for failure in report.left_out]
    if arguments.json:
        data = {
            "version": report.version.name,
            "active": report.version.active,
            "switched": report.switched,
            "embedded": report.embedded,
            "left_out": failed,
            "seconds": round(report.seconds, 3),
        }
        print(json.dumps(data, indent=2))
    else:
        print(f"{report.words} {report.embedded:,} pictures were embedded in {report.seconds:,.1f} seconds.")
        for failure in report.left_out:
            print(f"    {on_one_line(failure.path)}: {failure.reason}")
    if report.cancelled:
        print("Run the same command again to go on.", file=sys.stderr)
        return STOPPED
    return 0 if report.version.active else _LEFT_OUT


def _import(arguments: argparse.Namespace) -> int:
    from dropmodel.inference import starter_path

    if (arguments.file is None) is not arguments.starter:
        raise UserError("Name the model's file, or say --starter, one of the two.")
    file = starter_path() if arguments.starter else arguments.file
    if file is None:
        raise UserError("The starter model is not here. Install dropgui again.")
    with Library.open(arguments.library) as library, Session(library) as session:
        known = {version.id for version in model_versions(library)}
        version = import_version(session, file, name=arguments.name)
    new = version.id not in known
    if arguments.json:
        print(json.dumps({"version": version.name, "id": version.id, "new": new}, indent=2))
    elif new:
        print(f"Added {version.name!r}, number {version.id}. To use it: dropgui models use {version.id}.")
    else:
        print(f"This model is a version of the library already: {version.name!r}, number {version.id}.")
    return 0


def _export(arguments: argparse.Namespace) -> int:
    with Library.open(arguments.library) as library, Session(library, device="cpu") as session:
        version = version_named(library, arguments.version)
        export_version(session, version.id, arguments.file)
    if arguments.json:
        print(json.dumps({"version": version.name, "file": str(arguments.file)}, indent=2))
    else:
        print(f"Wrote {version.name!r} to {arguments.file}.")
    return 0


def _note(arguments: argparse.Namespace) -> int:
    if arguments.text is None and arguments.name is None:
        raise UserError("Give a note, or another name with --name.")
    with Library.open(arguments.library) as library:
        version = version_named(library, arguments.version)
        if arguments.name is not None:
            rename_version(library, version.id, arguments.name)
        if arguments.text is not None:
            note_version(library, version.id, arguments.text)
        version = version_named(library, str(version.id))
    if arguments.json:
        print(json.dumps({"version": version.name, "id": version.id, "notes": version.notes}, indent=2))
    else:
        print(f"{version.name}: {version.notes}" if version.notes else f"{version.name}: no note")
    return 0


def _compare(arguments: argparse.Namespace) -> int:
    with (
        Library.open(arguments.library) as library,
        Session(library, device=arguments.device) as session,
    ):
        before, after = (version_named(library, name).id for name in (arguments.before, arguments.after))
        if before == after:
            raise UserError("Name two different versions to compare.")
        with ctrl_c() as cancel, progress_line() as show:
            found = compare_fairly(session, before, after, on_progress=show, cancel=cancel)
        if found is None:
            return STOPPED
        if arguments.html is not None:
            save_compared(found, library, arguments.html)
    if arguments.json:
        data = found.comparison.to_dict() | {"fair": found.is_fair}
        print(json.dumps(data | {"results": {row[0]: row[1] for row in found.rows()}}, indent=2))
        return 0
    print(found.title)
    print(found.headline)
    print(found.words)
    for title, said, old, new, change in found.rows():
        print(f"{title:>8}  {old} → {new}  {change}  {said}")
    worse, better = len(found.comparison.worse), len(found.comparison.better)
    print(f"{better:,} searches got better, {worse:,} worse.")
    return 0


def _drop(arguments: argparse.Namespace) -> int:
    with Library.open(arguments.library) as library:
        version = version_named(library, arguments.version)
        dropped = (drop_vectors if arguments.vectors else drop_version)(library, version.id)
    if arguments.json:
        data = {"version": version.name, "crops": dropped.crops, "freed": dropped.freed}
        print(json.dumps(data, indent=2))
    else:
        what = f"the vectors of {version.name!r}" if arguments.vectors else f"{version.name!r}"
        print(f"Dropped {what} ({dropped.crops:,} crops).")
    return 0


def _line(version: Version) -> str:
    row = version.row
    told = [f"{version.crops:,} crops"]
    if row.active:
        told.append("in use")
    elif version.is_ready:
        told.append("ready")
    elif version.crops:
        told.append(f"{version.behind:,} behind")
    if version.is_previous and version.crops:
        told.append("rollback leads here")
    told += [f"{name} {value:.3g}" for name, value in row.metrics.items() if isinstance(value, int | float)]
    if row.notes:
        first = row.notes.splitlines()[0]
        told.append(first if len(first) <= _NOTE_WIDTH else f"{first[:_NOTE_WIDTH]}…")
    mark = "*" if row.active else " "
    return f"{mark} {row.id:>3}  {'  ' * version.depth}{row.name}: {', '.join(told)}"


def _as_data(version: Version) -> dict[str, Any]:
    row = version.row
    return {
        "id": row.id,
        "name": row.name,
        "parent": row.parent_id,
        "active": row.active,
        "trained": row.trained,
        "crops": version.crops,
        "behind": version.behind,
        "ready": version.is_ready,
        "previous": version.is_previous,
        "file_bytes": version.file_bytes,
        "created": row.created_at.isoformat(),
        "data": row.data,
        "metrics": dict(row.metrics),
        "notes": row.notes,
        "weights_hash": row.weights_hash,
    }
