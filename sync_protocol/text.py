"""The border for what a person enters (protocol 3, head): one spelling, no controls.

Receivers don't use it: they take what an author let through.
"""

from __future__ import annotations

import re
import unicodedata

from .errors import BadText

# C0 without LF (so TAB too), DEL, C1, and halves of surrogate pairs.
_REFUSED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(field: str, text: str) -> str:
    """`text` in NFC with LF line ends. Raises BadText, naming `field`, for a control or a lone surrogate.

    Bidi and zero-width characters are kept; screens show them as `‹U+202E›`.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    refused = _REFUSED.search(lines)
    if refused is not None:
        raise BadText(field, f"U+{ord(refused[0]):04X}", refused.start())
    return unicodedata.normalize("NFC", lines)
