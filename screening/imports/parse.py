"""From a raw cell to a value of the model: one small function a kind of column.

Every parser takes the raw cell (text, or a number where the cell was one) and returns the value, None for
blank, or `Flawed`. Results are cached a column by `Parsed`, so a parser runs once for each different cell.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from screening.imports.problems import Flawed, Problem, display, error, warning

Parser = Callable[[Any], Any]

BLANKS = frozenset(
    ("", "-", "--", "/", "\\", "—", "——", "－", "／", "无", "暂无", "不详", "未知", "空", "null", "NULL")
)
MONEY_MAX = Decimal(1_000_000)
CENT = Decimal("0.01")

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_SPACE = re.compile(r"\s+")
_PLAIN_TEXT = re.compile("[\u4e00-\u9fff0-9A-Za-z（）()、，,]*").fullmatch
_INTERPUNCT = re.compile("[•‧∙・･．.●﹒·]")
_MONEY = re.compile(r"([-+]?\d+(?:\.\d+)?)(万|千)?元?(?:/年|每年|/人)?").fullmatch
_DATE = re.compile(r"(\d{4})[-./年]?(\d{1,2})?[-./月]?(\d{1,2})?日?").fullmatch
_EPOCH = date(1899, 12, 30)


class Parsed(dict[Any, Any]):
    """Raw cell → value, filled as cells come; `flawed` holds the problem of each raw cell that has one."""

    def __init__(self, parser: Parser):
        super().__init__()
        self.parser = parser
        self.flawed: dict[Any, Problem] = {}

    def __missing__(self, raw: Any) -> Any:
        value = self.parser(raw)
        if value.__class__ is Flawed:
            self.flawed[raw] = value.problem
            value = value.value
        self[raw] = value
        return value


def clean(raw: Any) -> tuple[str, Problem | None]:
    """Text in NFC without blanks at the ends; control characters are an error, unseen ones are dropped."""
    if raw.__class__ is not str:
        return display(raw), None
    if _PLAIN_TEXT(raw):
        return raw, None
    if _CONTROL.search(raw):
        return "", Problem("TEXT_CONTROL", "格里有看不见的控制字符。请清空这一格，重新录入。")
    problem = None
    if _INVISIBLE.search(raw):
        raw = _INVISIBLE.sub("", raw)
        problem = Problem("TEXT_CONTROL", "格里有看不见的字符，已去掉。不用处理，可顺手清理原表。", "warning")
    return _SPACE.sub(" ", unicodedata.normalize("NFC", raw)).strip(), problem


def _with(value: Any, problem: Problem | None) -> Any:
    return Flawed(problem, value) if problem else value


def _cleaned(parse: Callable[[str, Any], Any]) -> Parser:
    """A parser of cleaned text, handing on what cleaning had to say; blank is None."""

    def parser(raw: Any) -> Any:
        if raw == "":
            return None
        text, problem = clean(raw)
        if problem and problem.level == "error":
            return Flawed(problem)
        value = parse(text, raw) if text else None
        return value if value.__class__ is Flawed else _with(value, problem)

    return parser


def text(limit: int) -> Parser:
    def parse(value: str, _raw: Any) -> Any:
        if len(value) > limit:
            return error("VALUE_LONG", f"有 {len(value)} 个字，最多 {limit} 个字", "请缩短后再导入")
        return None if value in BLANKS else value

    return _cleaned(parse)


def raw_text(_raw: Any) -> None:
    """A column that is known and kept as it came, but not used (序号)."""
    return


def name(limit: int = 60) -> Parser:
    """A person's name: no blanks between Chinese characters, one form of the interpunct."""

    def parse(value: str, raw: Any) -> Any:
        if raw.__class__ is not str:
            return error("VALUE_TYPE", "姓名一格是数字", "请填写姓名")
        if value in BLANKS:
            return None
        if not value.isascii():
            value = _INTERPUNCT.sub("·", value.replace(" ", ""))
        if len(value) > limit:
            return error("VALUE_LONG", f"姓名有 {len(value)} 个字，最多 {limit} 个字", "请核对是否串了列")
        return value

    return _cleaned(parse)


