from typing import Any

import pytest

from node.demo import acts
from node.demo.cases import Case
from node.matters import KINDS

CASE = Case(
    {"channel": "phone"}, "370000", "370211", result="已办", recovered=1, record="aa", handlers=["370211"]
)
ALL: list[dict[str, Any]] = [
    acts.register(CASE),
    acts.answer("aa", "可以"),
    acts.dispatch("aa", "370211", "370214"),
    acts.accept("aa"),
    acts.decline("aa", "not_our_region", "不在本区"),
    acts.note("aa", "记"),
    acts.submit(CASE, "370211"),
    acts.review("aa", "370211"),
    acts.recall("aa", "370211"),
    acts.amend("aa", occupation="瓦工", amount_claimed=5),
    acts.satisfied("aa"),
    acts.dissatisfied("aa", "没办"),
    acts.rework("aa", "没办"),
    acts.check("aa"),
    acts.archive("aa"),
]


@pytest.mark.parametrize("act", ALL, ids=lambda act: act["action"])
def test_every_act_of_the_demo_is_a_verb_with_its_own_parameters(act: dict[str, Any]) -> None:
    verb = next(one for one in KINDS["ticket"].verbs if one.name == act["action"])
    assert set(act["data"]) <= {field.name for field in verb.takes}
    if act["action"] != "register":
        assert verb.required <= set(act["data"])
