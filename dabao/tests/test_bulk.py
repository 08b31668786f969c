"""Accounts in bulk by xlsx: the equation adds up, bad rows stay out and say why, preview writes nothing."""

import io
import zipfile
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from dabao.models import AuditEvent, Posting, Region, User
from dabao.scope import Role
from dabao.services import bulk, sheets
from dabao.tests.cast import COUNTY, LIUSHUTANG, SHIYANG, ZHAOJIADIAN

HEADINGS = ["账号", "姓名", "单位", "办公电话", "岗位", "范围", "首日", "末日"]
GOOD = ["puxuebing", "普学兵", "柳树塘村", "", "村级协理员", "柳树塘村", "2020-04-10", ""]


@pytest.fixture(autouse=True)
def upload_folder(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }
    return tmp_path


def workbook(*rows, headings=HEADINGS, above=()) -> bytes:
    book = Workbook()
    for row in (*above, headings, *rows):
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bring(cast, *rows, dry_run=False, **options) -> bulk.Outcome:
    return bulk.bring_in(actor=cast.admin, content=workbook(*rows, **options), dry_run=dry_run)


def only_error(outcome: bulk.Outcome) -> str:
    (row,) = outcome.wrong
    return row.error


def changed(row, **cells):
    return [cells.get(heading, value) for heading, value in zip(HEADINGS, row, strict=True)]


def test_a_good_row_makes_an_account_with_its_posting_and_a_password_of_its_own(cast):
    outcome = bring(cast, GOOD)
    user = User.objects.get(username="puxuebing")
    assert outcome.numbers[bulk.NEW] == outcome.read == 1
    assert user.check_password(outcome.passwords[0].password)
    assert user.must_change_password
    posting = user.postings.get()
    assert (posting.role, posting.region_id, posting.first_day) == (
        Role.VILLAGE_ASSISTANT,
        LIUSHUTANG,
        date(2020, 4, 10),
    )


def test_a_preview_writes_nothing_and_says_the_same(cast):
    events, users = AuditEvent.objects.count(), User.objects.count()
    rows = [GOOD, changed(GOOD, 账号="x!", 姓名="坏行")]
    preview = bring(cast, *rows, dry_run=True)
    assert (User.objects.count(), AuditEvent.objects.count()) == (users, events)
    assert preview.numbers == bring(cast, *rows).numbers


def test_the_equation_adds_up_over_all_outcomes(cast):
    bring(cast, GOOD)
    outcome = bring(
        cast,
        GOOD,  # 不变
        changed(GOOD, 岗位="乡镇经办", 范围="石羊镇"),  # 已有，加任职
        ["officer", "鲁建华", "社会事务办", "", "乡镇经办", "石羊镇", "2020-03-03", ""],  # 更新
        ["licongfang", "李从芳", "", "", "乡镇经办", "赵家店镇", "", ""],  # 新建
        changed(GOOD, 账号="other", 岗位="皇帝"),  # 有问题
        [None] * 8,  # 空行不算
    )
    assert list(outcome.numbers.values()) == [1, 1, 1, 1, 1]
    assert outcome.read == sum(outcome.numbers.values()) == 5
    assert [row.line for row in outcome.wrong] == ["6"]


def test_the_same_file_again_changes_nothing(cast):
    rows = [GOOD, ["licongfang", "李从芳", "赵家店镇", "", "乡镇经办", ZHAOJIADIAN, "", "2020-12-30"]]
    bring(cast, *rows)
    again = bring(cast, *rows)
    assert (again.numbers[bulk.SAME], again.changes) == (2, 0)
    assert not again.passwords


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        ({"岗位": "皇帝"}, "没有“皇帝”这个岗位"),
        ({"岗位": ""}, "“岗位”空白"),
        ({"范围": "不存在村"}, "找不到"),
        ({"范围": "石羊镇"}, "村（社区）一级"),
        ({"范围": ""}, "村（社区）一级"),
        ({"岗位": "审计员"}, "没有行政范围"),
        ({"账号": "普学兵"}, "小写字母"),
        ({"账号": ""}, "“账号”空白"),
        ({"姓名": ""}, "“姓名”空白"),
        ({"姓名": "长" * 41}, "太长"),
        ({"姓名": "普学兵\u202e"}, "不能用的字符"),
        ({"姓名": "普\x07".replace("\x07", "\u200b")}, "不能用的字符"),
        ({"单位": "@SUM(A1)"}, "不能用的字符"),
        ({"办公电话": "－1"}, "不能用的字符"),
        ({"首日": "下个月"}, "不是日期"),
        ({"首日": "2020-02-30"}, "不是日期"),
        ({"末日": "2020-04-01"}, "止日早于起日"),
        ({"账号": "officer", "姓名": "另一个人"}, "已是“鲁建华”"),
        ({"账号": "auditor", "姓名": "钱立新"}, "不能兼任"),
    ],
)
def test_a_bad_row_stays_out_and_says_what_to_do(cast, cells, word):
    before = User.objects.count(), Posting.objects.count()
    outcome = bring(cast, changed(GOOD, **cells))
    assert word in only_error(outcome)
    assert (User.objects.count(), Posting.objects.count()) == before


def test_a_formula_is_refused_and_never_evaluated(cast):
    assert "是公式" in only_error(bring(cast, changed(GOOD, 姓名='=HYPERLINK("http://x","普学兵")')))


def test_a_row_twice_and_one_account_for_two_people_are_refused(cast):
    outcome = bring(cast, GOOD, GOOD, changed(GOOD, 姓名="普学军", 岗位="乡镇经办", 范围="石羊镇"))
    assert [row.error[:8].rstrip("。") for row in outcome.wrong] == ["与第 2 行重复", "账号 puxue"]
    assert outcome.numbers[bulk.NEW] == 1


