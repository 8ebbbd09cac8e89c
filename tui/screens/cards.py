"""督办牌: the cards of one ticket, each with its sentence of evidence; one key objects, another clears."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from node.matters.draft import Verb

from .. import moments, safe
from ..face import Item
from ..found import Found
from ..lines import Line, Lines
from ..rows import Column, Rows
from ..sheet import card_colour, text_lines, unit_of
from ..texts import known, t
from .base import Base
from .form import FormScreen

_NAMED = ("clock", "colour", "unit", "round")  # what tells one card of a ticket from another


def standing(card: Item) -> str:
    return known(f"card.{card.get('standing')}", safe.cell(card.get("standing") or ""))


COLUMNS = (
    Column("colour", 6, card_colour),
    Column("standing", 8, standing),
    Column("clock", 8, lambda card: known(f"clock.{card.get('clock')}", safe.cell(card.get("clock") or ""))),
    Column("unit", 0, unit_of),
    Column("issued", 11, lambda card: moments.short(card.get("issued"))),
    Column("objections", 10, lambda card: str(card.get("objections") or "")),
)


class CardsScreen(Base):
    """`verbs`: what the workflow and the person's roles allow on the ticket now."""

    kind = "card"

    def __init__(self, matter: str, item: Item, verbs: Sequence[Verb]) -> None:
        super().__init__()
        self.matter, self.item = matter, item
        self._verbs = {verb.name: verb for verb in verbs}
        self._cards: list[Item] = [one for one in item.get("cards") or [] if isinstance(one, dict)]

    @property
    def heading(self) -> str:
        return f"{t('do.cards')}  {safe.cell(self.item.get('number') or '')}"

    def body(self) -> Iterable[Widget]:
        yield Rows(COLUMNS, self._page, id="rows", empty=lambda: t("cards.empty"))
        yield Lines(id="evidence")

    def begin(self) -> None:
        self.rows.focus()
        self.rows.reload()

    @property
    def rows(self) -> Rows:
        return self.query_one("#rows", Rows)

    async def _page(self, after: str | None, limit: int) -> Found:
        return Found([{**card, "id": _name(card)} for card in self._cards])

    def on_rows_highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        card = event.item
        self.query_one("#evidence", Lines).show(lambda width: evidence(card, width) if card else [])
        self.refresh_bindings()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        self.query_one("#evidence").focus()

    def offers(self, name: str) -> bool:
        verb = {"object": "object", "clear_card": "clear-card"}.get(name)
        if verb is None:
            return name in ("help", "back", "quit", "copy", "jump")
        card = self.rows.highlighted if self.is_whole else None
        return verb in self._verbs and card is not None and card.get("standing") != "cleared"

    def do_object(self) -> None:
        self._open("object")

    def do_clear_card(self) -> None:
        self._open("clear-card")

    def _open(self, verb: str) -> None:
        """The form for one card: only the text is asked for."""
        if (card := self.rows.highlighted) is None:
            return
        given = {name: card[name] for name in _NAMED if card.get(name) is not None}
        record = str(self.item["record"])
        self.app.switch_screen(FormScreen(self._verbs[verb], self.matter, record, self.item, given))

    def copied(self) -> str:
        card = self.rows.highlighted
        return safe.line(card.get("evidence") or "") if card else ""


def _name(card: Item) -> str:
    return "/".join(str(card.get(name)) for name in _NAMED)


def evidence(card: Item, width: int) -> list[Line]:
    """The sentence on which a card rests, and who issued it when."""
    by = safe.cell(card.get("issuer_name") or card.get("issuer") or "")
    lines = list(
        text_lines(safe.block(card.get("evidence") or t("cards.no_evidence")), width, 0, "bold", 2000)
    )
    issued = t("cards.issued", unit=by, time=moments.full(card.get("issued")))
    lines += text_lines(issued, width, 0, "dim", 400)
    if card.get("cleared"):
        lines += text_lines(t("cards.cleared", time=moments.full(card["cleared"])), width, 0, "dim", 400)
    return lines
