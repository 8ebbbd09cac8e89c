from __future__ import annotations

from dataclasses import replace

import pytest

from conflict.declaration import kind_of, slot
from conflict.errors import ConflictError

from .errand import ERRAND, OLD


def test_a_slots_name_is_its_kind_and_its_parts() -> None:
    assert slot("status", 1, "p/a") == "status/1/p/a"
    assert kind_of("status/1/p/a") == "status" and kind_of("phase") == "phase"


def test_slots_touch_when_one_contains_the_other() -> None:
    assert ERRAND.touch("phase", "status/p/a") and ERRAND.touch("status/p/a", "phase")
    assert ERRAND.within("status/p/a", "phase") and not ERRAND.within("phase", "status/p/a")
    assert not ERRAND.touch("lead", "phase") and not ERRAND.touch("status/p/a", "status/p/b")


def test_a_name_declared_twice_is_an_error_of_the_declaration() -> None:
    with pytest.raises(ConflictError):
        replace(ERRAND, fields=(*ERRAND.fields, ERRAND.fields[0]))


def test_an_act_is_judged_by_the_version_it_names() -> None:
    assert ERRAND.named("errand/2") is ERRAND and ERRAND.named("errand/1") is OLD
    assert ERRAND.named("errand/3") is None
