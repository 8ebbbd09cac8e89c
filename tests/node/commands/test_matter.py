import inspect

import pytest
import typer

from conflict.declaration import Type
from node.commands.lazy import SUBJECTS, others
from node.commands.matter import app_for, begins, positional
from node.matters import KINDS
from node.matters.draft import Kind, Verb

VERBS = [
    pytest.param(kind, verb, id=f"{name}-{verb.name}")
    for name, kind in KINDS.items()
    for verb in kind.verbs
    if (name in SUBJECTS or name in others()) and not (kind.shelf and verb.name == kind.shelf.verb)
]


def test_a_ticket_has_the_verbs_of_the_command_line() -> None:
    app = app_for("ticket")
    names = {command.name for command in app.registered_commands}
    assert names >= {
        "register", "answer", "dispatch", "accept", "decline", "note", "ask", "attach", "attachments", "save",
        "submit", "review", "recall", "follow-up", "quality-check", "rework", "withdraw",
        "amend", "archive", "list", "show",
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "verb"), VERBS)
def test_every_verb_has_help_with_an_example_and_all_that_it_takes(kind: Kind, verb: Verb) -> None:
    group = typer.main.get_command(app_for(kind.matter.name))
    command = group.get_command(None, verb.name)  # type: ignore[attr-defined]
    with typer.Context(command) as context:
        text = command.get_help(context)
    assert f"qiao --as STAFF {kind.matter.name} {verb.name}" in inspect.cleandoc(text)
    for field in verb.takes:
        option = "FILE..." if field.type is Type.FILES else "--" + field.name.replace("_", "-")
        assert option in text
    assert begins(kind, verb) or " ID" in text


def test_a_note_takes_its_text_without_an_options_name() -> None:
    note = next(verb for verb in KINDS["ticket"].verbs if verb.name == "note")
    assert positional(note) is not None


def test_every_matter_with_verbs_has_commands() -> None:
    assert all(name in SUBJECTS or name in others() for name, kind in KINDS.items() if kind.verbs)
