"""docs/performance.md and its plots, made of the figures alone: the same figures give the same page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bench import catalogue, plot
from bench.catalogue import FIGURES, SIDES, Figure, Parts

PAGE, KEPT = "performance.md", "performance.json"
DOCUMENTS, STORM, REPLACEMENT = (
    "performance-documents.svg",
    "performance-storm.svg",
    "performance-replacement.svg",
)


def rendered(found: Mapping[str, Any]) -> dict[str, str]:
    """File name → text. `found`: as bench/__main__.py measured it."""
    parts: Parts = found["parts"]
    plots = dict(_plots(parts))
    lines = [
        *_head(found),
        *_bounds(parts, judged=not found["quick"]),
        *_sides(parts),
        *_wire(parts),
        *_shares(parts),
        *_plotted(plots),
        *_foot(),
    ]
    return {PAGE: "\n".join(lines) + "\n", **plots}


def _head(found: Mapping[str, Any]) -> Iterator[str]:
    told = found["machine"]
    yield "# Performance\n"
    yield (
        "Made by `make bench` from the figures in [performance.json](performance.json); not written by hand. What a"
        " node answers at a province's size, its screens and an encrypted database: [speed.md](speed.md).\n"
    )
    if found["quick"]:
        yield "**A quick run, of smaller sizes: no bound is judged by it.**\n"
    yield (
        f"Measured on {told['date']}, commit `{told['commit']}`, Qiao {told['qiao']}: {told['cores']} cores of"
        f" {told['processor'] or 'a processor that has no name'}, {told['memory_gib']} GiB, {told['system']}, Python"
        f" {told['python']}, SQLite {told['sqlite']}. Load of the machine when it began: {told['load']}."
    )
    versions = found["parts"].get("peers", {}).get("versions", {})
    yield from (
        ["Peers: " + ", ".join(f"{name} {one}" for name, one in sorted(versions.items())) + "."]
        if versions
        else []
    )
    for name, figures in sorted(found["parts"].items()):
        why = figures.get("failed") or figures.get("missing")
        if why:
            yield f"\n**Not measured: {name} ({why}).**"
    yield ""


def _bounds(parts: Parts, *, judged: bool) -> Iterator[str]:
    yield "## What is bound, and what was reached\n"
    yield "| | Qiao | bound | | the machine, and others |\n| --- | --- | --- | --- | --- |"
    for one in FIGURES:
        kept = _kept(parts, one) if judged else ""
        cells = (_told(parts, one), _bound(parts, one), kept, _beside(parts, one))
        yield f"| {one.what} | " + " | ".join(cells) + " |"
    yield ""
    for one in FIGURES:
        lacking = (
            f" **Not kept here.** {one.lacking}" if judged and catalogue.kept(parts, one) is False else ""
        )
        yield f"- *{one.what}*: {one.words}{lacking}"
    yield ""


def _told(parts: Parts, one: Figure) -> str:
    return _number(catalogue.value(parts, one.path), one.unit)


def _bound(parts: Parts, one: Figure) -> str:
    wanted = catalogue.bound(parts, one)
    if wanted is None:
        return "" if one.bound is None else "not measured"
    return f"{'at most' if one.most else 'at least'} {_number(wanted, one.unit)}"


def _kept(parts: Parts, one: Figure) -> str:
    kept = catalogue.kept(parts, one)
    return "" if kept is None else "kept" if kept else "**not kept**"


def _beside(parts: Parts, one: Figure) -> str:
    found = ((catalogue.value(parts, path), unit, what) for path, unit, what in one.beside)
    return "; ".join(f"{what}: {_number(value, unit)}" for value, unit, what in found if value is not None)


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "not measured"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}{'' if unit.startswith('/') else ' '}{unit}"


def _sides(parts: Parts) -> Iterator[str]:
    yield "## The same documents by others\n"
    many, some = (catalogue.value(parts, ("documents", what)) for what in ("documents", "updates"))
    if many is not None and some is not None:
        yield f"{many:,.0f} documents of 400 bytes, then {some:,.0f} updates, from one side to an empty other.\n"
    yield "| | all | updates | flushes | signs | merges | scope | how |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for name, path, *does in SIDES:
        load, delta = (catalogue.value(parts, (*path, what)) for what in ("load_s", "delta_s"))
        yield f"| {name} | {_number(load, 's')} | {_number(delta, 's')} | " + " | ".join(does) + " |"
    yield ""


def _wire(parts: Parts) -> Iterator[str]:
    """Of an exchange that carries one act, where its bytes are."""
    found = parts.get("bytes", {})
    acts = found.get("acts")
    if not acts:
        return
    yield "## Where the bytes of a small exchange are\n"
    yield f"An act in an exchange of its own, {found['own_exchanges'] / acts:,.0f} bytes at the mean of twelve:\n"
    yield "| | bytes |\n| --- | --- |"
    yield f"| heads of HTTP, both ways | {found['own_heads']:,.0f} |"
    nothing = "what one says that carries nothing: seals, signatures, names, positions, both ways"
    yield f"| {nothing} | {found['own_idle']:,.0f} |"
    yield f"| the commit, its act and words | {found['own_commit']:,.0f} |"
    yield f"| the signed receipt | {found['own_receipt']:,.0f} |"
    yield ""


def _shares(parts: Parts) -> Iterator[str]:
    found = parts.get("profile", {})
    if "intake" not in found or "documents" not in found:
        return
    yield "## Where a province's time goes while it takes in\n"
    yield "By Python's own profiler: lives of eleven changes a ticket, and documents, each a ticket's first two.\n"
    yield "| | lives | documents |\n| --- | --- | --- |"
    for area, share in sorted(found["intake"].items(), key=lambda one: -one[1]):
        yield f"| {area} | {share:.0%} | {found['documents'].get(area, 0):.0%} |"
    yield ""


def _plots(parts: Parts) -> Iterator[tuple[str, str]]:
    """Of what was measured; a plot of nothing isn't made."""
    given = [
        (name, catalogue.value(parts, (*path, "load_s")), path == ("documents",)) for name, path, *_ in SIDES
    ]
    if any(value is not None for _, value, _ in given):
        drawn = [(_brief(name), value, ours) for name, value, ours in given if value is not None]
        yield DOCUMENTS, plot.bars("Documents carried to an empty side, seconds", "s", drawn)
    storm = parts.get("storm", {})
    if storm.get("curve"):
        points = [(seconds, at + 1.0) for at, seconds in enumerate(storm["curve"])]
        yield STORM, plot.curve("Offices back at once", "s", "offices answered", points, 40)
    replaced = parts.get("replacement", {})
    if replaced.get("curve"):
        points = [*map(tuple, replaced["curve"]), (replaced["complete_s"], replaced["commits"])]
        yield REPLACEMENT, plot.curve("A replaced city", "s", "commits it holds again", points, 240)


def _brief(name: str) -> str:
    return name.partition(" to ")[0] + (", batch 100" if "batch 100 " in name else "")


def _plotted(plots: Mapping[str, str]) -> Iterator[str]:
    if plots:
        yield "## Plots\n"
        for name in plots:
            yield f"![{name.removeprefix('performance-').removesuffix('.svg')}]({name})\n"


def _foot() -> Iterator[str]:
    yield "## Measuring it again\n"
    yield (
        "`make bench` measures all of it, in some 25 minutes, and fetches the peers by npm into a scratch folder; where"
        " there is none it goes on without. `make bench QUICK=1`: smaller sizes, some four minutes."
        " `make bench PARTS='desk bytes'`: these alone, the other figures stay. `PEERS=DIR` keeps the peers' packages."
        " `make bench RENDER=1` makes this page of the figures that are there. Rates, latencies and the storm need a"
        " machine that does nothing else; bytes and memory don't. Nothing is asserted in a test."
    )
