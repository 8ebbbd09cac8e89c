"""登录: staff id and password. The node is opened behind it, while someone types."""

from __future__ import annotations

from collections.abc import Iterable

from textual.containers import Container, Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from node.errors import QiaoError

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
            self._row("staff", TextBox(id="staff")),
            self._row("password", TextBox(id="password", password=True)),
            Static("", classes="fault", id="fault", markup=False),
            Static(t("login.hint"), classes="strip", markup=False),
            id="login",
        )
        yield Container(fields, classes="stage")

    def _row(self, name: str, box: TextBox) -> Widget:
        return Horizontal(Static(t(f"login.{name}"), classes="name", markup=False), box, classes="row")

    def begin(self) -> None:
        self._say(t("opening"))
        self.query_one("#staff").focus()
        self.begin_work(self._open, "login")

    async def _open(self) -> None:
        try:
            self.desk.unit, self.desk.unit_name = await self.desk.gate.open()
        except QiaoError as fault:
            self.tell_fault(fault)
            return
        self._say("")
        self.refresh_bar()

    def tell_fault(self, fault: QiaoError) -> None:
        """Who mistypes a password is helped by his administrator, not by a command."""
        told = f"{fault.text}  {t('login.forgotten')}" if fault.code == "auth" else sentence_of(fault)
        self._say(safe.line(told, 300))

    def _say(self, text: str) -> None:
        self.query_one("#fault", Static).update(text)

    def leads_on(self, key: str) -> bool:
        """A password that is typed at once behind the staff id would stand there in clear."""
        return key == "enter" and self.focused is self.query_one("#staff")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == "staff":
            self.query_one("#password").focus()
            self.desk.call_later(self.desk.let_in, self)
        else:
            self.begin_work(self._login, "login")

    async def _login(self) -> None:
        staff = self.query_one("#staff", TextBox).value.strip()
        password = self.query_one("#password", TextBox)
        self._say(t("login.checking"))
        try:
            self.desk.unit, self.desk.unit_name = await self.desk.gate.open()
            self.desk.person = await self.desk.gate.ask("login", staff, password.value)
        except QiaoError as fault:
            password.value = ""
            self.tell_fault(fault)
            return
        self.desk.call_next(self.desk.enter)
