"""What can be done with versions, and why the rest cannot."""

from dropgui.library import Library
from dropgui.versions.tree import version_tree
from dropgui.versions_view.able import able
from tests.unit.versions.made import add_version

ALWAYS = {"import", "starter"}


def test_what_can_be_done(library: Library) -> None:
    old = add_version(library, "old")
    add_version(library, "new", parent=old)
    versions = version_tree(library)
    by_name = {version.row.name: version for version in versions}

    def names(chosen: str | None, busy: str | None = None, *, compared: bool = False) -> set[str]:
        version = None if chosen is None else by_name[chosen]
        found = able(versions, version, busy, compared=compared)
        assert all(each.tip for each in found.values()), "it is always said what, or why not"
        return {name for name, each in found.items() if each.able}

    assert names(None) == ALWAYS
    assert names("old") == {*ALWAYS, "compare", "export"}
    assert names("new") == {*ALWAYS, "use", "compare", "export", "drop"}
    assert names("new", compared=True) == {*ALWAYS, "use", "compare", "save", "export", "drop"}
    assert names("new", "Embedding with new") == {"stop"}, "one thing at a time"
    tip = able(versions, by_name["new"], "Embedding with new", compared=False)["use"].tip
    assert tip == "Embedding with new: wait until that is done, or stop it"
    assert (
        able(versions[:1], by_name["old"], None, compared=False)["compare"].tip == "There is no other version"
    )
