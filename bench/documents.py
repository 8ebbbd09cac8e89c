"""20,000 documents of 400 bytes and 2,000 updates from one node to another, as bench/peers/ does it with its own.

    python -m bench.documents [--documents 20000] [--updates 2000]

A document is a ticket that a city registered offline, its narrative the 400 bytes; an update is an amended one. The
city carries them to its province over HTTP as `qiao sync` does; the province is a process of the real program. Each
side verifies, folds, projects and indexes what it takes in, and has it on the disk before it says so.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from bench import narratives, running
from bench.lives import STAFF
from node import config
from node.clock import SystemClock
from node.demo.office import Office
from node.entropy import SystemEntropy
from node.transport.round import Report, once
from node.writer import Writer

DOCUMENTS, UPDATES = 20_000, 2_000
BYTES = 400
CITY = "370200"
BATCH = 250
_FIELDS = {"channel": "web", "class": "enquiry", "topic": "legal/labour/wages/arrears"}

Document = dict[str, str]  # id, text


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--documents", type=int, default=DOCUMENTS)
    asked.add_argument("--updates", type=int, default=UPDATES)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), given.documents, given.updates), indent=1))


def written(path: Path, documents: int, updates: int) -> Path:
    """The same for every peer: {documents, updates}, each a list of {id, text}."""
    made = list(_made(documents, Random(1)))
    changed = [{"id": made[at]["id"], "text": text["text"]} for at, text in
               zip(Random(2).sample(range(documents), updates), _made(updates, Random(3)), strict=True)]  # fmt: skip
    path.write_text(json.dumps({"documents": made, "updates": changed}, ensure_ascii=False), "utf-8")
    return path


def _made(many: int, random: Random) -> Iterator[Document]:
    for at in range(many):
        text = narratives.narrative(random, _FIELDS["topic"], 9) * 3
        cut = text.encode()[:BYTES].decode(errors="ignore")
        yield {"id": f"d{at:06d}", "text": cut + "." * (BYTES - len(cut.encode()))}


def measure(folder: Path, documents: int, updates: int) -> dict[str, Any]:
    given = json.loads(written(folder / "documents.json", documents, updates).read_text("utf-8"))
    province = running.founded(folder)
    with running.stopped_at_last(province):
        here = city(folder, province)
        records = registered(here, given["documents"])
        load = _carried(here, province)
        _amended(here, given["updates"], records)
        delta = _carried(here, province)
        _check(province, len(records))
        here.close()
        told = {f"load_{name}": one for name, one in load.items()}
        told |= {f"delta_{name}": one for name, one in delta.items()}
        memory = running.memory_mib(province.pid, "VmHWM")
        return {"documents": documents, "updates": updates, "memory_mib": memory, **told}


def city(folder: Path, province: Office) -> Writer:
    """One that joined a province that runs; its writer, of this process."""
    place = folder / CITY
    made = running.office(folder, CITY)
    words = ("--unit", CITY, "--name", made.name, "--address", province.address)
    made.call("join", province.call("invite", *words, staff=STAFF)["invitation"])
    made.add_staff(STAFF, "甲", running.ROLES, None)
    writer = Writer.open(place, config.load(place), SystemClock(), SystemEntropy())
    asyncio.run(once(writer, province.address, writer.config))
    return writer


def registered(city: Writer, documents: Sequence[Document]) -> dict[str, str]:
    """Document → record. Several in a commit, as an import makes them."""
    rows = [{**_FIELDS, "external_id": one["id"], "narrative": one["text"]} for one in documents]
    for at in range(0, len(rows), BATCH):
        done = city.do("import.rows", {"matter": "ticket", "rows": rows[at : at + BATCH]}, STAFF)
        bad = [one for one in done["results"] if one["state"] != "imported"]
        if bad:
            raise RuntimeError(str(bad[0]))
    with city.work() as work:
        query = (
            "SELECT f.external_id, r.record FROM folded f JOIN record r ON r.id = f.record"
            " WHERE f.external_id != ''"
        )
        return {row[0]: row[1].hex() for row in work.db.exec_driver_sql(query)}


def _amended(city: Writer, updates: Sequence[Document], records: dict[str, str]) -> None:
    for one in updates:
        data = {"narrative": one["text"]}
        params = {"matter": "ticket", "verb": "amend", "record": records[one["id"]], "data": data}
        city.do("act", params, STAFF)


def _carried(city: Writer, province: Office) -> dict[str, float]:
    cpu, theirs, begun = time.process_time(), running.cpu_seconds(province.pid), time.perf_counter()
    report: Report = asyncio.run(once(city, province.address, city.config))
    seconds = time.perf_counter() - begun
    assert report.complete
    return {
        "s": seconds,
        "cpu_s": time.process_time() - cpu,
        "parent_cpu_s": running.cpu_seconds(province.pid) - theirs,
        "bytes": report.bytes_up + report.bytes_down,
        "commits": report.sent,
    }


def _check(province: Office, wanted: int) -> None:
    found = running.one(province, "SELECT count(*) FROM folded WHERE external_id != ''")
    if found != wanted:
        raise RuntimeError(f"{found} of {wanted} documents arrived")


if __name__ == "__main__":
    main()
