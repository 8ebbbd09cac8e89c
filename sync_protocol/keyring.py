"""Keys as an outsider learns them: from the registry changes of a verified export, in its order (3.4, 3.9).

It judges only what a key's coming into force rests on. Whether a commit is kept after a revocation or a
fork is for the registry's fold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .change import Act
from .commit import Commit
from .keys import is_sound_key
from .names import covers, is_above, node_id


@dataclass(slots=True)
class Holder:
    """A node whose key is known. `since` is the number of the commit, in the file, that enrolled it."""

    key: bytes
    since: int
    paths: set[str] = field(default_factory=set)  # units it was given, or acts for


class Keyring:
    """Begins with the root's key alone; `learn` every registry act of every verified commit."""

    def __init__(self, root: bytes, key: bytes) -> None:
        self._root = root
        self._holders = {root: Holder(key, 0)}
        self._recovery: bytes | None = None  # node id of the recovery key
        self._logs: dict[bytes, bytes] = {}  # log → node
        self._ruled: dict[bytes, int] = {}  # log → the latest admit or fork about it

    def key_of(self, node: bytes) -> bytes | None:
        holder = self._holders.get(node)
        return None if holder is None else holder.key

    def owns(self, node: bytes, log: bytes) -> bool:
        return self._logs.get(log) == node

    def admitted_at(self, node: bytes, log: bytes) -> int:
        """The number of the commit, in the file, from which on commits of this log may stand in it."""
        return max(self._holders[node].since, self._ruled.get(log, 0))

    def learn(self, commit: Commit, act: Act, number: int) -> None:
        """A registry act of a commit whose signature was verified; `number` is the commit's in the file."""
        learner = _LEARNERS.get(act.action)
        if learner is not None:
            learner(self, commit, act.data, number)

    def _enrol(self, commit: Commit, data: dict[str, Any], number: int) -> None:
        unit = data.get("unit")
        if type(unit) is not str or not _is_shaped(data):
            return
        if data.get("role") == "hosted":
            self._host(commit.node, unit, data.get("by"))
        elif self._may_enrol(commit, data, unit):
            if commit.node == self._recovery:
                self._logs.setdefault(commit.header.log, commit.node)
            self._admit_node(data, unit, number)

    def _host(self, author: bytes, unit: str, by: bytes | None) -> None:
        holder = self._holders.get(by) if by is not None else None
        if holder is not None and self._is_over(author, unit):
            holder.paths.add(unit)

    def _may_enrol(self, commit: Commit, data: dict[str, Any], unit: str) -> bool:
        author, node, replaces = commit.node, data.get("node"), data.get("replaces")
        sign, log = data.get("sign"), data.get("log")
        if sign is None or log is None or not is_sound_key(sign) or node != node_id(sign):
            return False
        if node == self._root and not self._logs:
            return author == self._root  # its key is the file's head's: the id fixes it
        if node in self._holders or log in self._logs:
            return False
        if author == self._recovery:
            return replaces == self._root and commit.header.seq == len(commit.header.changes) == 1
        if replaces is not None:
            return bool(replaces == author != self._root)
        return self._is_over(author, unit)

    def _is_over(self, author: bytes, unit: str) -> bool:
        return any(is_above(path, unit) for path in self._holders[author].paths)

    def _admit_node(self, data: dict[str, Any], unit: str, number: int) -> None:
        node, replaces = data["node"], data.get("replaces")
        old = self._holders.get(replaces) if replaces is not None else None
        paths = {unit} | (old.paths if old is not None else set())
        since = 0 if node == self._root else number
        self._holders[node] = Holder(data["sign"], since, paths)
        self._logs[data["log"]] = node
        if replaces == self._root:
            self._root = node
        if node == self._root:
            self._take_recovery(data.get("recovery"), number)

    def _take_recovery(self, key: bytes | None, number: int) -> None:
        if key is not None and is_sound_key(key):
            self._recovery = node_id(key)
            self._holders.setdefault(self._recovery, Holder(key, number))

    def _open_log(self, commit: Commit, data: dict[str, Any], number: int) -> None:
        log = commit.header.log
        if data.get("log") == log and commit.header.seq == 1:
            self._logs.setdefault(log, commit.node)

    def _move(self, commit: Commit, data: dict[str, Any], number: int) -> None:
        unit, to = data.get("unit"), data.get("to")
        if type(unit) is not str or type(to) is not str:
            return
        if not (self._is_over(commit.node, unit) and self._is_over(commit.node, to)):
            return
        for holder in self._holders.values():
            moved = {to + path[len(unit) :] for path in holder.paths if covers(unit, path)}
            holder.paths |= moved

    def _rule(self, commit: Commit, data: dict[str, Any], number: int) -> None:
        log = data.get("log")
        if type(log) is bytes:
            self._ruled[log] = number


def _is_shaped(data: dict[str, Any]) -> bool:
    names = ("node", "sign", "log", "by", "replaces", "recovery")
    return all(type(data[name]) is bytes for name in names if name in data)


_LEARNERS = {
    "enrol": Keyring._enrol,
    "open_log": Keyring._open_log,
    "move": Keyring._move,
    "admit": Keyring._rule,
    "fork": Keyring._rule,
}
