from __future__ import annotations

from pathlib import Path

import pytest

from node import config, language
from node.errors import Usage


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_used", "en")


def _load(directory: Path, text: str = "", **environ: str) -> config.Config:
    (directory / "node.toml").write_text(text, encoding="utf-8")
    return config.load(directory, environ=environ)


def _fault(directory: Path, text: str = "", **environ: str) -> Usage:
    with pytest.raises(Usage) as caught:
        _load(directory, text, **environ)
    assert caught.value.code == "bad_config"
    assert caught.value.exit == 2
    return caught.value


def test_a_directory_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    assert config.load(tmp_path, environ={}) == config.Config(tmp_path)


def test_an_unknown_key_is_told_with_the_file_and_the_nearest_one(tmp_path: Path) -> None:
    fault = _fault(tmp_path, 'lisen = "127.0.0.1:1"\n')
    assert str(tmp_path / "node.toml") in fault.text
    assert "'lisen'" in fault.text and "'listen'" in fault.text
    assert fault.hint.startswith("sed -i 's/lisen/listen/'")


def test_an_unknown_key_in_a_table_is_told_by_its_whole_name(tmp_path: Path) -> None:
    fault = _fault(tmp_path, '[backup]\npaht = "x"\n')
    assert "'backup.paht'" in fault.text and "'backup.path'" in fault.text


def test_an_unknown_table_is_told(tmp_path: Path) -> None:
    assert "'backup'" in _fault(tmp_path, "[backups]\nenabled = true\n").text


def test_a_key_said_as_a_table_is_a_wrong_value(tmp_path: Path) -> None:
    assert "'listen'" in _fault(tmp_path, "[listen]\nport = 1\n").text


@pytest.mark.parametrize(
    "line",
    [
        "listen = 12351",
        'listen = "12351"',
        'listen = "host:"',
        'listen = "host:65536"',
        'listen = "::1:80"',
        'address = "ftp://x"',
        'parent = "https://"',
        'parent = "http://x:99999"',
        "hold_seconds = 301",
        "hold_seconds = -1",
        "hold_seconds = true",
        "hold_seconds = 2.5",
        'language = "fr"',
        "[backup]\nenabled = 1",
        '[backup]\npath = ""',
        "[backup]\nretention_hours = 0",
    ],
)
def test_a_wrong_value_is_refused_and_says_what_is_wanted(tmp_path: Path, line: str) -> None:
    assert "it must be" in _fault(tmp_path, line + "\n").text


@pytest.mark.parametrize("content", [b"listen = \n", b"\xff\xfe", b'listen = "a:1"\nlisten = "b:1"\n'])
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "node.toml").write_bytes(content)
    with pytest.raises(Usage) as caught:
        config.load(tmp_path, environ={})
    assert caught.value.code == "bad_config"


def test_the_environment_comes_before_the_file_and_the_options_before_both(tmp_path: Path) -> None:
    (tmp_path / "node.toml").write_text('listen = "a:1"\nparent = "http://file"\nhold_seconds = 7\n')
    environ = {"QIAO_LISTEN": "b:2", "QIAO_PARENT": "http://environment", "QIAO_BACKUP_ENABLED": "false"}
    found = config.load(tmp_path, {"listen": "c:3", "parent": None}, environ)
    assert (found.listen, found.parent, found.hold_seconds) == ("c:3", "http://environment", 7)
    assert not found.backup_enabled
    assert found.given["parent"] == "QIAO_PARENT" and found.given["listen"] == "--listen"


def test_a_wrong_variable_is_told_by_its_own_name(tmp_path: Path) -> None:
    fault = _fault(tmp_path, QIAO_HOLD_SECONDS="soon")
    assert "QIAO_HOLD_SECONDS" in fault.text and fault.hint == "unset QIAO_HOLD_SECONDS"


def test_a_relative_replica_starts_at_the_nodes_directory(tmp_path: Path) -> None:
    assert _load(tmp_path, '[backup]\npath = "../other"\n').backup_directory == tmp_path / "../other"
    assert _load(tmp_path, '[backup]\npath = "/mnt/disk"\n').backup_directory == Path("/mnt/disk")


@pytest.mark.parametrize(
    ("listen", "url"),
    [
        ("127.0.0.1:12351", "http://127.0.0.1:12351"),
        ("0.0.0.0:80", "http://127.0.0.1:80"),
        ("[::1]:80", "http://[::1]:80"),
        (":80", "http://127.0.0.1:80"),
    ],
)
def test_the_address_to_dial_is_derived_from_listen(tmp_path: Path, listen: str, url: str) -> None:
    assert config.Config(tmp_path, listen=listen).dial_address() == url


def test_the_address_to_dial_takes_the_port_that_the_system_chose(tmp_path: Path) -> None:
    assert config.Config(tmp_path, listen="127.0.0.1:0").dial_address(4711) == "http://127.0.0.1:4711"
    assert config.Config(tmp_path, address="https://qiao.example").dial_address(1) == "https://qiao.example"


def test_every_key_of_the_configuration_sets_an_attribute_of_its_own() -> None:
    attributes = [key.attribute for key in config.KEYS.values()]
    assert len(set(attributes)) == len(attributes)
    assert set(attributes) | {"directory", "given"} == set(config.Config.__dataclass_fields__)


def test_faults_are_told_in_chinese_unless_english_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language, "_used", None)
    monkeypatch.delenv("QIAO_LANGUAGE", raising=False)
    assert "最接近" in _fault(tmp_path, "x = 1\n").text
    monkeypatch.setenv("QIAO_LANGUAGE", "en")
    assert "nearest" in _fault(tmp_path, "x = 1\n").text


def test_a_table_that_stands_twice_is_told_as_that(tmp_path: Path) -> None:
    """As whoever adds `[backup]` at the end of the file that `init` wrote."""
    fault = _fault(tmp_path, '[backup]\nway = "auto"\n[log]\n[backup]\npath = "x"\n')
    assert "[backup] twice" in fault.text and "line 4" in fault.text and "first" in fault.text
