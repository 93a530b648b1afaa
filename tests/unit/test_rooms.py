"""The architecture, as a test: an import that points up the house fails (docs/design.md, Rooms)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QT = ("PySide6", "pyqtgraph", "shiboken6")

# From the ground up; a room may import itself and what stands below it.
FLOORS = [
    {"dropmodel"},
    {"dropgui.errors"},
    {"dropgui.library", "dropgui.formats"},
    {"dropgui.search"},
    {"dropgui.indexing", "dropgui.reports"},
    {"dropgui.weights"},
    {"dropgui.session"},
    {"dropgui.correction", "dropgui.versions"},
    {"dropgui.finetuning"},
    {"dropgui.evaluation"},
    {"dropgui.api"},
    {
        "dropgui.command_line",
        "dropgui.search_command",
        "dropgui.models_command",
        "dropgui.evaluate_command",
        "dropgui.finetune_command",
        "dropgui.masks_command",
        "dropgui.train_worker",
    },
]
FLOOR_OF = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def room_of(module: str) -> str:
    return next((room for room in FLOOR_OF if module == room or module.startswith(room + ".")), module)


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_there_is_code_to_check() -> None:
    assert len(modules("dropmodel", "dropgui")) > 20


@pytest.mark.parametrize("path", modules("dropmodel", "dropgui"), ids=module_name)
def test_imports_point_down(path: Path) -> None:
    room = room_of(module_name(path))
    if room not in FLOOR_OF:
        return
    for name in imported(path):
        assert not name.startswith(QT), f"{path.name} is below the Qt line and imports {name}"
        if name.startswith(("dropgui", "dropmodel")) and name not in {"dropgui", "dropmodel"}:
            target = room_of(name)
            assert target in FLOOR_OF, f"{path.name} imports {name}, which stands above it"
            assert FLOOR_OF[target] <= FLOOR_OF[room], f"{path.name} imports {name}, which stands above it"


# Inside the renderer, from the ground up.
SYNTHETIC = [
    {"seeds", "drawing"},
    {"people"},
    {"wardrobe"},
    {"scenery", "props", "places", "sensor"},
    {"styles", "shot", "staging"},
    {"studio"},
    {"output"},
]


@pytest.mark.parametrize("path", modules("dropmodel/synthetic"), ids=module_name)
def test_the_renderers_rooms_point_down_too(path: Path) -> None:
    floor = {room: level for level, rooms in enumerate(SYNTHETIC) for room in rooms}
    own = module_name(path).split(".")[2:3]
    for name in imported(path):
        parts = name.split(".")
        assert parts[0] not in {"torch", "torchvision", "timm"} or path.name == "export_body.py"
        if parts[:2] == ["dropmodel", "synthetic"] and len(parts) > 2 and own:
            assert floor[parts[2]] <= floor[own[0]], f"{path} imports {name}, which stands above it"
