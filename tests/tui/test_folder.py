"""Files that a screen may name: any at the machine itself, those of one folder at a browser's seat."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.errors import Usage
from tui.folder import Folder


def test_who_sits_at_the_machine_names_any_file() -> None:
    assert Folder().path("/etc/hostname") == Path("/etc/hostname")
    assert Folder().path("~/x") == Path.home() / "x"


@pytest.mark.parametrize("text", ["/etc/passwd", "../keys/node.key", "a/../../keys/node.key", "", ".", "out"])
def test_a_seat_in_a_browser_gets_no_file_beside_its_folder(tmp_path: Path, text: str) -> None:
    root = tmp_path / "shared"
    root.mkdir()
    (tmp_path / "keys").mkdir()
    (root / "out").symlink_to(tmp_path / "keys")
    with pytest.raises(Usage) as fault:
        Folder.of_seat(tmp_path, "shared").path(text)
    assert fault.value.code == "seat_files"
    assert Folder.of_seat(tmp_path, "shared").path("工资条.jpg") == root.resolve() / "工资条.jpg"


def test_a_seat_gets_no_file_at_all_where_no_folder_was_opened_to_it(tmp_path: Path) -> None:
    with pytest.raises(Usage) as fault:
        Folder.of_seat(tmp_path, "").path("工资条.jpg")
    assert fault.value.code == "seat_files"


@pytest.mark.parametrize("named", [".", "..", "/"])
def test_the_folder_of_the_seats_is_never_the_nodes_own(tmp_path: Path, named: str) -> None:
    with pytest.raises(Usage) as fault:
        Folder.of_seat(tmp_path, named)
    assert fault.value.code == "bad_config"
