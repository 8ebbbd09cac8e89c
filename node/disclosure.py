"""Whether personal data may leave masked no longer: the one question that exports and paper ask (issue of privacy:
it takes a second person)."""

from __future__ import annotations

from node.errors import Forbidden
from node.language import say
from node.page import Person


def allowed(person: Person, what: str) -> None:
    """Raises Forbidden `second_person` unless another person has agreed. `what`: export or paper."""
    zh = "个人信息要由第二人同意才能明文导出或打印；单件请用 reveal"
    en = f"personal data leaves by {what} unmasked only with a second person's consent"
    raise Forbidden(say(zh, en), code="second_person", hint=f"qiao --as {person.id} ticket export --help")
