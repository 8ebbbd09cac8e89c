"""Kinds of tampering: each alters one thing of a node's database, at a place of its choosing (篡改).

A kind takes the driver's connection, the node's keys and the number of the place; `rebuild` says that whoever does it
then has the projections made anew, so that the node agrees with itself. All of it is of what others have received.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from node.keys import Keys
from sync_protocol import cbor, commit
from sync_protocol.change import change_id
from sync_protocol.commit import Commit

Do = Callable[[Any, Keys, int], None]


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    says: str
    do: Do
    rebuild: bool = False


KINDS: list[Kind] = []


def kind(says: str, *, rebuild: bool = False) -> Callable[[Do], Do]:
    def noted(do: Do) -> Do:
        KINDS.append(Kind(do.__name__, says, do, rebuild))
        return do

    return noted


def _row(db: Any, query: str, at: int) -> Any:
    """One of the rows that it finds, another for each place."""
    rows = db.execute(query).fetchall()
    assert rows, query
    return rows[at * max(1, len(rows) // 10) % len(rows)]


_ACTS = "SELECT id, body, record FROM change WHERE of IS NULL AND body IS NOT NULL ORDER BY id"
_WORDS = "SELECT id, body, record, salt FROM change WHERE of IS NOT NULL AND body IS NOT NULL ORDER BY id"
_COMMITS = "SELECT id, log, seq FROM commit_ WHERE chained ORDER BY id"


# Bodies


@kind("正文里翻转一位")
def body_bit(db: Any, _: Keys, at: int) -> None:
    row, body, *_rest = _row(db, _WORDS, at)
    changed = bytearray(body)
    changed[-1] ^= 1
    db.execute("UPDATE change SET body = ? WHERE id = ?", (bytes(changed), row))


@kind("正文换成另一条的正文", rebuild=True)
def body_of_another(db: Any, _: Keys, at: int) -> None:
    row, *_rest = _row(db, _WORDS, at)
    other = db.execute(
        "SELECT body, salt FROM change WHERE of IS NOT NULL AND id != ? LIMIT 1", (row,)
    ).fetchone()
    db.execute("UPDATE change SET body = ?, salt = ? WHERE id = ?", (*other, row))


@kind("盐被换掉", rebuild=True)
def salt(db: Any, _: Keys, at: int) -> None:
    db.execute("UPDATE change SET salt = zeroblob(16) WHERE id = ?", _row(db, _ACTS, at)[:1])


@kind("操作的正文被清空", rebuild=True)
def act_emptied(db: Any, _: Keys, at: int) -> None:
    db.execute("UPDATE change SET body = NULL, salt = NULL WHERE id = ?", _row(db, _ACTS, at)[:1])


@kind("文字被清空", rebuild=True)
def words_emptied(db: Any, _: Keys, at: int) -> None:
    db.execute("UPDATE change SET body = NULL, salt = NULL WHERE id = ?", _row(db, _WORDS, at)[:1])


@kind("整条操作连行删去", rebuild=True)
def act_dropped(db: Any, _: Keys, at: int) -> None:
    row, *_rest = _row(db, _ACTS, at)
    db.execute('DELETE FROM change WHERE "commit" = (SELECT "commit" FROM change WHERE id = ?)', (row,))


@kind("文字连行删去", rebuild=True)
def words_dropped(db: Any, _: Keys, at: int) -> None:
    db.execute("DELETE FROM change WHERE id = ?", _row(db, _WORDS, at)[:1])


@kind("文字挂到别的工单下", rebuild=True)
def words_moved(db: Any, _: Keys, at: int) -> None:
    row, _body, record, _salt = _row(db, _WORDS, at)
    db.execute(
        "UPDATE change SET record = (SELECT id FROM record WHERE matter = 'ticket' AND id != ? LIMIT 1) WHERE id = ?",
        (record, row),
    )


@kind("冒称已依法删除", rebuild=True)
def erased_without_order(db: Any, _: Keys, at: int) -> None:
    row, *_rest = _row(db, _WORDS, at)
    db.execute(
        "INSERT INTO erased (change, by, at_ms) SELECT substr(change, 1, 16), zeroblob(16), 1 FROM change WHERE id = ?",
        (row,),
    )
    db.execute("UPDATE change SET body = NULL, salt = NULL WHERE id = ?", (row,))


@kind("冒称时间不对而隔离", rebuild=True)
def quarantined(db: Any, _: Keys, at: int) -> None:
    db.execute("UPDATE change SET fault = 'clock' WHERE id = ?", _row(db, _ACTS, at)[:1])


# Commits


@kind("提交里翻转一位", rebuild=True)
def commit_bit(db: Any, _: Keys, at: int) -> None:
    row, *_rest = _row(db, _COMMITS, at)
    raw = bytearray(db.execute("SELECT raw FROM commit_ WHERE id = ?", (row,)).fetchone()[0])
    raw[-5] ^= 1
    db.execute("UPDATE commit_ SET raw = ? WHERE id = ?", (bytes(raw), row))


@kind("链中间的提交连同内容删去", rebuild=True)
def commit_dropped(db: Any, _: Keys, at: int) -> None:
    query = "SELECT c.id FROM commit_ c JOIN log l ON l.id = c.log WHERE c.seq < l.head_seq ORDER BY c.id"
    row = _row(db, query, at)
    db.execute('DELETE FROM change WHERE "commit" = ?', row)
    db.execute("DELETE FROM commit_ WHERE id = ?", row)


_BELOW = """SELECT l.id, l.head_seq FROM log l JOIN unit u ON u.node = l.node WHERE u.path LIKE '370000/370200%'
    AND l.head_seq > 12 ORDER BY l.id"""


@kind("自己和下级日志的尾部删去，链头改好，回执一并删去", rebuild=True)
def tail_dropped(db: Any, _: Keys, at: int) -> None:
    log, head = _row(db, _BELOW, at)
    _cut(db, log, head - 1 - at)
    db.execute("DELETE FROM receipt")


@kind("上级日志的尾部删去，链头改好", rebuild=True)
def parents_tail_dropped(db: Any, _: Keys, at: int) -> None:
    log, head = db.execute(
        "SELECT l.id, l.head_seq FROM log l JOIN unit u ON u.node = l.node WHERE u.path = '370000' ORDER BY l.head_seq"
    ).fetchall()[-1]
    _cut(db, log, head - 1 - at)


def _cut(db: Any, log: int, seq: int) -> None:
    """So that the log ends with that number, and nothing here says otherwise."""
    db.execute(
        'DELETE FROM change WHERE "commit" IN (SELECT id FROM commit_ WHERE log = ? AND seq > ?)', (log, seq)
    )
    db.execute("DELETE FROM commit_ WHERE log = ? AND seq > ?", (log, seq))
    last = db.execute('SELECT "commit", time FROM commit_ WHERE log = ? AND seq = ?', (log, seq)).fetchone()
    db.execute(
        "UPDATE log SET head_seq = ?, head_id = ?, head_time = ? WHERE id = ?",
        (seq, *(last or (bytes(32), 0)), log),
    )


@kind("提交登记的时间改早", rebuild=True)
def dated_back(db: Any, _: Keys, at: int) -> None:
    db.execute("UPDATE commit_ SET time = time - 86400000 * 65536 WHERE id = ?", _row(db, _COMMITS, at)[:1])


@kind("提交登记的单位改掉", rebuild=True)
def unit(db: Any, _: Keys, at: int) -> None:
    db.execute("UPDATE commit_ SET unit = '370000/370900' WHERE id = ?", _row(db, _COMMITS, at)[:1])


@kind("提交登记的人员改掉", rebuild=True)
def actor(db: Any, _: Keys, at: int) -> None:
    db.execute("UPDATE commit_ SET actor = 'somebody' WHERE id = ?", _row(db, _COMMITS, at)[:1])


@kind("两个提交对换次序", rebuild=True)
def swapped(db: Any, _: Keys, at: int) -> None:
    query = (
        "SELECT c.log, c.seq FROM commit_ c JOIN log l ON l.id = c.log WHERE c.seq < l.head_seq ORDER BY c.id"
    )
    log, seq = _row(db, query, at)
    for before, after in ((seq, -1), (seq + 1, seq), (-1, seq + 1)):
        db.execute("UPDATE commit_ SET seq = ? WHERE log = ? AND seq = ?", (after, log, before))


@kind("提交改到别的节点名下", rebuild=True)
def log_of_another(db: Any, _: Keys, at: int) -> None:
    (log,) = _row(db, "SELECT id FROM log WHERE head_seq > 0 ORDER BY id", at)
    db.execute("UPDATE log SET node = (SELECT node FROM log WHERE id != ? LIMIT 1) WHERE id = ?", (log, log))


@kind("提交移出主链", rebuild=True)
def unchained(db: Any, _: Keys, at: int) -> None:
    db.execute("UPDATE commit_ SET chained = 0 WHERE id = ?", _row(db, _COMMITS, at)[:1])


@kind("提交标为时间未到，不再计入", rebuild=True)
def held(db: Any, _: Keys, at: int) -> None:
    db.execute("UPDATE commit_ SET held = 1 WHERE id = ?", _row(db, _COMMITS, at)[:1])


# With the node's own keys


@kind("用自己的密钥改写一条文字，其后全部重签", rebuild=True)
def signed_again(db: Any, keys: Keys, at: int) -> None:
    chain = _own(db, keys)
    begin = _turning(db, chain, at)
    row, found = chain[begin]
    change = db.execute(
        'SELECT id, salt, body, place FROM change WHERE "commit" = ? AND body IS NOT NULL ORDER BY place DESC',
        (row,),
    ).fetchone()
    body = cbor.decode(change[2])
    body[5] = {**body[5], "text": "没有这回事"}
    raw = cbor.encode(body)
    names = list(found.header.changes)
    names[change[3]] = change_id(found.header.log, change[1], raw)
    db.execute("UPDATE change SET body = ?, change = ? WHERE id = ?", (raw, names[change[3]], change[0]))
    _resign(db, keys, chain[begin:], replace(found.header, changes=tuple(names)))


@kind("用自己的密钥把一笔的时间改早，其后全部重签", rebuild=True)
def signed_back(db: Any, keys: Keys, at: int) -> None:
    chain = _own(db, keys)
    begin = _turning(db, chain, at)
    header = chain[begin][1].header
    earlier = chain[begin - 1][1].header.time + 1
    _resign(db, keys, chain[begin:], replace(header, time=earlier))


def _own(db: Any, keys: Keys) -> list[tuple[int, Commit]]:
    rows = db.execute(
        "SELECT c.id, c.raw FROM commit_ c JOIN log l ON l.id = c.log WHERE l.node = ? ORDER BY c.seq",
        (keys.node,),
    )
    return [(row, commit.parse(raw)) for row, raw in rows.fetchall()]


def _turning(db: Any, chain: Sequence[tuple[int, Commit]], at: int) -> int:
    """Where the chain is written anew from: another place each time, not its first."""
    acts = [number for number in range(1, len(chain)) if _has_body(db, chain[number][0])]
    return acts[at % len(acts)]


def _has_body(db: Any, row: int) -> bool:
    query = 'SELECT count(*) FROM change WHERE "commit" = ? AND body IS NOT NULL'
    return bool(db.execute(query, (row,)).fetchone()[0])


def _resign(db: Any, keys: Keys, chain: Sequence[tuple[int, Commit]], first: Any) -> None:
    """Each commit names the one before: all that follow are signed anew."""
    header, last = first, None
    for number, (row, found) in enumerate(chain):
        if number:
            header = replace(found.header, prev=last.id)
        last = commit.make(header, keys.node, keys.sign)
        db.execute(
            'UPDATE commit_ SET raw = ?, "commit" = ?, time = ? WHERE id = ?',
            (last.raw, last.id, header.time, row),
        )
    db.execute(
        "UPDATE log SET head_id = ?, head_time = ? WHERE id = (SELECT log FROM commit_ WHERE id = ?)",
        (last.id, header.time, chain[0][0]),
    )


# What is shown


@kind("跳过流程：办结写在列表里")
def phase(db: Any, _: Keys, at: int) -> None:
    (record,) = _row(db, "SELECT record FROM folded WHERE matter = 'ticket' ORDER BY record", at)
    db.execute("UPDATE folded SET phase = 'archived' WHERE record = ?", (record,))


@kind("单位的办理状态改掉")
def status(db: Any, _: Keys, at: int) -> None:
    row = _row(db, "SELECT record, round, unit FROM place ORDER BY record, unit", at)
    db.execute(
        "UPDATE place SET status = 'completed', actor = 'x' WHERE record = ? AND round = ? AND unit = ?", row
    )


@kind("时限改宽")
def deadline(db: Any, _: Keys, at: int) -> None:
    row = _row(db, "SELECT record, clock, round, unit FROM due ORDER BY record, clock, unit", at)
    db.execute(
        "UPDATE due SET due_ms = due_ms + 864000000 WHERE record = ? AND clock = ? AND round = ? AND unit = ?",
        row,
    )


@kind("黄牌删去")
def card(db: Any, _: Keys, at: int) -> None:
    row = _row(db, "SELECT record, unit, clock, colour FROM card ORDER BY record, unit, clock, colour", at)
    db.execute("DELETE FROM card WHERE record = ? AND unit = ? AND clock = ? AND colour = ?", row)


@kind("统计用的数改掉")
def figure(db: Any, _: Keys, at: int) -> None:
    row = _row(db, "SELECT name, at_ms, record, n FROM fact ORDER BY record, name, n", at)
    db.execute("UPDATE fact SET value = value + 1 WHERE name = ? AND at_ms = ? AND record = ? AND n = ?", row)


@kind("冲突从清单里删去")
def conflict(db: Any, _: Keys, at: int) -> None:
    db.execute("DELETE FROM exception_ WHERE id = ?", _row(db, "SELECT id FROM exception_ ORDER BY id", at))


@kind("检索里查不到")
def unfound(db: Any, _: Keys, at: int) -> None:
    (record,) = _row(db, "SELECT id FROM found_ticket_docsize ORDER BY id", at)
    db.execute("DELETE FROM found_ticket WHERE rowid = ?", (record,))


@kind("折叠的状态换成别的工单的")
def state(db: Any, _: Keys, at: int) -> None:
    (record,) = _row(db, "SELECT record FROM folded WHERE matter = 'ticket' ORDER BY record", at)
    db.execute(
        "UPDATE state SET state = (SELECT s.state FROM state s JOIN folded f ON f.record = s.record"
        " WHERE f.matter = 'ticket' AND s.record != ? LIMIT 1) WHERE record = ?",
        (record, record),
    )


@kind("回执改掉一位")
def receipt(db: Any, _: Keys, at: int) -> None:
    (row,) = _row(db, "SELECT id FROM receipt ORDER BY id", at)
    raw = bytearray(db.execute("SELECT raw FROM receipt WHERE id = ?", (row,)).fetchone()[0])
    raw[-9 - at] ^= 1
    db.execute("UPDATE receipt SET raw = ? WHERE id = ?", (bytes(raw), row))
