"""Registry acts made by hand, without signatures: the fold is given what a good signature covers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sync_protocol import commit, registry
from sync_protocol.commit import Header
from sync_protocol.names import node_id
from sync_protocol.registry import Registry, RegistryAct

from .scene import Office, public, seed

PROVINCE, CITY, OTHER, COUNTY = "370000", "370000/370200", "370000/370900", "370000/370200/370211"
STANDS = ("stands", "")


@dataclass
class Registrar:
    """Writes acts one minute after the other; every office names its enrolment unless told otherwise."""

    acts: list[RegistryAct] = field(default_factory=list)
    rights: dict[bytes, bytes] = field(default_factory=dict)  # node → enrolment
    minute: int = 0

    def write(self, by: Office, action: str, data: dict[str, Any], **more: Any) -> RegistryAct:
        self.minute += 1
        by.seq += 1
        seq, log = more.get("seq", by.seq), more.get("log", by.log)
        name = f"{log.hex()} {seq} {more.get('branch', '')}"
        after = more.get("after", (self.rights[by.id],) if by.id in self.rights else ())
        made = RegistryAct(
            id=seed(f"{name} {action} {data}", 16),
            key=(more.get("minute", self.minute) * 65536, log, seq, more.get("index", 0)),
            node=by.id,
            unit=by.unit,
            action=action,
            data=data,
            after=after,
            record=more.get("record"),
            commit_id=seed(f"commit {name}"),
            changes=more.get("changes", 1),
        )
        self.acts.append(made)
        return made

    def found(self, root: Office) -> RegistryAct:
        made = self.write(root, "enrol", root.enrolment(PROVINCE, recovery=public(seed("recovery"))))
        self.rights[root.id] = made.id
        return made

    def enrol(self, by: Office, child: Office, path: str, **more: Any) -> RegistryAct:
        data = child.enrolment(path, **more.pop("data", {}))
        made = self.write(by, "enrol", data, **more)
        self.rights.setdefault(child.id, made.id)
        return made

    def revoke(self, by: Office, target: Office, *keep: RegistryAct, **more: Any) -> RegistryAct:
        places = [[one.log, one.seq, one.commit_id] for one in keep]
        data = {"node": target.id, "keep": places, "reason": "stolen"}
        return self.write(by, "revoke", data, record=self.rights[target.id], **more)

    def fold(self, root: bytes | None = None) -> Registry:
        return registry.fold(self.acts, root)

    def verdict(self, act: RegistryAct) -> tuple[str, str]:
        standing, code = self.fold().verdicts[act.id]
        return str(standing), code


class Tree(Registrar):
    """A province with two cities and a county of the first."""

    def __init__(self) -> None:
        super().__init__()
        self.province, self.city = Office("province", PROVINCE), Office("city", CITY)
        self.other, self.county = Office("other", OTHER), Office("county", COUNTY)
        self.first = self.found(self.province)
        self.enrolled = {
            "city": self.enrol(self.province, self.city, CITY),
            "other": self.enrol(self.province, self.other, OTHER),
            "county": self.enrol(self.city, self.county, COUNTY),
        }

    def recovery(self) -> Office:
        """The key on paper, with a log of its own."""
        return Recovery("recovery", PROVINCE, log=seed("recovery log", 16))


class Recovery(Office):
    """Its private key is the seed of its name."""

    @property
    def private(self) -> bytes:
        return seed(self.name)


def stray(name: str) -> bytes:
    return node_id(public(seed(name)))


def denied(code: str) -> tuple[str, str]:
    return "denied", code


def forked(owner: Office, seq: int = 5) -> list[commit.Commit]:
    return [
        commit.make(
            Header(owner.log, seq, seed("prev"), 65536 * n, "s", (seed(f"c{n}"),), owner.unit),
            owner.id,
            owner.signer,
        )
        for n in (8, 9)
    ]


def moved(tree: Tree, by: Office, unit: str, to: str, record: bytes) -> RegistryAct:
    return tree.write(by, "move", {"unit": unit, "to": to}, record=record)


def replaced_root(tree: Tree, new: Office, recovery: Recovery, next_key: str, **more: Any) -> RegistryAct:
    tree.rights[recovery.id] = tree.rights[tree.province.id]
    data = {"replaces": tree.province.id, "recovery": public(seed(next_key))}
    return tree.enrol(recovery, new, PROVINCE, data=data, **more)
