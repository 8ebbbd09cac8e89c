from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from rich.cells import cell_len

from node.errors import Forbidden, QiaoError
from tui.several import Result, SeveralIntent, Target, checked, params_of, result_lines

TARGETS = [Target(f"{n:032x}", f"N{n}", {"unit": "370000/370200"}) for n in range(1, 4)]
REFUSED = Forbidden("不是上级", code="not_above")


class Gate:
    """Signs all but the records that are named."""

    def __init__(self, refuses: Sequence[str]) -> None:
        self.refuses, self.done = refuses, []

    async def act(self, name: str, operation: str, params: dict[str, Any], person: object) -> dict[str, Any]:
        if params["record"] in self.refuses:
            raise REFUSED
        self.done.append(params)
        return {"number": "1"}

    async def check(self, operation: str, params: dict[str, Any], person: object) -> None:
        if params["record"] in self.refuses:
            raise REFUSED


def intent(told: list[Sequence[Result]]) -> SeveralIntent:
    acts = tuple((one, params_of(one, "ticket", "urge", {"text": "快"}, "d")) for one in TARGETS)
    return SeveralIntent("催单", "act", {}, ("ticket", "urge", "several"), acts=acts,
                         told=lambda _label, results: told.append(results))  # fmt: skip


async def test_each_is_signed_by_itself_and_has_its_result() -> None:
    gate, told = Gate([TARGETS[1].record]), []
    result = await intent(told).sign(gate, None)  # type: ignore[arg-type]
    assert [one["data"] for one in gate.done] == [{"unit": "370000/370200", "text": "快"}] * 2
    assert [one.fault is None for one in told[0]] == [True, False, True]
    assert "2" in result["number"] and "3" in result["number"]


async def test_where_none_can_be_signed_the_first_fault_is_raised_and_nothing_is_told() -> None:
    told: list[Sequence[Result]] = []
    with pytest.raises(QiaoError) as caught:
        await intent(told).sign(Gate([one.record for one in TARGETS]), None)  # type: ignore[arg-type]
    assert caught.value is REFUSED and told == []


async def test_each_is_checked_as_it_would_be_signed_and_nothing_is() -> None:
    gate, at = Gate([TARGETS[0].record]), []
    acts = [(one, params_of(one, "ticket", "urge", {}, "d")) for one in TARGETS]
    results = await checked(gate, acts, None, at.append)  # type: ignore[arg-type]
    assert [one.fault for one in results] == [REFUSED, None, None]
    assert at == [1, 2, 3] and gate.done == []


@pytest.mark.parametrize("width", [20, 78])
def test_what_couldnt_be_done_stands_first_with_its_reason_in_full(width: int) -> None:
    results = [Result(TARGETS[0]), Result(TARGETS[1], Forbidden("\x1b[2J长" * 20, code="not_above"))]
    found = ["".join(text for text, _ in line) for line in result_lines(results, width)]
    assert (
        found[0].startswith("N2")
        and found[-1].startswith("N1")
        and "not_above" in "".join(found).replace(" ", "")
    )
    assert all(cell_len(line) <= width and "\x1b" not in line for line in found)
