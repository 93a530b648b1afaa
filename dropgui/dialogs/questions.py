"""What the window asks its user: which file, which folder, and whether really."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from dropgui.library.library import FILE_SUFFIX

_PICTURES = "Pictures (*.jpg *.jpeg *.png *.webp *.bmp *.tif *.tiff)"
_REPORTS = {
    "Figure, PNG (*.png)": ".png",
    "Figure, PDF (*.pdf)": ".pdf",
    "Figure, SVG (*.svg)": ".svg",
    "Page for a browser, HTML (*.html)": ".html",
    "Table, CSV (*.csv)": ".csv",
}
_COMPARISONS = {
    "Page for a browser, HTML (*.html)": ".html",
    "Table, CSV (*.csv)": ".csv",
    "Picture, PNG (*.png)": ".png",
}
_MODELS = "Models (*.safetensors)"
_LIBRARIES = f"Libraries (*{FILE_SUFFIX})"


def which_folder(parent: QWidget) -> Path | None:
    """A folder to index, None if the user thought better of it."""
    chosen = QFileDialog.getExistingDirectory(parent, "Add a folder of person pictures")
    return Path(chosen) if chosen else None


def which_picture(parent: QWidget) -> Path | None:
    """A picture to search for."""
    chosen, _ = QFileDialog.getOpenFileName(parent, "Search for a picture", filter=_PICTURES)
    return Path(chosen) if chosen else None


def which_report(parent: QWidget) -> Path | None:
    """Where ranked matches are to be saved; the name's ending says as what, else the kind that was chosen."""
    return _which_new_file(parent, "Export matches", "matches.png", _REPORTS)


def which_comparison(parent: QWidget, name: str) -> Path | None:
    """Where a comparison of versions is to be saved; its ending as of :func:`which_report`."""
    return _which_new_file(parent, "Export the comparison", name, _COMPARISONS)


def _which_new_file(parent: QWidget, title: str, name: str, suffixes: Mapping[str, str]) -> Path | None:
    """``suffixes`` by kind; without one of them the name gets that of the kind that was chosen."""
    chosen, kind = QFileDialog.getSaveFileName(parent, title, name, ";;".join(suffixes))
    if not chosen:
        return None
    path = Path(chosen)
    suffix = suffixes.get(kind, next(iter(suffixes.values())))
    return path if path.suffix.lower() in suffixes.values() else path.with_name(path.name + suffix)


def which_page(parent: QWidget, name: str) -> Path | None:
    """Where a page for a browser is to be written; asks before a file is replaced."""
    dialog = QFileDialog(parent, "Export as a page", name, "Page for a browser, HTML (*.html)")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("html")
    dialog.selectFile(name)
    return Path(dialog.selectedFiles()[0]) if dialog.exec() else None


def which_output_folder(parent: QWidget, title: str) -> Path | None:
    """A folder to write files into."""
    chosen = QFileDialog.getExistingDirectory(parent, title)
    return Path(chosen) if chosen else None


def which_library(parent: QWidget) -> Path | None:
    """A library that exists."""
    chosen, _ = QFileDialog.getOpenFileName(parent, "Open a library", filter=_LIBRARIES)
    return Path(chosen) if chosen else None


def which_new_library(parent: QWidget) -> Path | None:
    """Where a new library is to be; its name ends in the right suffix."""
    chosen, _ = QFileDialog.getSaveFileName(parent, "Make a new library", filter=_LIBRARIES)
    if not chosen:
        return None
    return Path(chosen) if chosen.endswith(FILE_SUFFIX) else Path(chosen + FILE_SUFFIX)


def which_model(parent: QWidget) -> Path | None:
    """A model file that exists."""
    chosen, _ = QFileDialog.getOpenFileName(parent, "Import a model version", filter=_MODELS)
    return Path(chosen) if chosen else None


def which_new_model(parent: QWidget, name: str) -> Path | None:
    """Where a model called ``name`` is to be written; asks before a file is replaced."""
    plain = "".join(letter if letter.isalnum() or letter in "-_. " else "-" for letter in name)
    dialog = QFileDialog(parent, "Export a model version", f"{plain}.safetensors", _MODELS)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("safetensors")  # before it asks whether to replace
    dialog.selectFile(f"{plain}.safetensors")
    return Path(dialog.selectedFiles()[0]) if dialog.exec() else None


def forget_really(parent: QWidget, folder: Path) -> bool:
    """Whether everything known about a folder is to be erased."""
    box = QMessageBox(parent)
    box.setWindowTitle("Forget folder")
    box.setText(f"Forget everything known about “{folder.name}”?")
    box.setInformativeText(
        f"{folder}\n\nIts crops, masks, vectors and decisions are erased from the library. "
        "The pictures themselves stay where they are."
    )
    forget = box.addButton("Forget", QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    return box.clickedButton() is forget


def about(parent: QWidget, model: str) -> None:
    """Say what this program is, and what its model is (rich text; empty while none is loaded)."""
    QMessageBox.about(
        parent,
        "About dropgui",
        "<b>dropgui</b><p>Finds the same person again in folders of pictures, by body part, "
        "with the DROP model (arXiv 2401.18032).</p><p>Everything stays on this machine. "
        f"Apache License 2.0.</p>{model}",
    )
