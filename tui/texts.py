"""Every sentence of the screens, through gettext: Chinese first, English second.

The catalogs are `locale/LANGUAGE/AREA.po`, one file an area; a message's id is its key (`login.title`), so neither
language is the source of the other. They are read once, when the first sentence is asked for. Names of fields,
codes, phases and statuses aren't here: they stand in each matter's declaration.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from node import language

LOCALE = Path(__file__).parent / "locale"


@lru_cache(4)
def messages(spoken: str) -> Mapping[str, str]:
    """Key → sentence, of one language."""
    import polib

    return {
        entry.msgid: entry.msgstr
        for path in sorted((LOCALE / spoken).glob("*.po"))
        for entry in polib.pofile(str(path))
    }


@lru_cache(4)
def _catalog(spoken: str) -> gettext.GNUTranslations:
    import polib

    whole = polib.POFile()
    whole.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    whole.extend(polib.POEntry(msgid=key, msgstr=text) for key, text in messages(spoken).items())
    return gettext.GNUTranslations(BytesIO(whole.to_binary()))


def ready(spoken: str) -> None:
    """Reads a language's catalogs; beside the event loop, before it is used there."""
    _catalog(spoken)


def t(key: str, **values: object) -> str:
    """The sentence in the language in use, with its values filled in."""
    text = _catalog(language.used()).gettext(key)
    return text.format(**values) if values else text


def known(key: str, otherwise: str) -> str:
    """Like `t`, for a key made from a code that may be new."""
    return t(key) if key in messages(language.used()) else otherwise
