"""The second person of an export, as a command asks for him: from the environment, else in a terminal."""

from __future__ import annotations

import os
import sys

from node.language import say

from .session import Session, password

STAFF, PASSWORD = "QIAO_SECOND_STAFF", "QIAO_SECOND_PASSWORD"


def person(here: Session) -> tuple[str, str]:
    """Staff id and password. Raises Forbidden `second_person` where there is neither."""
    staff = os.environ.get(STAFF)
    if staff is None:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            from node import second  # brings the database with it, which --help has no use for

            raise second.refused()
        here.narrate(say("导出个人信息须另一人复核，复核人工号：", "another person has to agree; staff id:"))
        staff = sys.stdin.readline().strip()
    return staff, password(PASSWORD, say("复核人密码: ", "second person's password: "))
