"""What lasts from one day or moment to another mustn't end before it begins (`Verb.order`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from node.errors import Usage
from node.language import say

from .draft import Kind, Verb


def check(kind: Kind, verb: Verb, found: Mapping[str, Any]) -> None:
    """Raises Usage `bad_value`, at the field of the end."""
    for first, last in verb.order:
        if first in found and last in found and found[last] < found[first]:
            names = {field.name: field.label for field in verb.takes}
            raise Usage(
                say(f"{names[last]}（{last}）“{found[last]}” 早于{names[first]}（{first}）“{found[first]}”",
                    f"{last} “{found[last]}” is before {first} “{found[first]}”"),
                code="bad_value", hint=f"qiao {kind.matter.name} {verb.name} --help", field=last,
            )  # fmt: skip
