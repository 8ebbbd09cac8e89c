"""Numbers by which people and companies are known in China: telephone, identity, credit code; and company names.

Pure. `*_key` gives the one spelling by which equal values are found, `*_doubt` what is odd about a value that
may be right all the same: a caller says it over the telephone, and nothing is lost for a digit that was heard
wrong. What can't be such a number at all gives no key, and the border refuses it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

FEWEST_DIGITS, MOST_DIGITS = 3, 20  # of a telephone number: 110, and E.164 with an extension
_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_DASHES = re.compile(r"[-‐‑‒–—―−－_·.]")
_PHONE = re.compile(r"\+?[0-9()\- ]+(?:(?:转|分机|#|,)[0-9]{1,6})?")
_KNOWN_PHONES = (
    re.compile(r"1[3-9]\d{9}"),  # mobile
    re.compile(r"0(?:10|2\d)\d{8}|0[3-9]\d{2}\d{7,8}"),  # landline with its area code
    re.compile(r"[2-8]\d{6,7}"),  # landline within the area
    re.compile(r"[48]00\d{7}|95\d{3,6}|9[36]\d{3,4}|1\d{2,4}"),  # services
    re.compile(r"\+(?!86)[1-9]\d{6,14}"),  # abroad
)
_RESIDENT = re.compile(r"\d{17}[\dX]|\d{15}")
_OTHER_DOCUMENT = re.compile(r"[A-Z]{1,3}\d{6,12}")  # passport, permits of those from abroad
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I O S V Z
_CREDIT_CODE = re.compile(f"[{_CREDIT}]{{18}}")
_OLDER_CODE = re.compile(r"\d{15}|[0-9A-Z]{8}[0-9X]")  # business registration, organisation code
_FORMS = re.compile(
    r"(?:股份有限公司|有限责任公司|有限公司|总公司|分公司|公司|个体工商户|合伙企业|有限合伙|普通合伙|集团|厂部)+$"
)
_NOT_WORDS = re.compile(r"[^\w]+")


def plain(raw: str) -> str:
    """Half-width, one kind of dash, one blank where there were several, none at the ends."""
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", raw))
    return _BLANKS.sub(" ", text).strip()


def _bare(raw: str) -> str:
    return re.sub(r"[\s-]", "", plain(raw)).upper()


# Telephone


def phone_key(raw: str) -> str | None:
    """Digits alone, without the country's code and an extension; None where it can't be a number."""
    text = plain(raw)
    if not _PHONE.fullmatch(text):
        return None
    dialled = re.split("转|分机|#|,", text)[0]
    digits = _within_china(_without_extension(dialled))
    return digits if FEWEST_DIGITS <= len(digits.removeprefix("+")) <= MOST_DIGITS else None


def _without_extension(dialled: str) -> str:
    """`0532-88886666-801` is the number before its extension."""
    groups = [one for one in re.split("[-() ]+", dialled) if one]
    landline = len(groups) == 3 and len(groups[2]) <= 6 and re.fullmatch(r"0\d{9,11}", groups[0] + groups[1])
    return "".join(groups[:2] if landline else groups)


def _within_china(digits: str) -> str:
    for prefix in ("+86", "0086", "86"):
        rest = digits.removeprefix(prefix)
        if rest != digits and (prefix != "86" or _KNOWN_PHONES[0].fullmatch(rest)):
            return rest if rest.startswith("0") or _KNOWN_PHONES[0].fullmatch(rest) else "0" + rest
    return digits


def phone_doubt(raw: str) -> tuple[str, str] | None:
    """(Chinese, English) where it has the shape of no number of the country."""
    key = phone_key(raw)
    if key is None or any(shape.fullmatch(key) for shape in _KNOWN_PHONES):
        return None
    return "不像手机号、固定电话或服务号码，请核对", "has the shape of no mobile, landline or service number"


# Identity


def id_key(raw: str) -> str | None:
    """Of a resident eighteen digits, also for the older fifteen; of another document as it is."""
    text = _bare(raw)
    if not (_RESIDENT.fullmatch(text) or _OTHER_DOCUMENT.fullmatch(text)):
        return None
    return _lengthened(text) if len(text) == 15 and text.isdigit() else text


def _lengthened(old: str) -> str:
    body = old[:6] + "19" + old[6:]
    return body + _check_digit(body)


def _check_digit(body: str) -> str:
    """ISO 7064, mod 11-2, as GB 11643 has it."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def id_doubt(raw: str) -> tuple[str, str] | None:
    key = id_key(raw)
    if key is None:
        return None
    if not _RESIDENT.fullmatch(key):
        return (
            "不是居民身份证号，按其他证件记下，未核验",
            "no resident's number: kept as another document's, unverified",
        )
    if not _is_day(key[6:14]):
        return "出生日期不存在，请核对", "its day of birth doesn't exist"
    if _check_digit(key[:17]) != key[17]:
        return "校验码不符，请核对", "its check digit doesn't fit"
    return None


def _is_day(digits: str) -> bool:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year >= 1880
    except ValueError:
        return False


# Companies


def credit_key(raw: str) -> str | None:
    text = _bare(raw)
    return text if _CREDIT_CODE.fullmatch(text) or _OLDER_CODE.fullmatch(text) else None


def credit_doubt(raw: str) -> tuple[str, str] | None:
    key = credit_key(raw)
    if key is None:
        return None
    if len(key) != 18:
        return "是旧的注册号或机构代码，不是统一社会信用代码", "an older registration number, no credit code"
    total = sum(_CREDIT.index(mark) * pow(3, place, 31) for place, mark in enumerate(key[:17]))
    if _CREDIT[(31 - total % 31) % 31] != key[17]:
        return "校验码不符，请核对", "its check character doesn't fit"
    return None


def organisation_key(raw: str) -> str | None:
    """A company's name without its legal form, brackets and blanks: 青岛某某（集团）有限公司 is 青岛某某."""
    text = _NOT_WORDS.sub("", unicodedata.normalize("NFKC", raw)).casefold()
    bare = text
    while (shorter := _FORMS.sub("", bare)) != bare:
        bare = shorter
    return (bare if len(bare) > 1 else text) or None


KEYS: Mapping[str, Callable[[str], str | None]] = {
    "phone": phone_key,
    "id_number": id_key,
    "credit_code": credit_key,
    "organisation": organisation_key,
}
