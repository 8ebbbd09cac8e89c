"""On what a node may stand: read from the system's list of mounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from node import filesystem, founding, health
from node.clock import SystemClock
from node.config import Config
from node.entropy import SystemEntropy
from node.errors import DiskTrouble

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
tmpfs /tmp tmpfs rw 0 0
server:/x /srv/share nfs4 rw 0 0
/dev/sdb1 /media/usb\\040stick vfat rw 0 0
broken line
overlay /srv/over overlay rw 0 0
/dev/sdc1 /srv/over xfs rw 0 0
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    path = tmp_path / "mounts"
    path.write_text(MOUNTS)
    return path


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/srv/qiao", "ext4"),
        ("/srv/share", "nfs4"),
        ("/srv/share/a/b", "nfs4"),
        ("/srv/shared", "ext4"),
        ("/media/usb stick/qiao", "vfat"),
        ("/srv/over/x", "xfs"),
        ("/tmp/x", "tmpfs"),
    ],
)
def test_the_nearest_mount_above_a_place_counts(mounts: Path, place: str, kind: str) -> None:
    assert filesystem.kind(Path(place), mounts) == kind


def test_a_system_without_that_list_says_nothing(tmp_path: Path) -> None:
    assert filesystem.kind(tmp_path, tmp_path / "none") == "" and filesystem.trouble("") is None


@pytest.mark.parametrize(
    "kind", ["nfs", "nfs4", "cifs", "9p", "fuse.sshfs", "vfat", "exfat", "tmpfs", "fuseblk"]
)
def test_a_share_a_stick_and_a_ram_disk_are_trouble(kind: str) -> None:
    assert filesystem.trouble(kind) is not None


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "overlay", "zfs", "f2fs", "apfs", "ntfs3"])
def test_a_disk_of_the_machine_isnt(kind: str) -> None:
    assert filesystem.trouble(kind) is None


def test_no_node_is_made_on_a_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystem, "kind", lambda _place: "nfs4")
    with pytest.raises(DiskTrouble) as fault:
        founding.init(tmp_path / "n", "370000", "省", clock=SystemClock(), entropy=SystemEntropy())
    assert (fault.value.code, fault.value.exit) == ("unfit_filesystem", 9) and fault.value.hint.startswith(
        "df -T "
    )
    assert not (tmp_path / "n").exists()


def test_a_node_that_stands_on_one_all_the_same_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filesystem, "kind", lambda _place: "vfat")
    assert "unfit_filesystem" in health.warnings(Config(tmp_path))
