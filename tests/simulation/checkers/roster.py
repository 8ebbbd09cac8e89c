"""Every checker, one of each for a world. At the end they are asked in this order: R13 brings the tree to rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.checkers.checker import Checker
from tests.simulation.checkers.r01_durable import Durable
from tests.simulation.checkers.r02_atomic import Atomic
from tests.simulation.checkers.r03_no_silent_loss import NoSilentLoss
from tests.simulation.checkers.r04_convergence import Convergence
from tests.simulation.checkers.r05_quiescence import Quiescence
from tests.simulation.checkers.r06_chain import Chain
from tests.simulation.checkers.r07_no_self_fork import NoSelfFork
from tests.simulation.checkers.r08_foreign_time import ForeignTime
from tests.simulation.checkers.r09_own_time import OwnTime
from tests.simulation.checkers.r10_losers import Losers
from tests.simulation.checkers.r11_scope import Scope
from tests.simulation.checkers.r12_erasure import Erasure
from tests.simulation.checkers.r13_liveness import Liveness
from tests.simulation.checkers.r14_autonomy import Autonomy
from tests.simulation.checkers.r15_bounded import Bounded
from tests.simulation.checkers.r16_fail_loud import FailLoud

if TYPE_CHECKING:
    from tests.simulation.world import World

EVERY: tuple[type[Checker], ...] = (
    Liveness, Quiescence, Durable, Atomic, NoSilentLoss, Convergence, Chain, NoSelfFork, ForeignTime, OwnTime,
    Losers, Scope, Erasure, Autonomy, Bounded, FailLoud,
)  # fmt: skip


def every(world: World) -> list[Checker]:
    return [one(world) for one in EVERY]
