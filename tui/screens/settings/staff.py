"""人员: who works here; an administrator adds, changes, disables; everybody his own duty and password."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from textual.widget import Widget
from textual.widgets import Static

from conflict.declaration import Field, Type
from node.errors import QiaoError
from node.matters import KINDS
from node.matters.draft import Verb

from ... import safe
from ...face import Item
from ...form import Unfit
from ...found import Found
from ...inputs import Option
from ...labels import code_label
from ...rows import Column, Rows
from ...texts import t
from ..base import Base
from ..dialogs import ConfirmScreen, MarkScreen
from ..form import FormScreen


def roles() -> list[Option]:
    """Every role, with its name."""
    field = KINDS["staff"].matter.field("roles")
    return [(role, code_label(field, role)) for role in field.codes] if field else []


def role_names(held: Iterable[str]) -> str:
    labels = dict(roles())
    return ", ".join(labels.get(role, safe.cell(role)) for role in held)


def _state(item: Item) -> str:
    if item.get("disabled"):
        return t("staff.disabled")
    return t("staff.on_duty") if item.get("on_duty") else ""


class StaffScreen(Base):
    kind = "staff"

    @property
    def heading(self) -> str:
        return t("settings.staff")

    def body(self) -> Iterable[Widget]:
        columns = (
            Column("staff", 12, lambda item: str(item["id"])),
            Column("name", 14, lambda item: str(item.get("name") or "")),
            Column("staff_state", 8, _state),
            Column("roles", 0, lambda item: role_names(item.get("roles") or ())),
        )
        yield Rows(columns, self._page, id="rows")

    @property
    def rows(self) -> Rows:
        return self.query_one("#rows", Rows)

    def begin(self) -> None:
        self.rows.focus()
        self.rows.reload()

    def changed(self) -> None:
        self.rows.renew()

    do_refresh = changed

    def resumed(self) -> None:
        if self.rows.known:
            self.rows.renew()

    async def _page(self, after: str | None, limit: int) -> Found:
        found = await self.desk.ask("staff") or ()
        return Found([one for one in found if one.get("unit") == self.desk.unit])

    def on_rows_highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        self.refresh_bindings()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        if self._is_admin:
            self.do_roles()

    @property
    def _is_admin(self) -> bool:
        return self.desk.person is not None and "admin" in self.desk.person.roles

    @property
    def _is_oneself(self) -> bool:
        item = self.rows.highlighted if self.is_whole else None
        return item is not None and self.desk.person is not None and item["id"] == self.desk.person.id

    def offers(self, name: str) -> bool:
        if name in ("add_staff", "roles", "disable"):
            return self._is_admin
        if name in ("duty", "password"):
            return self._is_admin or self._is_oneself
        return True

    # Acts: at once, each told when it is signed

    def do_add_staff(self) -> None:
        self.app.push_screen(AddScreen())

    def do_roles(self) -> None:
        if (item := self.rows.highlighted) is None:
            return

        def marked(chosen: list[str] | None) -> None:
            if chosen is not None:
                self._do("staff.amend", {"id": item["id"], "roles": chosen})

        title = t("staff.roles", name=safe.cell(item.get("name") or item["id"]))
        self.app.push_screen(MarkScreen(title, roles(), list(item.get("roles") or ())), marked)

    def do_disable(self) -> None:
        if (item := self.rows.highlighted) is None:
            return
        name = safe.cell(item.get("name") or item["id"])
        if item.get("disabled"):
            self._do("staff.enable", {"id": item["id"]})
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._do("staff.disable", {"id": item["id"]})

        self.app.push_screen(ConfirmScreen(t("staff.disabling", name=name)), answered)

    def do_duty(self) -> None:
        if (item := self.rows.highlighted) is not None:
            self._do("staff.duty", {"id": item["id"], "on_duty": not item.get("on_duty")})

    def do_password(self) -> None:
        if (item := self.rows.highlighted) is not None:
            self.app.push_screen(PasswordScreen(str(item["id"]), own=self._is_oneself))

    def _do(self, operation: str, params: Mapping[str, Any]) -> None:
        self.begin_work(lambda: self._signed(operation, params), "staff")

    async def _signed(self, operation: str, params: Mapping[str, Any]) -> None:
        try:
            await self.desk.gate.act("do", operation, dict(params), self.desk.person)
        except QiaoError as fault:
            self.tell_fault(fault)
        self.rows.renew()


class _AtOnce(FormScreen):
    """A form whose act is signed when it is handed in; what it holds is no draft, since passwords are in it."""

    operation = ""

    def __init__(self, name: str, takes: tuple[Field, ...]) -> None:
        verb = Verb(name, t(f"do.{name}"), name, takes, lambda _state, _data, _desk: [],
                    frozenset(field.name for field in takes))  # fmt: skip
        super().__init__(verb, "staff", None, {})

    def keep_draft(self) -> None:
        """Never."""

    def data(self) -> dict[str, Any]:
        data = super().data()
        if data.pop("again", data.get("password")) != data.get("password"):
            raise Unfit("again", t("staff.differ"))
        return data

    async def _hand_in(self, data: dict[str, Any]) -> None:
        try:
            done = await self.desk.gate.act("do", self.operation, data, self.desk.person)
        except QiaoError as fault:
            self.tell_fault(fault)
            return
        self.app.pop_screen()
        self.desk.tell(t("signed", label=self.heading.strip(), number=""))
        for warning in done.get("warnings") or []:
            self.desk.tell(safe.line(warning.get("message") or ""), "warning")


class AddScreen(_AtOnce):
    operation = "staff.add"

    def __init__(self) -> None:
        super().__init__(
            "add_staff",
            (
                Field("id", t("login.staff")),
                Field("name", t("col.name")),
                Field("roles", t("staff.roles_typed"), type=Type.LIST),
                Field("password", t("staff.new_password")),
                Field("again", t("staff.again")),
            ),
        )

    def begin(self) -> None:
        super().begin()
        known = " ".join(name for _, name in roles())
        self.query_one("#note", Static).update(t("staff.roles_known", known=known))

    def data(self) -> dict[str, Any]:
        data = super().data()
        given = {name: role for role, name in roles()}
        data["roles"] = [given.get(one, one) for one in data["roles"]]
        return data


class PasswordScreen(_AtOnce):
    """One's own needs the present one: a terminal may stand unattended."""

    operation = "staff.passwd"

    def __init__(self, staff: str, *, own: bool) -> None:
        self.staff, self.own = staff, own
        present = (Field("present", t("staff.present")),) if own else ()
        super().__init__(
            "password",
            (*present, Field("password", t("staff.new_password")), Field("again", t("staff.again"))),
        )

    @property
    def heading(self) -> str:
        return t("staff.password_of", staff=safe.cell(self.staff))

    async def _hand_in(self, data: dict[str, Any]) -> None:
        present = data.pop("present", None)
        try:
            if self.own:
                await self.desk.gate.act("login", self.staff, present)
        except QiaoError as fault:
            self.tell_fault(fault)
            return
        await super()._hand_in({"id": self.staff, **data})
