"""Makes the database that a released version leaves behind, to be opened by every later one.

    python -m tests.prior_dbs.make 0.2.1

That version is checked out into a scratch folder and does it itself, with its own packages; a version that isn't
released yet is made by the program that is here.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NARRATIVE = "干外墙保温，讲好一万四千六百六十元，只拿到四千元，余款拖到现在。"


def make(folder: Path) -> dict[str, Any]:
    """A root with people, a hosted unit, tickets in different phases; and what must be read from it."""
    from node.face import Node, Person

    Node.init(folder, "370000", "山东省总工会", root=True, recovery=folder.parent / "recovery.pem")
    with Node.open(folder) as node:
        roles = ["operator", "dispatcher", "handler", "supervisor", "follow_up", "quality_checker"]
        who = Person("a01", "甲", frozenset(["admin", *roles]))
        node.do("staff.add", {"id": who.id, "name": who.name, "roles": roles, "password": "prior-db"})
        node.do(
            "invite", {"unit": "dept1", "name": "权益保障部", "role": "hosted", "kind": "department"}, who
        )
        _work(node, who)
        if hasattr(node, "erasures"):  # since 0.2.0
            _more(node, who, folder.parent / "paper.txt")
        digest = node.digest()
        items = node.list("ticket", sort="number").items
    return {
        **_marked(folder),
        "digest": digest["digest"],
        "records": digest["records"],
        "tickets": [{name: one[name] for name in ("record", "number", "phase", "title")} for one in items],
    }


def _work(node: Any, who: Any) -> None:
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


def _more(node: Any, who: Any, paper: Path) -> None:
    """A ticket with an attachment, of which a word is erased; and one that is erased whole."""
    told = {"channel": "visit", "class": "resolution_request", "topic": "legal/labour/wages/arrears"}
    kept = _act(node, who, "register", None, **told, narrative="工牌在附件里。", worker_phone="13900000000")
    paper.write_text("工牌：07 号\n", encoding="utf-8")
    _act(node, who, "attach", kept, attachments=[str(paper)])
    gone = _act(node, who, "register", None, **told, narrative="本人要求删除。", worker_name="王某")
    ground = {"ground": "《个人信息保护法》第四十七条"}
    node.do("erase", {"record": kept, "fields": ["worker_phone"], **ground}, who)
    node.do("erase", {"record": gone, "fields": [], **ground}, who)


def _marked(folder: Path) -> dict[str, Any]:
    """What its marker said (since 0.2.0): without it, whoever opens the database takes it for a restored one."""
    try:
        from node.marker import SystemMarker
    except ImportError:
        return {}
    found = SystemMarker(folder).read()
    assert found is not None
    return {"marker": [found.log.hex(), found.number, found.seq]}


def _act(node: Any, who: Any, verb: str, record: str | None, **data: Any) -> str:
    done = node.do("act", {"matter": "ticket", "verb": verb, "record": record, "data": data}, who)
    return str(done["record"])


def kept(version: str) -> None:
    """By the program that runs this: tests/prior_dbs/vVERSION."""
    folder = HERE / f"v{version}"
    aside = folder / "aside"
    expected = make(aside / "node")
    for name in ("node.db", "node.toml", "keys"):
        shutil.move(aside / "node" / name, folder / name)
    if (aside / "node/blobs").exists():
        shutil.move(aside / "node/blobs", folder / "blobs")
    shutil.rmtree(aside)
    text = json.dumps(expected, ensure_ascii=False, indent=2)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


def main(version: str) -> None:
    from tests.soak import releases

    if version not in releases.LAST:
        kept(version)
        return
    with tempfile.TemporaryDirectory(prefix="qiao-release-") as folder:
        found = releases.release(version, Path(folder))
        words = [str(found.python), "-P", str(Path(__file__).resolve()), version]
        subprocess.run(words, env=found.environment(), cwd=folder, check=True)


if __name__ == "__main__":
    (kept if __package__ in (None, "") else main)(sys.argv[1])
