"""The checkers themselves: each sees what it is for."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import create_engine

from conflict.state import Mark, Row, Standing, State, Verdict
from node import scope
from node.errors import Usage
from tests.simulation.checkers import eyes
from tests.simulation.checkers.checker import Breach
from tests.simulation.checkers.r01_durable import Durable
from tests.simulation.checkers.r03_no_silent_loss import NoSilentLoss
from tests.simulation.checkers.r11_scope import Scope
from tests.simulation.checkers.r15_bounded import MOST_HELD, MOST_ROWS, MOST_STATEMENTS, SAMPLE, Bounded
from tests.simulation.checkers.r16_fail_loud import FailLoud
from tests.simulation.ledger import Acked, Ledger
from tests.simulation.rest import write_off
from tests.simulation.soak import one as played
from tests.simulation.world import World

OFFICE: Any = SimpleNamespace(name="n0", phase="up")
WORLD: Any = None


def sampled() -> Bounded:
    """At the piece of work whose memory is looked at."""
    checker = Bounded(WORLD)
    for _ in range(SAMPLE - 1):
        checker.begins(OFFICE)
        checker.worked(OFFICE, 1, 1, 0)
    checker.begins(OFFICE)
    return checker


def test_a_piece_of_work_that_holds_too_much_at_once_is_a_breach() -> None:
    checker = sampled()
    held = [bytes(MOST_HELD)]
    held.clear()
    with pytest.raises(Breach, match="R15: n0 up held"):
        checker.worked(OFFICE, 1, 1, 0)


def test_a_modest_piece_of_work_is_none() -> None:
    checker = sampled()
    checker.worked(OFFICE, 1, 1, 0)
    assert checker.traced == 1 and 0 <= checker.most_held < MOST_HELD


def test_a_piece_of_work_that_reads_too_many_rows_is_a_breach() -> None:
    with pytest.raises(Breach, match="R15: n0 up took"):
        Bounded(WORLD).worked(OFFICE, 1, MOST_ROWS + 1, 0)


@pytest.mark.parametrize("new", [0, 1, 500])
def test_a_piece_of_work_that_takes_too_many_statements_is_a_breach(new: int) -> None:
    with pytest.raises(Breach, match="R15: n0 up took"):
        Bounded(WORLD).worked(OFFICE, MOST_STATEMENTS + 1, 1, new)


def test_the_statements_of_a_large_message_may_grow_with_its_commits_alone() -> None:
    """Seed 400086."""
    checker = Bounded(WORLD)
    checker.worked(OFFICE, 64_004, 1, 651)
    with pytest.raises(Breach, match="R15: n0 up took"):
        checker.worked(OFFICE, 651 * 651 // 4, 1, 651)


@pytest.mark.parametrize(
    "hint", ["qiao --version", "qiao ticket vanish ID", "qiao status --loud", "问管理员"]
)
def test_a_refusal_whose_hint_cant_be_run_is_a_breach(hint: str) -> None:
    with pytest.raises(Breach, match="R16: n0 acting: usage has a hint that can't be run"):
        FailLoud(WORLD).refused(OFFICE, "acting", Usage("不对", hint=hint))


@pytest.mark.parametrize("hint", ["", "qiao --dir DIR status", "df -h .", "qiao ticket accept ID --help"])
def test_a_refusal_whose_hint_can_be_run_is_none(hint: str) -> None:
    FailLoud(WORLD).refused(OFFICE, "acting", Usage("不对", hint=hint))


def office(name: str, *above: str) -> Any:
    return SimpleNamespace(name=name, code=name, above=[name, *above], up=False)


def written_off(holders: list[Any], parted: set[tuple[str, str]], author: str = "n3") -> bool:
    """Whether a commit that n3 lost with its disk is given up. The world is as far as `write_off` looks at it."""
    ledger = Ledger(durable={one.name: {b"commit"} for one in holders}, lost={"n3": {b"commit"}})
    offices = {one.name: one for one in [office("n0"), office("n3", "n0"), *holders]}
    world: Any = SimpleNamespace(
        ledger=ledger, offices=offices, parted=parted, authors={b"commit": author}, say=lambda _text: None,
        upwards=lambda name: [offices[one] for one in offices[name].above],
    )  # fmt: skip
    write_off(world)
    return b"commit" in ledger.gone


def test_what_only_offices_have_that_were_moved_away_from_its_author_is_given_up() -> None:
    assert written_off([office("n1", "n0")], {("n1", "n3")})
    assert written_off([office("n1", "n0"), office("n2", "n1", "n0")], {("n1", "n3")})


def test_what_anybody_else_has_is_not() -> None:
    away = {("n1", "n3")}
    assert not written_off([office("n1", "n0")], set())
    assert not written_off([office("n1", "n3", "n0")], away), "it was moved back"
    assert not written_off([office("n1", "n0"), office("n0")], away)
    assert not written_off([office("n1", "n0"), office("n3", "n0")], away)
    assert not written_off([office("n1", "n0"), office("n4", "n0")], away)
    assert not written_off([office("n1", "n0")], away, author="n1")


def acknowledged_at_the_root(world: World, *holders: str) -> Durable:
    """The root acknowledged an act, and each of these, the root among them, has it."""
    for name in ("n0", "n1", "n3"):
        world.offices[name], world.callers[name] = office(name), SimpleNamespace()  # type: ignore[assignment]
        world.ledger.durable[name] = {b"commit"} if name in holders else set()
    world.acked(Acked("n0", b"record", b"change", b"commit", ""))
    return Durable(world)


def test_what_only_a_stolen_machine_had_when_it_was_revoked_is_nowhere(tmp_path: Path) -> None:
    """The root and the office between were put back, one after the other, and the leaf below that had it was off."""
    world = World(1, tmp_path)
    checker = acknowledged_at_the_root(world, "n0", "n1", "n3")
    assert not world.ledger.lose("n0", set()) and not world.ledger.lose("n1", set())
    with pytest.raises(Breach, match="R1: n0 acknowledged"):
        checker._acknowledged()
    world.cast_out(world.offices["n3"])
    checker._acknowledged()


def test_what_a_stolen_machine_has_is_nowhere_once_the_last_honest_one_lost_it(tmp_path: Path) -> None:
    world = World(1, tmp_path)
    checker = acknowledged_at_the_root(world, "n0", "n1")
    world.cast_out(world.offices["n3"])
    world.ledger.holds("n3").add(b"commit")  # it runs on, and its parent hasn't heard yet
    assert not world.ledger.lose("n0", set())
    with pytest.raises(Breach, match="R1: n0 acknowledged"):
        checker._acknowledged()
    assert world.ledger.lose("n1", set()) == {b"commit"}
    checker._acknowledged()


def test_what_its_author_lost_with_his_disk_is_nowhere_where_others_have_its_header_alone(
    tmp_path: Path,
) -> None:
    """Seed 710033: an office below had the headers of a log that had forked, and gave those back."""
    world = World(1, tmp_path)
    checker = NoSilentLoss(world)
    acked = Acked("n0", b"record", b"change", b"commit", "")
    world.offices["n1"] = having(None)
    assert not checker._is_bare(acked), "it is only missing"
    world.ledger.lost["n0"] = {b"commit"}
    assert checker._is_bare(acked)
    world.offices["n1"] = having(b"body")
    assert not checker._is_bare(acked)


def having(body: bytes | None) -> Any:
    """An office that has this of the change."""
    engine = create_engine("sqlite://")
    with engine.begin() as db:
        db.exec_driver_sql("CREATE TABLE change (change BLOB, body BLOB)")
        db.exec_driver_sql("INSERT INTO change VALUES (?, ?)", (b"change", body))
    return SimpleNamespace(read=engine.connect)


GONE, FIRST, LATER = b"g" * 16, b"f" * 16, b"l" * 16


def incomplete(*, standing: Standing = Standing.DENIED, provisional: bool = True) -> State:
    """A record that lacks an act, and has two that rest on it: the first is listed for what is missing."""
    acts = {one: Mark(one, 1, "37/02", "a", "note") for one in (FIRST, LATER)}
    verdict = Verdict(standing, "scope", provisional=provisional)
    rows = [Row("incomplete", FIRST, "missing", values=(GONE,))]
    return State(marks=acts, verdicts=dict.fromkeys(acts, verdict), rows=rows, incomplete=True)


def seen(state: State, *, told: bool = True, others: State | None = None) -> None:
    """R3 looks at the later act of that record, at the root; `told`: the record is listed there."""
    acked = Acked("n2", b"record", LATER + b"x" * 16, b"commit", "")
    states = {"n0": {b"record": state}, "n1": {b"record": others} if others else {}}
    rows = {(b"record", FIRST)} if told else set()
    NoSilentLoss(WORLD)._seen(OFFICE, state, acked, rows, states)


def test_a_denial_that_rests_on_what_no_disk_has_any_more_is_told_by_the_row_of_its_record() -> None:
    """Seed 780156: the root and all below it were put back, and of an office that a copy had worked for what the copy
    had written came back, but not the act of the root's on which it rested."""
    seen(incomplete())


