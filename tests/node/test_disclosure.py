"""Nobody alone takes personal data out unmasked."""

import pytest

from node import disclosure
from node.errors import Forbidden
from node.page import Person


def test_nobody_alone_takes_personal_data_out() -> None:
    with pytest.raises(Forbidden) as caught:
        disclosure.allowed(Person("a", "甲", frozenset({"admin"})), "export")
    assert caught.value.code == "second_person"