def test_a_failed_posting_leaves_no_account_behind(cast):
    bring(cast, changed(GOOD, 末日="2020-04-01"))
    assert not User.objects.filter(username="puxuebing").exists()


def test_two_villages_of_one_name_want_their_township(cast, county):
    Region.objects.create(
        code=f"{ZHAOJIADIAN}900", name="柳树塘村", official_name="柳树塘村", level="village"
    )
    assert "有 2 个地方叫" in only_error(bring(cast, GOOD))
    outcome = bring(cast, changed(GOOD, 范围="石羊镇柳树塘村"))
    assert outcome.numbers[bulk.NEW] == 1
    assert User.objects.get(username="puxuebing").postings.get().region_id == LIUSHUTANG


def test_a_county_role_from_a_file_waits_for_a_second_person_too(cast):
    bring(cast, changed(GOOD, 岗位="县局业务（督战办）", 范围="大姚县"))
    user = User.objects.get(username="puxuebing")
    assert not user.postings.get().confirmed
    assert not user.scope()


def test_nobody_grants_himself_by_a_file(cast):
    outcome = bring(cast, ["admin", cast.admin.name, "", "", "县局业务", COUNTY, "", ""])
    assert "自己" in only_error(outcome)


def test_dates_and_codes_in_other_cell_types_are_understood(cast):
    row = changed(GOOD, 范围=int(LIUSHUTANG), 首日=date(2020, 4, 13), 末日="2020年12月30日")
    bring(cast, row, above=[["大姚县账号任职表"]])
    posting = User.objects.get(username="puxuebing").postings.get()
    assert (posting.first_day, posting.last_day) == (date(2020, 4, 13), date(2020, 12, 30))


def hostile_files():
    far = Workbook()
    far.active.append(HEADINGS)
    far.active["A2500"] = "x"
    out = io.BytesIO()
    for number in range(2, 2003):
        far.active.cell(number, 1, f"user{number}")
    far.save(out)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", "0" * (sheets.LARGEST_UNPACKED + 1))
    other_zip = io.BytesIO()
    with zipfile.ZipFile(other_zip, "w") as parts:
        parts.writestr("word/document.xml", "<w/>")
    return {
        "no xlsx": (b"<html></html>", "不是 xlsx"),
        "too large": (b"PK" + b"0" * sheets.LARGEST, "超过 1 MB"),
        "unpacks too large": (bomb.getvalue(), "太大"),
        "another zip": (other_zip.getvalue(), "打不开"),
        "too many rows": (out.getvalue(), "超过 2,000 行"),
        "no header": (workbook(GOOD, headings=["甲", "乙"]), "找不到表头"),
        "no row": (workbook(), "没有一行"),
    }


@pytest.mark.parametrize("name", sorted(hostile_files()))
def test_a_file_that_is_refused_says_why_and_changes_nothing(client, cast, name):
    content, word = hostile_files()[name]
    before = User.objects.count()
    client.force_login(cast.admin)
    answer = client.post("/admin/accounts/bulk/", {"file": SimpleUploadedFile("账号.xlsx", content)})
    assert answer.status_code == 200
    assert word in answer.content.decode()
    assert User.objects.count() == before


def test_upload_preview_confirm_and_the_passwords_once(client, cast, upload_folder):
    client.force_login(cast.admin)
    file = SimpleUploadedFile("村级协理员账号.xlsx", workbook(GOOD, changed(GOOD, 岗位="皇帝")))
    preview = client.post("/admin/accounts/bulk/", {"file": file}).content.decode()
    assert "读到 2 行 ＝ 新建账号 1" in preview
    assert not User.objects.filter(username="puxuebing").exists()
    done = client.post("/admin/accounts/bulk/confirm/")
    (row,) = done.context["outcome"].passwords
    assert row.password in done.content.decode()
    assert client.post("/admin/accounts/bulk/confirm/").status_code == 302, "the second press does nothing"
    assert User.objects.filter(username="puxuebing").count() == 1
    assert [path for path in upload_folder.rglob("*") if path.is_file()] == []
    assert row.password not in str(list(AuditEvent.objects.values_list("data", flat=True)))


def test_what_was_exported_comes_in_again_unchanged_and_holds_no_formula(client, cast):
    User.objects.filter(pk=cast.officer.pk).update(office="=1+1")
    client.force_login(cast.admin)
    content = client.get("/admin/accounts/export/").content
    cells = [cell for row in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    User.objects.filter(pk=cast.officer.pk).update(office="")
    outcome = bulk.bring_in(
        actor=cast.admin, content=client.get("/admin/accounts/export/").content, dry_run=True
    )
    assert (outcome.numbers[bulk.SAME], outcome.changes) == (outcome.read, 0), outcome.wrong
    assert AuditEvent.objects.filter(action="account.export").count() == 2


def test_the_template_has_the_headings_and_how_to_fill_them(client, cast):
    client.force_login(cast.admin)
    book = load_workbook(io.BytesIO(client.get("/admin/accounts/bulk/template/").content))
    assert [cell.value for cell in book.worksheets[0][1]] == HEADINGS
    assert "村级协理员" in " ".join(str(row[0].value) for row in book["填写说明"].iter_rows())


def test_only_an_administrator_brings_accounts_in(cast):
    with pytest.raises(PermissionDenied):
        bulk.bring_in(actor=cast.county, content=workbook(GOOD), dry_run=False)


def test_the_region_of_a_row_must_be_at_the_level_of_its_role(cast):
    outcome = bring(cast, changed(GOOD, 岗位="乡镇经办", 范围=SHIYANG), changed(GOOD, 岗位="乡镇经办"))
    assert outcome.numbers[bulk.NEW] == 1
    assert "乡镇一级" in only_error(outcome)
