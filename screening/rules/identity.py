"""Citizen identity numbers and disability-certificate numbers (GB 11643-1999, ISO 7064 MOD 11-2; C06).

A cell may hold 18 characters, or the 20 or 22 of a disability certificate, whose first 18 are the
identity number. Numbers are normalised (width, spaces, apostrophe, lower-case x, hyphens) and
judged, never repaired: a proposal is for a person to confirm.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import mul

from screening.choices import Sex


class IdCode(StrEnum):
    """Codes of the import desk for what is wrong with a number."""

    FORMAT = "ID_FORMAT"
    CHECK = "ID_CHECK"
    BIRTH = "ID_BIRTH"
    FIFTEEN = "ID_15"
    NUMBER = "ID_NUMBER"
    MISSING = "ID_MISSING"


class Slip(StrEnum):
    """How two numbers of the same length differ when a person may have slipped."""

    ONE_DIGIT = "one_digit"
    SWAPPED = "swapped"


@dataclass(slots=True)
class IdReading:
    """What was read from one cell; to be treated as immutable (not frozen: 40,000 are made an import).

    `number` is the 18 characters when they are acceptable, else "" and `code` and `message` say why.
    `cleaned` is the normalised text, also of a refused cell, for near-match proposals.
    `kind` (1-7), `grade` (1-4) and `reissue` ("B1") come from a certificate's suffix.
    `proposed` is the 18-digit form of an old 15-digit number, as a suggestion only.
    """

    number: str
    born: date | None
    sex: str
    cleaned: str
    kind: int | None = None
    grade: int | None = None
    reissue: str = ""
    code: str = ""
    message: str = ""
    proposed: str = ""

    @property
    def ok(self) -> bool:
        return not self.code


FIRST_BIRTH_YEAR = 1900
IDENTITY_LENGTH = 18
LENGTHS = (IDENTITY_LENGTH, 20, 22)  # identity number, disability certificate, its reissue

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ZERO_OFFSET = ord("0") * sum(_WEIGHTS)
_CHECK_CHARACTERS = "10X98765432"
_PLAIN = re.compile(r"[0-9]{17}[0-9X](?:[1-7][1-4](?:[0-9A-Z]{2})?)?").fullmatch
_IDENTITY = re.compile(r"[0-9]{17}[0-9X]").match
_DIGITS_15 = re.compile(r"[0-9]{15}").fullmatch
_LOST_PRECISION = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]+|[0-9]{15,}\.0+").fullmatch
_MASK = re.compile(r"[*＊?？●•·_]|X{3,}|\.{3,}|…")

_DROPPED = (
    " \t\r\n\v\f\u00a0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"  # blanks
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff"  # unseen
    "'\"`\u00b4\u2018\u2019\u201c\u201d\uff07\uff02"  # apostrophes and quotes
    "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d\ufe63"  # hyphens
)
_NORMAL = str.maketrans(
    {
        **dict.fromkeys(_DROPPED),
        **{chr(code + 0xFEE0): chr(code).upper() for code in range(0x21, 0x7F) if chr(code).isalnum()},
        "\uff0e": ".",
        "\uff0b": "+",
        "\uff0f": "/",
        "\u00d7": "X",
        "\u0425": "X",
        "\u0445": "X",
        "\u03a7": "X",
        "\u03c7": "X",
    }
)
_PLACEHOLDERS = frozenset(
    {
        "暂无",
        "没有",
        "不详",
        "未知",
        "未办",
        "未办理",
        "未办证",
        "无证",
        "无证件",
        "无号码",
        "无身份证",
        "无身份证号",
        "无户口",
        "未上户",
        "未落户",
        "未登记",
        "未填",
        "未提供",
        "待补",
        "待查",
        "待定",
        "遗失",
        "丢失",
        "同上",
        "//",
        "\\",
        "NULL",
        "NONE",
        "NAN",
        "NA",
        "N/A",
        "#N/A",
    }
)


def normalise(text: str) -> str:
    """The text as meant: half width, capitals, without blanks, unseen characters, quotes and hyphens."""
    return text.translate(_NORMAL).upper()


def check_character(first17: str) -> str:
    """Check character (ISO 7064 MOD 11-2) for 17 ASCII digits."""
    return _CHECK_CHARACTERS[(sum(map(mul, _WEIGHTS, first17.encode())) - _ZERO_OFFSET) % 11]


def sex_of(number: str) -> str:
    """Sex that an 18-character number tells: its 17th digit is odd for men."""
    return Sex.MALE.value if number[16] in "13579" else Sex.FEMALE.value


def birth_of(number: str, as_of: date) -> date | None:
    """Birth date that an 18-character number tells; None when impossible, before 1900 or after `as_of`."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return born if born.year >= FIRST_BIRTH_YEAR and born <= as_of else None


def propose_18(fifteen: str, as_of: date) -> str:
    """18-character form of an old 15-digit number, "" if its date is impossible.

    Sequences 996-999 were given to people older than a hundred (born before 1900): no proposal.
    """
    if not _DIGITS_15(fifteen) or fifteen[12:] >= "996":
        return ""
    first17 = f"{fifteen[:6]}19{fifteen[6:]}"
    return first17 + check_character(first17) if birth_of(first17, as_of) else ""


