"""What notebooks and scripts use: no window, no Qt, arrays and tables out."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import dropgui
from dropgui import Library, Query, UserError
from dropgui.api import Results
from dropgui.reports import Verdict
from dropmodel.inference import save_model, untrained_model
from dropmodel.network.config import NetworkConfig
from tests.unit.indexing.fake import picture

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a library of six crops, ``made.droplib``."""
    folder = tmp_path_factory.mktemp("api")
    model = folder / "small.safetensors"
    save_model(untrained_model(NetworkConfig(dim=32, height=64, width=32), device="cpu"), model)
    for number in range(6):
        picture(folder / "seen" / f"0001_c{number % 2 + 1}s1_{number}.png", number, size=(32, 64))
    with Library.create(folder / "made.droplib", model=model, device="cpu") as library:
        assert library.index(folder / "seen").indexed == 6
    return folder


@pytest.fixture
def library(made: Path) -> Iterator[Library]:
    with Library.open(made / "made.droplib", device="cpu") as opened:
        yield opened


def test_neither_qt_nor_torch_is_imported_to_open_a_library(made: Path) -> None:
    code = (
        "import sys\n"
        "from dropgui import Library, Query\n"
        f"with Library.open({str(made / 'made.droplib')!r}) as library:\n"
        "    found = [crop.camera for crop in library.crops()]\n"
        "    assert not {'torch', 'pandas'} & set(sys.modules)\n"
        "    library.search(Query(crops=[1])).to_records()\n"
        "assert not [name for name in sys.modules if name.startswith(('PySide6', 'pyqtgraph', 'shiboken'))]\n"
        "print(len(found))"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout == "6\n"


def test_the_package_gives_what_it_lists() -> None:
    for name in dropgui.__all__:
        assert getattr(dropgui, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Qt'"):
        _ = dropgui.Qt  # type: ignore[attr-defined]


def test_a_search_as_a_table(library: Library, made: Path) -> None:
    pandas = pytest.importorskip("pandas")
    found = library.search(Query(images=[made / "seen" / "0001_c1s1_2.png"], parts={"torso": 1.0}))
    assert isinstance(found, Results)
    assert len(found) == 5
    table = found.to_pandas()
    assert isinstance(table, pandas.DataFrame)
    assert table.index.tolist() == [1, 2, 3, 4, 5]
    assert table.score.is_monotonic_decreasing
    assert set(table.camera) == {"c1", "c2"}
    np.testing.assert_allclose(table.part_torso, table.score, atol=1e-6)
    assert [record["crop_id"] for record in found.to_records()] == [entry.match.crop_id for entry in found]
    nothing = library.search(Query(crops=[1], least_score=2.0)).to_pandas()
    assert len(nothing) == 0
    assert "part_head" in nothing.columns


def test_without_pandas_it_says_what_to_install(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UserError, match=r"dropgui\[notebook\]"):
        library.search(Query(crops=[1])).to_pandas()


def test_pictures_in_memory_find_what_their_file_finds(library: Library, made: Path) -> None:
    path = picture(made / "outside.png", 3, size=(32, 64))
    with Image.open(path) as opened:
        in_memory = opened.convert("RGB")
    answers = [
        [(entry.match.crop_id, entry.match.score) for entry in library.search(Query(images=[image]))]
        for image in (path, str(path), in_memory, np.asarray(in_memory))
    ]
    assert all(answer == answers[0] for answer in answers)
    crop_id, score = answers[0][0]
    assert library.crops()[crop_id - 1].path.name == "0001_c2s1_3.png"
    assert score == pytest.approx(1, abs=5e-3)


def test_arrays_of_all_crops_or_of_some(library: Library) -> None:
    everything = library.embeddings()
    assert everything.crop_ids.tolist() == [1, 2, 3, 4, 5, 6]
    assert everything.vectors.shape == (6, len(everything.schema.vector_names), 32)
    assert everything.vectors.dtype == everything.visibility.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(everything.vectors, axis=2), 1, atol=2e-3)
    some = library.embeddings([5, 2])
    np.testing.assert_array_equal(some.vectors, everything.vectors[[4, 1]])
    with pytest.raises(UserError):
        library.embeddings([77])


def test_decisions_show_in_the_next_answer_and_can_be_undone(library: Library) -> None:
    person = library.confirm([1, 2]).person_id
    rejected = library.reject([3], person)
    found = library.search(Query(crops=[1]))
    verdicts = {entry.match.crop_id: entry.verdict for entry in found}
    assert (verdicts[2], verdicts[3], verdicts[4]) == (
        Verdict.CONFIRMED, Verdict.REJECTED, Verdict.UNDECIDED,
    )  # fmt: skip
    assert [(row.name, row.crops) for row in library.persons()] == [("Person 1", 2)]
    assert {entry.match.crop_id for entry in library.search(Query(persons=[person]))} == {3, 4, 5, 6}
    library.undo(rejected)
    again = {entry.match.crop_id: entry.verdict for entry in library.search(Query(crops=[1]))}
    assert again[3] == Verdict.UNDECIDED


def test_files_of_an_answer(library: Library, made: Path, tmp_path: Path) -> None:
    found = library.search(Query(crops=[1], images=[np.zeros((64, 32, 3), np.uint8)], negatives=[6], top=3))
    found.to_csv(tmp_path / "a.csv")
    found.to_html(tmp_path / "a.html", title="Somebody & others")
    found.to_figure(tmp_path / "a.png", columns=2)
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").count("\n") == 4
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert page.count("<img ") == 6
    assert "Somebody &amp; others" in page
    assert "average of the views" in page
    assert "like those who are not meant" in page
    with Image.open(tmp_path / "a.png") as figure:
        assert min(figure.size) > 300


def test_a_re_ranked_answer_tells_where_everybody_was(library: Library) -> None:
    plain = [entry.match.crop_id for entry in library.search(Query(crops=[1]))]
    found = library.search(Query(crops=[1], top=3, rerank=True))
    assert len(found) == 3
    for entry in found:
        assert entry.match.former_rank is not None
        assert plain[entry.match.former_rank - 1] == entry.match.crop_id


def test_a_probability_takes_a_calibrated_model(library: Library) -> None:
    with pytest.raises(UserError, match="not calibrated"):
        library.search(Query(crops=[1], least_probability=0.5))
