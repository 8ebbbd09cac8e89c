"""What may stand in the project's files: no machine's paths, no registry's hosts, no file past its bound."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pip._internal.models.index import PyPI

from tests.house.project import ROOT, files

LONGEST = 500  # lines of one module; past it the head says why
# Written in pieces, so that this file isn't its own finding.
HOSTS = {PyPI.netloc, PyPI.file_storage_domain, "registry." + "npmjs.org", "deb." + "debian.org"}
PLACES = (r"/(?:ro" r"ot|ho" r"me/\w+|Use" r"rs/\w+)/", r"(?<![\w.])/wo" r"rk/", r"C:\\Use" r"rs\\")
UNFINISHED = r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b|raise NotImplemented" r"Error"


def texts() -> dict[Path, str]:
    found = {}
    for path in files():
        try:
            found[path.relative_to(ROOT)] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


@pytest.fixture(scope="module")
def project_texts() -> dict[Path, str]:
    return texts()


def lines_with(pattern: str, found: dict[Path, str]) -> list[str]:
    wanted = re.compile(pattern)
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in found.items()
        if wanted.search(text)
        for number, line in enumerate(text.splitlines(), 1)
        if wanted.search(line)
    ]


@pytest.mark.parametrize("host", sorted(HOSTS))
def test_no_file_names_the_host_of_a_package_registry(host: str, project_texts: dict[Path, str]) -> None:
    assert lines_with(re.escape(host), project_texts) == []


def test_no_file_names_this_machines_package_index(project_texts: dict[Path, str]) -> None:

    index = urlsplit(os.environ.get("PIP_INDEX_URL", "")).hostname
    if index and index not in ("localhost", "127.0.0.1"):
        assert lines_with(re.escape(index), project_texts) == []


@pytest.mark.parametrize("place", PLACES)
def test_no_file_names_a_path_of_one_machine(place: str, project_texts: dict[Path, str]) -> None:
    assert lines_with(place, project_texts) == []


def test_no_requirement_carries_an_address(project_texts: dict[Path, str]) -> None:
    pinned = {path: text for path, text in project_texts.items() if path.parts[0] == "requirements"}
    assert pinned
    assert lines_with(r"://|^\s*(?:-i|--\w*index)", pinned) == []


def test_every_requirement_is_pinned_exactly(project_texts: dict[Path, str]) -> None:
    for path, text in project_texts.items():
        if path.parent != Path("requirements") or path.suffix != ".txt":
            continue
        for line in text.splitlines():
            assert not line or line.startswith(("#", "-r ")) or re.match(r"[\w.-]+==[\w.]+(;|$)", line), line


def test_no_module_is_past_its_bound_without_a_reason_in_its_head(project_texts: dict[Path, str]) -> None:
    long = [
        path
        for path, text in project_texts.items()
        if path.suffix == ".py" and text.count("\n") > LONGEST and f"{LONGEST} lines" not in text[:1000]
    ]
    assert long == []


def test_no_module_is_left_unfinished(project_texts: dict[Path, str]) -> None:
    modules = {path: text for path, text in project_texts.items() if path.suffix == ".py"}
    assert lines_with(UNFINISHED, modules) == []


def test_every_text_is_utf8_and_ends_its_last_line(project_texts: dict[Path, str]) -> None:
    kinds = {".py", ".md", ".toml", ".txt", ".csv", ".jsonl", ".json", ".tcss"}
    for path, text in project_texts.items():
        if path.suffix in kinds and text:
            assert text.endswith("\n"), path
            assert "\r" not in text, path
