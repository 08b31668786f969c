"""Accounts and postings in bulk by xlsx: preview and confirm walk the same path, row by row.

One row is one account with one posting. Rows in order go in, rows with an error stay out and are told; the
preview is rolled back. Every row goes through the services of one account, with their rules and events.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from import_export import fields, resources
from import_export.results import RowResult
from tablib import Dataset

from dabao import audit, clock
from dabao.models import Posting, Region, User
from dabao.queries import regions
from dabao.scope import Role
from dabao.services import accounts, postings, sheets

NEEDED = {"账号", "姓名", "岗位", "范围"}
COLUMNS = ("账号", "姓名", "单位", "办公电话", "岗位", "范围", "首日", "末日")
NEW, ADDED, CHANGED, SAME, WRONG = "新建账号", "已有账号，加任职", "更新", "不变", "有问题"
NEAR = 0.6  # how alike a name must be to be proposed
OUTCOMES = (NEW, ADDED, CHANGED, SAME, WRONG)
_LONGEST = {"账号": 30, "姓名": 40, "单位": 60, "办公电话": 20}
_ROLES = (
    {str(role.label): role for role in Role}
    | {str(role.label).replace("（", "(").replace("）", ")"): role for role in Role}
    | {"县局业务": Role.COUNTY_OFFICE, "督战办": Role.COUNTY_OFFICE}
)
NOTES = [
    "一行是一个账号的一条任职；一个人几条任职就写几行，账号、姓名照抄。",
    "账号：小写字母开头，可含数字和 . _ -，如 luguowei。一人一号。",
    f"岗位：{'、'.join(str(role.label) for role in Role)}。",
    "范围：写名称或行政区划代码。村级协理员写到村（同名的村写 石羊镇柳树塘村），乡镇岗位和督战股室写乡镇，"
    "县级岗位写县名；系统管理员、审计员留空。",
    "首日、末日：2020-03-03 这样写。首日空白按导入当天，末日空白是不定。",
    "不要写密码：系统给每个新账号随机的首次密码，导入后只显示一次，本人登录后必须换。",
    "县级岗位、系统管理员、审计员导入后要第二人确认才生效。",
]


@dataclass(slots=True)
class Row:
    """What became of one row: `line` as Excel shows it, outcome, the reason of an error."""

    line: str
    name: str
    username: str
    outcome: str
    error: str = ""
    password: str = ""


@dataclass(slots=True)
class Outcome:
    """What a file did or would do. read = the sum of the numbers by outcome."""

    rows: list[Row] = field(default_factory=list)

    @property
    def read(self) -> int:
        return len(self.rows)

    @property
    def numbers(self) -> dict[str, int]:
        counted = Counter(row.outcome for row in self.rows)
        return {outcome: counted[outcome] for outcome in OUTCOMES}

    @property
    def wrong(self) -> list[Row]:
        return [row for row in self.rows if row.outcome == WRONG]

    @property
    def passwords(self) -> list[Row]:
        return [row for row in self.rows if row.password]

    @property
    def changes(self) -> int:
        return self.read - self.numbers[SAME] - self.numbers[WRONG]


def bring_in(*, actor: User, content: bytes, dry_run: bool) -> Outcome:
    """Read the file and do it, or only try. Raises ValidationError when the file as a whole is refused."""
    accounts.may_administer(actor)
    dataset = sheets.read(content, NEEDED)
    if not dataset:
        raise ValidationError("表头下面没有一行。请填好再上传。")
    resource = PostingResource()
    with transaction.atomic():
        result = resource.import_data(
            dataset, dry_run=dry_run, use_transactions=True, raise_errors=False, actor=actor
        )
        for row in result.rows:
            if row.errors:
                raise row.errors[0].error
        outcome = Outcome([row.told for row in result.rows])
        if not dry_run:
            audit.record("account.bulk", actor=actor, read=outcome.read, **_counts(outcome))
    return outcome


def template() -> bytes:
    """An empty file with the headings, and how to fill it on a second sheet."""
    return sheets.write(Dataset(headers=COLUMNS), NOTES)


@transaction.atomic
def export(*, actor: User) -> bytes:
    """All postings that are not over, in the columns that the import takes."""
    accounts.may_administer(actor)
    rows = Posting.objects.exclude(last_day__lt=clock.today()).select_related("user", "region")
    dataset = PostingResource().export(rows.order_by("user__office", "user__username", "first_day"))
    audit.record("account.export", actor=actor, rows=len(dataset))
    return sheets.write(dataset, NOTES)


def _counts(outcome: Outcome) -> dict[str, Any]:
    keys = ("created", "added", "changed", "unchanged", "rejected")
    return dict(zip(keys, outcome.numbers.values(), strict=True))


class AccountRow(RowResult):
    """A row result that can be told."""

    told: Row


class PostingResource(resources.ModelResource):
    """A posting with its account, one a row."""

    username = fields.Field("user__username", "账号")
    name = fields.Field("user__name", "姓名")
    office = fields.Field("user__office", "单位")
    phone = fields.Field("user__phone", "办公电话")
    role = fields.Field("get_role_display", "岗位")
    region = fields.Field("region_id", "范围")
    first_day = fields.Field("first_day", "首日")
    last_day = fields.Field("last_day", "末日")

    class Meta:
        model = Posting
        fields = ("username", "name", "office", "phone", "role", "region", "first_day", "last_day")
        import_id_fields = ("username",)
        use_transactions = True
        skip_diff = True
        report_skipped = True

    @classmethod
    def get_row_result_class(cls) -> type[AccountRow]:
        return AccountRow

    def before_import(self, dataset: Any, **kwargs: Any) -> None:  # noqa: ARG002
        self.places = regions.by_name(kwargs["actor"].scope())
        self.seen: dict[tuple[str, str, str], str] = {}
        self.people: dict[str, tuple[str, str]] = {}
        self.outcome, self.password = WRONG, ""

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        """Check the cells, and put what they mean beside them. Raises ValidationError."""
        self.outcome, self.password = WRONG, ""
        _refuse_cells(row)
        row["role"] = _role(row["岗位"])
        row["region"] = _region(self.places, row.get("范围", ""))
        postings.check(role=row["role"], region=row["region"])
        row["first_day"] = _day(row.get("首日", ""), "首日") or clock.today()
        row["last_day"] = _day(row.get("末日", ""), "末日")
        self._refuse_repeats(row)
        row["user"] = User.objects.filter(username=row["账号"]).first()
        if row["user"] and row["user"].name != row["姓名"]:
            raise ValidationError(
                f"账号 {row['账号']} 已是“{row['user'].name}”。不是同一人就换账号；是，先到账号页改名。"
            )

    def get_or_init_instance(self, instance_loader: Any, row: dict[str, Any]) -> tuple[Posting, bool]:  # noqa: ARG002
        user = row["user"]
        held = (
            user
            and user.postings.filter(role=row["role"], region=row["region"])
            .exclude(last_day__lt=row["first_day"])
            .order_by("first_day")
            .first()
        )
        return (held, False) if held else (Posting(role=row["role"], region=row["region"]), True)

    def import_instance(self, instance: Posting, row: dict[str, Any], **kwargs: Any) -> None:
        """Nothing is set here: the services do it."""

    def skip_row(self, instance: Posting, original: Any, row: dict[str, Any], errors: Any = None) -> bool:  # noqa: ARG002
        if instance._state.adding or self._details_differ(row) or self._ends_otherwise(instance, row):
            return False
        self.outcome = SAME
        return True

    def validate_instance(self, instance: Posting, *args: Any, **kwargs: Any) -> None:
        """The services validate."""

    def save_instance(self, instance: Posting, is_create: bool, row: dict[str, Any], **kwargs: Any) -> None:
        """The row's account and posting, both or neither; also in a preview, which is rolled back."""
        actor, user = kwargs["actor"], row["user"]
        with transaction.atomic():
            if user is None:
                user, self.password = accounts.create(actor=actor, username=row["账号"], **_details(row))
            elif self._details_differ(row):
                accounts.change(actor=actor, user=user, **(_kept(user) | _details(row)))
            if is_create:
                days = {"first_day": row["first_day"], "last_day": row["last_day"]}
                saved = postings.grant(actor=actor, user=user, role=row["role"], region=row["region"], **days)
                instance.pk = saved.pk
            elif self._ends_otherwise(instance, row):
                postings.end(actor=actor, posting=instance, last_day=row["last_day"])
        self.outcome = (NEW if row["user"] is None else ADDED) if is_create else CHANGED

    def import_row(self, row: dict[str, Any], instance_loader: Any, **kwargs: Any) -> AccountRow:
        result = super().import_row(row, instance_loader, **kwargs)
        told = Row(
            row["行号"], row.get("姓名", ""), row.get("账号", ""), self.outcome, password=self.password
        )
        if result.validation_error:
            told.outcome, told.password = WRONG, ""
            told.error = "；".join(result.validation_error.messages)
        result.told = told
        return result

    def _refuse_repeats(self, row: dict[str, Any]) -> None:
        code = row["region"].code if row["region"] else ""
        key = (row["账号"], str(row["role"]), code)
        if key in self.seen:
            raise ValidationError(f"与第 {self.seen[key]} 行重复。请删掉一行。")
        name, line = self.people.setdefault(row["账号"], (row["姓名"], row["行号"]))
        if name != row["姓名"]:
            raise ValidationError(f"账号 {row['账号']} 在第 {line} 行是“{name}”。一人一号，请改一个。")
        self.seen[key] = row["行号"]

    @staticmethod
    def _details_differ(row: dict[str, Any]) -> bool:
        return any(getattr(row["user"], name) != value for name, value in _details(row).items())

    @staticmethod
    def _ends_otherwise(posting: Posting, row: dict[str, Any]) -> bool:
        return row["last_day"] is not None and posting.last_day != row["last_day"]


