"""Makes the database that a released version leaves behind, to be opened by every later one.

Run once when a version is released: python -m tests.prior_dbs.make VERSION
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from node.face import Node, Person

HERE = Path(__file__).parent
NARRATIVE = "干外墙保温，讲好一万四千六百六十元，只拿到四千元，余款拖到现在。"


def make(folder: Path) -> dict[str, Any]:
    """A root with people, a hosted unit, three tickets in different phases; and what must be read from it."""
    Node.init(folder, "370000", "山东省总工会", root=True, recovery=folder.parent / "recovery.pem")
    with Node.open(folder) as node:
        roles = ["operator", "dispatcher", "handler", "supervisor", "follow_up", "quality_checker"]
        who = Person("a01", "甲", frozenset(["admin", *roles]))
        node.do("staff.add", {"id": who.id, "name": who.name, "roles": roles, "password": "prior-db"})
        node.do(
            "invite", {"unit": "dept1", "name": "权益保障部", "role": "hosted", "kind": "department"}, who
        )
        _work(node, who)
        digest = node.digest()
        items = node.list("ticket", sort="number").items
    return {
        "digest": digest["digest"],
        "records": digest["records"],
        "tickets": [{name: one[name] for name in ("record", "number", "phase", "title")} for one in items],
    }


def _work(node: Node, who: Person) -> None:
    first = {"channel": "phone", "class": "resolution_request", "topic": "legal/labour/wages/arrears"}
    travelling = _act(node, who, "register", None, **first, narrative=NARRATIVE, worker_phone="13800000000")
    _act(node, who, "register", None, **{**first, "class": "feedback"}, narrative="夏天车间没有降温设备。")
    answered = _act(
        node, who, "register", None, **{**first, "class": "enquiry"}, narrative="试用期最长多久？"
    )
    _act(node, who, "answer", answered, text="三年以上固定期限的合同，不超过六个月。")
    _act(node, who, "dispatch", travelling, lead="dept1")
    _act(node, who, "accept", travelling, behalf="dept1")
    _act(node, who, "note", travelling, text="已联系包工头。")
    _act(node, who, "amend", travelling, amount_claimed=1066000)


def _act(node: Node, who: Person, verb: str, record: str | None, **data: Any) -> str:
    done = node.do("act", {"matter": "ticket", "verb": verb, "record": record, "data": data}, who)
    return str(done["record"])


def main(version: str) -> None:
    folder = HERE / f"v{version}"
    aside = folder / "aside"
    expected = make(aside / "node")
    for name in ("node.db", "node.toml", "keys"):
        shutil.move(aside / "node" / name, folder / name)
    shutil.rmtree(aside)
    text = json.dumps(expected, ensure_ascii=False, indent=2)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