def number_text(label: str, limit: int = 32) -> Parser:
    """户编号, 人编号: text; a number cell beyond 15 digits has lost its end and is refused."""

    def parse(value: str, raw: Any) -> Any:
        if raw.__class__ is float:
            if abs(raw) >= 1e15:
                return error(
                    "VALUE_TYPE", f"{label}被表格当作数字，后几位已丢失", "请把该列设为“文本”，重新录入"
                )
            value = str(int(raw)) if raw == int(raw) else repr(raw)
        elif re.fullmatch(r"\d(?:\.\d+)?[Ee]\+?\d+", value):
            return error("VALUE_TYPE", f"{label}被表格当作数字，后几位已丢失", "请把该列设为“文本”，重新录入")
        value = unicodedata.normalize("NFKC", value).replace(" ", "").lstrip("'’‘").upper()
        if value in BLANKS:
            return None
        if len(value) > limit:
            return error("VALUE_LONG", f"{label}有 {len(value)} 个字符，最多 {limit} 个", "请核对是否串了列")
        return value

    return _cleaned(parse)


def choice(label: str, table: dict[str, Any], blanks: frozenset[str] = BLANKS) -> Parser:
    """A value of a code list with its usual spellings; `table` keys are half-width without blanks."""
    first_of_each: dict[Any, str] = {}
    for key, value in table.items():
        first_of_each.setdefault(value, key)
    shown = "、".join(first_of_each.values())

    def parse(value: str, _raw: Any) -> Any:
        key = squeeze(value)
        if key in table:
            return table[key]
        if key in blanks:
            return None
        return error("VALUE_UNKNOWN", f"{label}里没有“{value[:20]}”这种写法", f"请改成：{shown}")

    return _cleaned(parse)


def several(label: str, known: tuple[str, ...], synonyms: dict[str, str]) -> Parser:
    """A cell with several values of a code list in any order; comes back in the list's order,
    comma-joined.
    """

    def parse(value: str, _raw: Any) -> Any:
        if value in BLANKS:
            return None
        parts = {synonyms.get(part, part) for part in re.split(r"[,，、;；/\s]+", value) if part}
        if strange := sorted(parts - set(known)):
            return error(
                "VALUE_UNKNOWN", f"{label}里没有“{strange[0][:20]}”这种写法", f"请改成：{'、'.join(known)}"
            )
        return ",".join(item for item in known if item in parts)

    return _cleaned(parse)