def _details(row: dict[str, Any]) -> dict[str, str]:
    """Name, office and telephone as the row gives them; an empty cell changes nothing."""
    given = {"name": row["姓名"], "office": row.get("单位", ""), "phone": row.get("办公电话", "")}
    return {name: value for name, value in given.items() if value}


def _kept(user: User) -> dict[str, str]:
    return {"name": user.name, "office": user.office, "phone": user.phone}


def _refuse_cells(row: dict[str, Any]) -> None:
    for heading in COLUMNS:
        value = row.get(heading, "")
        if isinstance(value, sheets.Formula):
            raise ValidationError(f"“{heading}”这一格是公式。请改成直接写的文字。")
        if value[:1] in ("=", "+", "-", "@", "＝", "＋", "－", "＠") or not value.isprintable():
            raise ValidationError(
                f"“{heading}”里有不能用的字符（开头的 = + - @，或看不见的字符）。请重新输入。"
            )
        if len(value) > _LONGEST.get(heading, 60):
            raise ValidationError(f"“{heading}”太长，最多 {_LONGEST.get(heading, 60)} 个字。")
    for heading in ("账号", "姓名", "岗位"):
        if not row[heading]:
            raise ValidationError(f"“{heading}”空白。请填上。")
    row["账号"] = row["账号"].lower()


