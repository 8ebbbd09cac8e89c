"""派单 of a ticket that isn't registered yet: the call, the ticket and its dispatch are signed at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from node.errors import QiaoError

from .. import intake
from ..drafts import name_of
from ..intake import Act
from ..texts import t
from .dialogs import ConfirmScreen
from .dispatch import DispatchScreen

if TYPE_CHECKING:
    from .intake import IntakeScreen


class FirstDispatchScreen(DispatchScreen):
    """`acts` make the ticket; `lead`: path of the unit that is preselected, or "". Esc goes back to the call's form,
    where all is as it was."""

    def __init__(self, acts: Sequence[Act], lead: str, call: IntakeScreen) -> None:
        super().__init__(intake.verb_of("ticket", "dispatch"), "ticket", call.call, {})
        self._acts, self._suggested, self._call = list(acts), lead, call

    @property
    def heading(self) -> str:
        return t("do.lodge_dispatch")

    def begin(self) -> None:
        """The suggestion stands there as a draft would; none is kept, the call's own has everything."""
        if self._suggested:
            self.desk.drafts.keep(self.key, {"lead": self._suggested, "co": "", "final": ""})
        super().begin()
        self.desk.drafts.drop(self.key)

    def keep_draft(self) -> None:
        """Nothing."""

    async def _hand_in(self, data: dict[str, Any]) -> None:
        params = {"acts": intake.dispatched(self._acts, data), "draft": name_of(self._call.key)}
        try:
            told = await self.desk.gate.act("do", "acts", {**params, "dry_run": True}, self.desk.person)
        except QiaoError as fault:
            self.tell_fault(fault)
            return
        warnings = [str(one["message"]) for one in told.get("warnings") or ()]

        def answered(yes: bool | None) -> None:
            if yes:
                self.app.pop_screen()
                self._call.leave(t("intake.dispatched"), params)

        self.app.push_screen(ConfirmScreen("  ".join([self.sentence(data), *warnings])), answered)