@pytest.mark.parametrize("standing", [Standing.HELD, Standing.QUARANTINED])
def test_what_is_held_or_quarantined_in_an_incomplete_record_has_its_own_row(standing: Standing) -> None:
    with pytest.raises(Breach, match=f"is {standing}, and isn't listed"):
        seen(incomplete(standing=standing))


def test_a_denial_without_a_row_is_a_breach_where_its_past_is_somewhere_or_its_record_isnt_listed() -> None:
    has_it = State(marks={GONE: Mark(GONE, 1, "37", "a", "supervise")})
    with pytest.raises(Breach, match="isn't listed"):
        seen(incomplete(), others=has_it)
    with pytest.raises(Breach, match="isn't listed"):
        seen(incomplete(), told=False)
    with pytest.raises(Breach, match="isn't listed"):
        seen(incomplete(provisional=False))


def test_a_record_is_nowhere_once_the_act_it_began_with_is_whoever_has_the_commit_of_another(
    tmp_path: Path,
) -> None:
    """Seed 150004: the root linked two tickets in one commit. It was put back to before both, and got the commit back
    from an office below, which only ever had the other ticket."""
    world, ticket, other = World(1, tmp_path), b"1" * 16, b"2" * 16
    world.ledger.durable.update(n0={b"first", b"link"}, n1={b"link"})
    for record, change, commit in ((ticket, ticket + b"x" * 16, b"first"), (ticket, b"3" * 32, b"link")):
        world.acked(Acked("n0", record, change, commit, ""))
    assert not world.ledger.is_nowhere(ticket)
    assert world.ledger.lose("n0", set()) == {b"first"}
    assert world.ledger.is_nowhere(ticket) and not world.ledger.is_nowhere(other)


