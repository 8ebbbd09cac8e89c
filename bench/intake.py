"""What a desk waits for while a caller is on the line: his history, what may be registered twice, the act itself.

Beside the records of a province (province.py), which `--dir D` keeps.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

from bench import province
from bench.figures import arguments
from bench.lives import STAFF
from bench.measure import each, head, memory
from node import alike, repeats
from node.clock import SystemClock
from node.config import load
from node.entropy import SystemEntropy
from node.lock import Lock
from node.lookup import Lookup
from node.store.alike import Token
from node.writer import Writer

ANSWER = 100  # ms: as for a search
ROUNDS = 30
FORM = {"topic": "legal/labour/wages/arrears", "employer_name": province.BIG_NAME}


def main() -> None:
    given = arguments(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        measure(province.build(given.dir or Path(folder), given.calls, given.tickets))


def measure(place: Path) -> None:
    _look(place)
    _register(place)
    memory("memory of the writer beside it")


def _look(place: Path) -> None:
    lookup = Lookup(place, "zh")
    phones = [f"138{number:08d}" for number in Random(2).sample(range(province.CALLERS), ROUNDS)]
    head("while a caller is on the line")
    each("history of a caller", ANSWER, lambda at: lookup.earlier(phones[at], None), ROUNDS)
    asks: dict[str, Callable[[int], object]] = {
        "duplicates of a form: caller": lambda at: lookup.duplicates({"worker_phone": phones[at]}),
        "duplicates: caller, largest employer, topic": lambda at: lookup.duplicates(
            {**FORM, "worker_phone": phones[at]}
        ),
        "duplicates: an employer and a topic": lambda at: lookup.duplicates(
            {**FORM, "employer_name": f"单位{500 + at}"}
        ),
        "the topic list": lambda at: lookup.codes("topic"),
    }
    for what, ask in asks.items():
        each(what, ANSWER, ask, ROUNDS)
    with lookup._read() as db:
        token = alike.token(lookup._alike_key, "phone", phones[0])
        assert isinstance(token, Token)
        each("the blind index alone", None, lambda _: repeats.earlier(db, {token}, 50), ROUNDS)
    lookup.close()


def _register(place: Path) -> None:
    given = {"channel": "phone", "class": "enquiry", "narrative": "问拖欠的工资找谁要", **FORM}
    with Lock.take(place):
        writer = Writer.open(place, load(place), SystemClock(), SystemEntropy())

        def register(at: int) -> None:
            data = {**given, "worker_phone": f"138{at:08d}"}
            params = {"matter": "ticket", "verb": "register", "record": None, "data": data}
            writer.do("act", params, STAFF)

        head("an act beside all this")
        each("a ticket registered, durable", None, register, ROUNDS)
        writer.close()


if __name__ == "__main__":
    main()
