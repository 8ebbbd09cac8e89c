"""Every identifier of the matters stands in docs/glossary.md, with the Chinese term of the declaration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from node.deadlines.policies import DEFAULTS
from node.matters import KINDS
from node.matters.draft import Kind
from node.matters.page import LIFECYCLE, OTHER, page
from node.matters.registry import REGISTRY
from node.matters.staff import ROLES
from node.matters.ticket.fields import CLOCKS

DOCS = Path(__file__).parents[3] / "docs"
ROWS = re.findall(r"^\| ([^|]+) \| `([^`]+)` \| ([^|]+) \|$", (DOCS / "glossary.md").read_text("utf-8"), re.M)
KNOWN = {identifier for _, identifier, _ in ROWS}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_act_field_and_name_of_a_matter_is_in_the_glossary(kind: Kind) -> None:
    matter = kind.matter
    used = {matter.name, *matter.names, *(slot.kind for slot in matter.slots)}
    used |= {field.name for field in matter.fields}
    for action in matter.actions:
        used |= {action.name, *action.roles, *(field.name for field in action.data)}
    for verb in kind.verbs:
        used |= {verb.name, *(field.name for field in verb.takes)}
    assert used - KNOWN == set()


def test_clocks_roles_limits_and_registry_acts_are_in_the_glossary() -> None:
    assert CLOCKS.keys() | ROLES.keys() | DEFAULTS.keys() <= KNOWN
    assert {action.name for action in REGISTRY.actions} <= KNOWN


def test_the_glossary_has_a_meaning_for_every_term() -> None:
    assert all(chinese.strip() and meaning.strip() for chinese, _, meaning in ROWS)


def test_fields_statuses_and_phases_have_the_chinese_of_the_declaration() -> None:
    ticket = KINDS["ticket"].matter
    said = {(identifier, chinese) for chinese, identifier, _ in ROWS}
    declared = {(field.name, field.label) for field in ticket.fields} | set(ticket.names.items())
    assert declared - said == set()


def test_the_lifecycle_page_is_the_declaration_s() -> None:
    found = (DOCS / "ticket-lifecycle.md").read_text("utf-8")
    assert found == page(KINDS["ticket"], LIFECYCLE), "python -m node.matters.page > docs/ticket-lifecycle.md"


def test_the_page_of_an_article_s_life_is_the_declaration_s() -> None:
    found = (DOCS / "article-lifecycle.md").read_text("utf-8")
    said = "python -m node.matters.page article > docs/article-lifecycle.md"
    assert found == page(KINDS["article"], OTHER), said


def test_the_page_s_diagrams_reach_every_phase_and_status() -> None:
    text = page(KINDS["ticket"], "")
    reached = set(re.findall(r"--> (\w+):", text))
    assert KINDS["ticket"].matter.names.keys() - reached == {"dispatched"}