def squeeze(value: str) -> str:
    """Half width, without blanks: the form in which code lists and headings are compared."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", value))


def money(label: str, unknown_code: str = "") -> Parser:
    """Yuan with two places; blank, 无, - and / are unknown, never zero; 3,500元, 1.2万 are understood."""

    def parser(raw: Any) -> Any:
        if raw.__class__ is str:
            value, problem = clean(raw)
            if problem and problem.level == "error":
                return Flawed(problem)
            value = squeeze(value).replace(",", "").lstrip("¥￥")
            if value in BLANKS:
                if unknown_code:
                    return warning(
                        unknown_code, f"{label}没有填", "按“未知”处理，不当作 0；请入户核查时补上", None
                    )
                return None
            found = _MONEY(value)
            if found is None:
                return error("VALUE_TYPE", f"{label}“{value[:20]}”读不成数字", "请填数字，如 4000 或 4,000元")
            amount = Decimal(found[1]) * {None: 1, "千": 1000, "万": 10_000}[found[2]]
        else:
            try:
                amount = Decimal(repr(raw))
            except InvalidOperation:
                return error("VALUE_TYPE", f"{label}读不成数字", "请填数字，如 4000")
        if amount < 0:
            return error("VALUE_RANGE", f"{label}是负数", "请核对后改正")
        if amount > MONEY_MAX:
            return error("VALUE_RANGE", f"{label}超过 100 万元", "请核对单位是否是元")
        return amount.quantize(CENT, rounding=ROUND_HALF_UP)

    return parser


def whole(label: str, low: int, high: int) -> Parser:
    def parse(value: str, raw: Any) -> Any:
        if raw.__class__ is str:
            value = squeeze(value)
            if value in BLANKS:
                return None
            found = re.fullmatch(r"([-+]?\d+)(?:\.0+)?(?:人|个月|月|年|口)?", value)
            if found is None:
                return error("VALUE_TYPE", f"{label}“{value[:20]}”读不成整数", f"请填 {low} 到 {high} 的整数")
            number = int(found[1])
        elif raw != int(raw):
            return error("VALUE_TYPE", f"{label}不是整数", f"请填 {low} 到 {high} 的整数")
        else:
            number = int(raw)
        if not low <= number <= high:
            return error("VALUE_RANGE", f"{label} {number} 不合常理", f"应在 {low} 到 {high} 之间，请核对")
        return number

    return _cleaned(parse)


def months(label: str) -> Parser:
    """Months in a year, 0 to 12, half months allowed; comes back as Decimal with one place."""

    def parse(value: str, raw: Any) -> Any:
        value = squeeze(value)
        if raw.__class__ is str and value in BLANKS:
            return None
        found = re.fullmatch(r"(\d+(?:\.\d+)?)(?:个月|月)?", value)
        if found is None:
            return error("VALUE_TYPE", f"{label}“{value[:20]}”读不成月数", "请填 0 到 12 的数字")
        number = Decimal(found[1]).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
        if number > 12:
            return error("VALUE_RANGE", f"{label} {found[1]} 个月超过一年", "应在 0 到 12 之间，请核对")
        return number

    return _cleaned(parse)


def day(label: str, last: date, whole_day: bool = False) -> Parser:
    """A date between 1900 and `last` in any usual spelling; a month alone is its first day."""

    def parser(raw: Any) -> Any:
        if raw.__class__ is str:
            value, problem = clean(raw)
            if problem and problem.level == "error":
                return Flawed(problem)
            value = re.sub(r"(\.0+|[ T]00:00(:00)?)$", "", squeeze(value) if " " not in value else value)
        else:
            value = str(int(raw)) if raw == int(raw) else repr(raw)
        if value in BLANKS:
            return None
        result = _to_day(value, whole_day)
        if result is None:
            return error("VALUE_TYPE", f"{label}“{value[:20]}”读不成日期", "请写成 2019-05-01 的样子")
        if not date(1900, 1, 1) <= result <= last:
            return error(
                "VALUE_RANGE", f"{label} {result} 不合常理", f"应在 1900-01-01 到 {last} 之间，请核对"
            )
        return result

    return parser


def _to_day(value: str, whole_day: bool) -> date | None:
    if value.isdigit() and len(value) == 5:
        return _EPOCH + timedelta(days=int(value))
    found = re.fullmatch(r"(\d{4})(\d{2})(\d{2})?", value) or _DATE(value)
    if found is None or found[2] is None or (whole_day and found[3] is None):
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        return None


def phone(limit: int = 60) -> Parser:
    """Digits of one or several telephone numbers, comma-joined; a trailing .0 of a number cell is dropped."""

    def parse(value: str, raw: Any) -> Any:
        if raw.__class__ is float:
            return str(int(raw)) if raw else None
        if value in BLANKS:
            return None
        value = re.sub(r"\.0$", "", unicodedata.normalize("NFKC", value))
        numbers = [re.sub(r"\D", "", part) for part in re.split(r"[,、;/\s]+", value)]
        joined = ",".join(number for number in numbers if len(number) >= 5)
        if not joined:
            return error("VALUE_TYPE", f"联系电话“{value[:20]}”不是电话号码", "请填电话号码，没有就留空")
        if len(joined) > limit:
            return error("VALUE_LONG", "联系电话太长", "请最多留三个号码")
        return joined

    return _cleaned(parse)
