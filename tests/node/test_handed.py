"""What is wrong with a file is an exit code, a sentence and a hint."""

from __future__ import annotations

import pytest

from node import faults, handed
from node.errors import QiaoError
from sync_protocol.errors import BadBundle, BadEnvelope, InvitationUsed, RemoteError, UnknownVersion


@pytest.mark.parametrize(
    ("fault", "exit"),
    [
        (BadBundle("x", code="not_a_bundle"), 7),
        (BadBundle("x", code="bundle_cut"), 7),
        (BadBundle("x", code="bundle_damaged"), 7),
        (BadEnvelope("x", code="cannot_open"), 7),
        (BadBundle("x", code="not_for_us"), 3),
        (BadEnvelope("x", code="unknown_sender"), 3),
        (InvitationUsed("x"), 3),
        (UnknownVersion("x"), 6),
    ],
)
def test_a_fault_of_a_file_is_told_by_its_exit_code(fault: RemoteError, exit: int) -> None:
    with pytest.raises(QiaoError) as told, handed.over():
        raise fault
    assert (told.value.exit, told.value.code) == (exit, fault.code)
    assert told.value.hint.startswith("qiao ")
    assert told.value.text.endswith(faults.sentence_of(fault.code))
