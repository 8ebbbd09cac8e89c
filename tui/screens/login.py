"""登录: staff id and password. The node is opened behind it, while someone types."""

from __future__ import annotations

from collections.abc import Iterable

from node.errors import QiaoError
from textual.containers import Container, Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from .. import safe
from ..gate import sentence_of
from ..inputs import TextBox
from ..texts import t
from .base import Base


class LoginScreen(Base):
    kind = "login"
    is_form = True

    @property
    def heading(self) -> str:
        return f"{t('app')}  {t('login.title')}"

    def body(self) -> Iterable[Widget]:
        fields = Vertical(
            Horizontal(Static(t("login.staff"), classes="name", markup=False), TextBox(id="staff"), classes="row"),
            Horizontal(
                Static(t("login.password"), classes="name", markup=False),
                TextBox(id="password", password=True),
                classes="row",
            ),
            Static("", classes="fault", id="fault", markup=False),
            Static(t("login.hint"), classes="strip", markup=False),
            id="login",
        )
        yield Container(fields, classes="stage")

    def on_mount(self) -> None:
        super().on_mount()
        self._say(t("opening"))
        self.query_one("#staff").focus()
        self.run_worker(self._open(), group="login")

    async def _open(self) -> None:
        try:
            node = await self.desk.gate.open()
        except QiaoError as fault:
            self.tell_fault(fault)
            return
        self.desk.unit, self.desk.unit_name = node.unit, node.unit_name
        self._say("")
        self.refresh_bar()

    def tell_fault(self, fault: QiaoError) -> None:
        self._say(safe.line(sentence_of(fault), 300))

    def _say(self, text: str) -> None:
        self.query_one("#fault", Static).update(text)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == "staff":
            self.query_one("#password").focus()
        else:
            self.run_worker(self._login(), group="login", exclusive=True)

    async def _login(self) -> None:
        staff = self.query_one("#staff", TextBox).value.strip()
        password = self.query_one("#password", TextBox)
        self._say(t("login.checking"))
        try:
            node = await self.desk.gate.open()
            self.desk.unit, self.desk.unit_name = node.unit, node.unit_name
            self.desk.person = await self.desk.gate.ask("login", staff, password.value)
        except QiaoError as fault:
            password.value = ""
            self.tell_fault(fault)
            return
        from .inbox import InboxScreen

        await self.desk.switch_screen(InboxScreen())