def read_id(text: str | None, as_of: date) -> IdReading:
    """Read the text of an ID cell as on the list's day `as_of`; number cells are the importer's to refuse."""
    text = text or ""
    if not _PLAIN(text):
        text = normalise(text)
        if not _PLAIN(text):
            return _explain_form(text, as_of)
    number = text[:IDENTITY_LENGTH]
    if _CHECK_CHARACTERS[(sum(map(mul, _WEIGHTS, number[:17].encode())) - _ZERO_OFFSET) % 11] != number[17]:
        return _explain_check(text)
    born = birth_of(number, as_of)
    if born is None:
        return _refused(IdCode.BIRTH, text, _birth_message(number, as_of))
    sex = "m" if number[16] in "13579" else "f"
    if len(text) == IDENTITY_LENGTH:
        return IdReading(number, born, sex, text)
    return IdReading(number, born, sex, text, int(text[18]), int(text[19]), text[20:])


def slip_between(one: str, other: str) -> Slip | None:
    """Tell whether one character is wrong or two neighbours are swapped; else, or if equal, None."""
    if len(one) != len(other):
        return None
    apart = [place for place, (left, right) in enumerate(zip(one, other, strict=True)) if left != right]
    match apart:
        case [_]:
            return Slip.ONE_DIGIT
        case [first, second] if (
            second == first + 1 and one[first] + one[second] == other[second] + other[first]
        ):
            return Slip.SWAPPED
    return None


def near_numbers(number: str, as_of: date) -> tuple[str, ...]:
    """Acceptable numbers one slip away from a refused 18-character one, sorted.

    Some fifteen come out, to be looked up by their digests. A good number has none: the check
    character finds every single wrong digit and every swap.
    """
    if len(number) != IDENTITY_LENGTH or not _IDENTITY(number):
        return ()
    candidates = {number[:17] + "X"}
    for place in range(IDENTITY_LENGTH):
        candidates.update(number[:place] + digit + number[place + 1 :] for digit in "0123456789")
        candidates.add(number[:place] + number[place : place + 2][::-1] + number[place + 2 :])
    candidates.discard(number)
    return tuple(sorted(candidate for candidate in candidates if _acceptable(candidate, as_of)))


def _acceptable(number: str, as_of: date) -> bool:
    return (
        bool(_IDENTITY(number))
        and check_character(number[:17]) == number[17]
        and birth_of(number, as_of) is not None
    )


def _refused(code: IdCode, cleaned: str, message: str, proposed: str = "") -> IdReading:
    return IdReading("", None, "", cleaned, code=code.value, message=message, proposed=proposed)


def _is_placeholder(text: str) -> bool:
    return text in _PLACEHOLDERS or len(set(text)) <= 1


def _missing(text: str) -> IdReading:
    what = "证件号码没有填写，只有占位文字" if text else "证件号码是空的"
    return _refused(IdCode.MISSING, text, f"{what}。请填写 18 位身份证号后重新导入。")


def _lost_precision(text: str) -> IdReading:
    return _refused(
        IdCode.NUMBER,
        text,
        "身份证号被表格当作数字，后几位已丢失，无法还原。请把该列设为“文本”，再按证件重新填写。",
    )


def _explain_check(text: str) -> IdReading:
    """Say why a number in the right form fails its check character."""
    if _is_placeholder(text):
        return _missing(text)
    if len(text) == IDENTITY_LENGTH and text.endswith("000"):  # a spreadsheet keeps 15 digits of a number
        return _lost_precision(text)
    return _refused(
        IdCode.CHECK, text, "身份证号校验位不对，多半是录错或颠倒了一位数字。请对照身份证或户口簿改正。"
    )


def _birth_message(number: str, as_of: date) -> str:
    digits = f"{number[6:10]}年{number[10:12]}月{number[12:14]}日"
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return f"身份证号中的出生日期“{digits}”不存在。请对照身份证改正第 7 至 14 位。"
    if born > as_of:
        return f"身份证号中的出生日期“{digits}”晚于名单日期。请对照身份证改正第 7 至 14 位。"
    return f"身份证号中的出生日期“{digits}”早于 {FIRST_BIRTH_YEAR} 年。请对照身份证改正第 7 至 14 位。"


def _explain_form(text: str, as_of: date) -> IdReading:
    """Say what is wrong with normalised text that is not in the form of a number."""
    if _is_placeholder(text):
        return _missing(text)
    if _LOST_PRECISION(text):
        return _lost_precision(text)
    if _DIGITS_15(text):
        return _explain_15(text, as_of)
    if _MASK.search(text):
        message = (
            "证件号码中有“*”一类的遮挡符号，看不到完整号码。请用未脱敏的名单；末位是“*”的，请按证件改成“X”。"
        )
    elif len(text) not in LENGTHS:
        message = f"证件号码是 {len(text)} 位，应为 18 位（残疾证号 20 或 22 位）。请核对是否少录、多录。"
    elif _IDENTITY(text):
        message = (
            "残疾证号第 19 位应为类别 1 至 7、第 20 位应为等级 1 至 4。请对照残疾证改正，或只填身份证号。"
        )
    else:
        message = "证件号码中有不该有的字符，前 17 位应全是数字，第 18 位是数字或 X。请对照身份证改正。"
    return _refused(IdCode.FORMAT, text, message)


def _explain_15(text: str, as_of: date) -> IdReading:
    proposed = propose_18(text, as_of)
    if proposed:
        return _refused(
            IdCode.FIFTEEN,
            text,
            f"这是 15 位旧号码，已停用。按规则推算为 {proposed}，请与本人身份证核对后改成 18 位。",
            proposed,
        )
    return _refused(
        IdCode.FIFTEEN, text, "这是 15 位旧号码，已停用，且推算不出 18 位号码。请按本人身份证填写 18 位。"
    )
