"""Level ancestors and meeting points, against plain walks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.ancestry import Ancestry

from .scene import seed


def name(number: int) -> bytes:
    return seed(f"commit {number}")


@st.composite
def forests(draw: st.DrawFn) -> list[tuple[bytes, int, bytes]]:
    """Commits that name any other, most of them one right below; some name what isn't held, or stands elsewhere."""
    found: list[tuple[bytes, int, bytes]] = []
    for number in range(draw(st.integers(1, 40))):
        below = draw(st.sampled_from(found)) if found and draw(st.integers(0, 5)) else None
        seq = draw(st.integers(1, 9)) if below is None or not draw(st.integers(0, 9)) else below[1] + 1
        found.append((name(number), seq, below[0] if below else seed("elsewhere")))
    return draw(st.permutations(found))


def path(held: dict[bytes, tuple[int, bytes]], commit: bytes) -> list[tuple[int, bytes]]:
    found = [(held[commit][0], commit)]
    while (prev := held[found[-1][1]][1]) in held and held[prev][0] == found[-1][0] - 1:
        found.append((held[prev][0], prev))
    return found


@given(forests(), st.data())
def test_every_answer_is_that_of_a_walk_down_the_chain(
    commits: list[tuple[bytes, int, bytes]], data: st.DataObject
) -> None:
    held = {one: (seq, prev) for one, seq, prev in commits}
    known = Ancestry(commits)
    one, two = data.draw(st.sampled_from(sorted(held))), data.draw(st.sampled_from(sorted(held)))
    mine, theirs = path(held, one), path(held, two)
    assert known.end(one)[:2] == held[mine[-1][1]]
    assert [known.at(one, number) for number in range(60)] == [dict(mine).get(number) for number in range(60)]
    assert known.meet(one, two) == max((seq for seq, _ in set(mine) & set(theirs)), default=None)


def test_a_long_chain_takes_few_steps() -> None:
    known = Ancestry((name(at), at, name(at - 1)) for at in range(1, 2001))
    steps, at = 0, name(2000)
    while known.links[at].below is not None:
        at, steps = known.links[at].far, steps + 1
    assert steps <= 24
    assert known.at(name(2000), 7) == name(7) and known.meet(name(1999), name(1500)) == 1500
