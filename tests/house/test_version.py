from __future__ import annotations

import re
from importlib import metadata

import pytest

from tests.house.project import pyproject, read


def test_the_changelogs_head_and_the_version_agree() -> None:
    """But for what isn't released yet."""
    head = re.search(r"^## (\d+\.\d+\.\d+)(?! \(unreleased\))", read("CHANGELOG.md"), re.MULTILINE)
    assert head and head[1] == pyproject()["project"]["version"]


def test_what_is_installed_is_this_version() -> None:
    try:
        installed = metadata.version("qiao")
    except metadata.PackageNotFoundError:
        pytest.skip("qiao isn't installed here; `make test` installs it")
    assert installed == pyproject()["project"]["version"]


def test_the_licence_is_the_one_that_is_named() -> None:
    text = read("LICENSE")
    assert pyproject()["project"]["license"] == "Apache-2.0"
    assert "Apache License" in text and "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_every_dependency_is_among_the_pinned_requirements() -> None:
    pinned = {
        line.split("==")[0].lower() for line in read("requirements/run.txt").splitlines() if "==" in line
    }
    named = {re.split(r"[<>=;\[ ]", one)[0].lower() for one in pyproject()["project"]["dependencies"]}
    assert named <= pinned