def _role(text: str) -> Role:
    role = _ROLES.get(text.replace(" ", ""))
    if role is None:
        raise ValidationError(f"没有“{text}”这个岗位。可写：{'、'.join(str(role.label) for role in Role)}。")
    return role


def _region(places: dict[str, list[Region]], text: str) -> Region | None:
    if not text or text in ("—", "无"):
        return None
    found = places.get(re.sub(r"[\s/·]", "", text), [])
    if not found:
        near = get_close_matches(text, [name for name in places if not name.isdigit()], 1, NEAR)
        hint = f"是不是“{near[0]}”？" if near else ""
        raise ValidationError(f"找不到“{text}”这个地方。{hint}请写规范的乡镇、村名称或行政区划代码。")
    if len(found) > 1:
        raise ValidationError(
            f"有 {len(found)} 个地方叫“{text}”。请在前面写上乡镇，如 石羊镇{text}，或写代码。"
        )
    return found[0]


def _day(text: str, heading: str) -> date | None:
    if not text:
        return None
    digits = re.sub(r"[年月/.]", "-", text).rstrip("日")
    for form in ("%Y-%m-%d", "%Y%m%d"):
        try:
            return datetime.strptime(digits, form).date()  # noqa: DTZ007 a day has no zone
        except ValueError:
            continue
    raise ValidationError(f"“{heading}”的“{text}”不是日期。请写成 2020-03-03 这样。")