def known(*paths: str, undone: str = "") -> Any:
    """A registry as far as the world looks at where a unit stood. `undone`: a path that it had by a move that counts
    no more."""
    return SimpleNamespace(
        nodes=lambda: [SimpleNamespace(path=paths[-1], paths=list(paths))],
        now=lambda path: paths[-1] if path in (*paths, undone) else path,
    )


def test_a_unit_was_below_whomever_anybody_once_believed_it_to_be_moved(tmp_path: Path) -> None:
    """Its parent moved it, and hadn't heard that the office it goes to had been moved before: what it took along came
    there rightly, though the move is denied since."""
    world = World(1, tmp_path)
    world.registry_changed(known("37/01/02", "37/01/04/02"))
    world.registry_changed(known("37/01/02"))
    assert world.ever_above("37/01/02") == {"37", "01", "02", "04"}


def test_what_a_unit_did_by_a_move_that_counts_no_more_is_for_whomever_it_is_below_since(
    tmp_path: Path,
) -> None:
    """What R3 asks of the office that the unit is below again mustn't be forbidden by R11. One that only hasn't heard
    of the move takes nothing back."""
    world = World(1, tmp_path)
    world.registry_changed(known("37/01/02", "37/02"))
    world.registry_changed(known("37/01/02"))
    assert world.ever_above("37/02") == {"37", "02"}
    world.registry_changed(known("37/01/02", undone="37/02"))
    world.registry_changed(known("37/01/02", "37/03/02", undone="37/02"))
    world.registry_changed(known("37/01/02", "37/03/02", "37/04/02", undone="37/02"))
    assert world.ever_above("37/02") == {"37", "01", "02", "03", "04"}


def test_words_that_arent_withheld_from_who_may_not_have_them_are_a_breach(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the product's withholding switched off, and all else as ever."""
    monkeypatch.setattr(scope, "may_have_words", lambda *_: True)
    told = (played(seed).breach for seed in (130002, 130001, 130000))
    assert any("R11" in breach and "gets a secret word of" in breach for breach in told)


TOKEN = "zk0123456789abcd"


def at_rest(monkeypatch: pytest.MonkeyPatch, author: str, given: str = "") -> None:
    """A county has a word that was written at `author`, and perhaps was given to `given`."""
    county: Any = SimpleNamespace(name="n2", code="02")
    world: Any = SimpleNamespace(
        offices={"n2": county}, ledger=Ledger(tokens={TOKEN: b"record"}, commits={TOKEN: b"commit"}),
        ever_in_scope=lambda *_: True, ever_above=lambda unit: set(unit.split("/")),
    )  # fmt: skip
    monkeypatch.setattr(eyes, "every_byte", lambda _office: TOKEN.encode())
    monkeypatch.setattr(eyes, "unit_of", lambda *_: author)
    checker = Scope(world)
    checker._given[given].add(TOKEN.encode())
    checker.rested()


def test_a_word_on_a_disk_to_which_nobody_gave_it_is_a_breach(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Breach, match="R11: n2 has zk0123456789abcd, which nobody gave it"):
        at_rest(monkeypatch, "37/01", given="01")


def test_ones_own_words_and_what_was_given_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    at_rest(monkeypatch, "37/01/02/05")
    at_rest(monkeypatch, "37/01", given="02")
