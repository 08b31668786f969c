"""一户一档: everything of one household on A4, its numbers masked (C12)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from dabao.documents.sheet import Cell, Part, Row, Sheet, Table, label
from screening.choices import IncomeKind, PropertyKind, Scheme
from screening.models import Verification
from screening.papers.words import day_words, exact, number_masked, standard_words, verdicts
from screening.queries.case_steps import Lane
from screening.queries.household_file import HouseholdFile
from screening.rules.income import income_window
from screening.rules.wording import yuan
from screening.services.recheck import Means

TITLE = "社会救助兜底保障一户一档"
SHORT_INCOME = {
    IncomeKind.WAGES: "务工",
    IncomeKind.EMPLOYMENT_COST: "减：就业成本",
    IncomeKind.BUSINESS: "种植养殖",
    IncomeKind.BUSINESS_COST: "减：成本",
    IncomeKind.PROPERTY: "财产",
    IncomeKind.TRANSFERS_IN: "转移收入",
    IncomeKind.TRANSFERS_OUT: "减：转移支出",
}


def file_sheet(file: HouseholdFile, day: date) -> Sheet:
    """The file as it stands on the day."""
    page, number = file.page, file.page.case.household.number
    return Sheet(
        TITLE,
        (page.place, f"户编号 {number_masked(number)}", f"截至 {day}"),
        (
            Part(tables=[_household(file)]),
            Part("一、成员和结论", [_members(file)]),
            _income(file, day),
            Part("三、保障", _aid(file)),
            Part("四、办理步骤", [_steps(file)], file.days),
            Part("五、复核", [_rechecks(file)]),
            Part("六、经过", [_events(file)]),
            Part("七、照片", [_photos(file)]),
            Part("", [_signatures()]),
        ),
        foot="一户一档·号码已遮",
    )


def _head(*texts: str) -> Row:
    return [label(text) for text in texts]


def _household(file: HouseholdFile) -> Table:
    page, home = file.page, file.page.case.household
    living = page.current.living_together if page.current else None
    counted = f"（共同生活 {living} 人）" if living else ""
    why = [
        f"{one.sentence}（{one.source_line}）" if one.source_line else one.sentence
        for one in page.reasons
        if one.says != "near"
    ]
    return Table(
        (20, 44, 20, 42, 20, 28),
        [
            [
                label("户主"),
                page.name,
                label("家庭人口"),
                f"{home.size} 人{counted}",
                label("脱贫属性"),
                home.get_poverty_status_display() or "—",
            ],
            [
                label("对象类别"),
                Cell("\n".join(why) or page.case.why, span=3),
                label("现状"),
                page.status_text.partition("·在名单")[0],
            ],
        ],
    )


def _members(file: HouseholdFile) -> Table:
    page, record = file.page, file.page.current
    told = verdicts(record) if record else {}
    lived = {one.person_id: one.living_together for one in record.members.all()} if record else {}
    rows: list[Row] = [_head("姓名", "关系", "性别年龄", "证件号码", "劳动力", "健康", "结论", "依据")]
    before = ""
    for member in page.members:
        age = "" if member.age is None else str(member.age)
        whole = told.get(None, ("", "")) if lived.get(member.id) else ("不共同生活" if told else "", "")
        verdict, why = told.get(member.id, whole)
        ground = why or (record.grounds if record and verdict else "")
        again, before = ground == before != "", ground
        rows.append(
            [
                member.name,
                member.relation,
                f"{member.sex} {age}".strip(),
                member.masked,
                member.labour_word,
                member.state,
                verdict or "还没有结论",
                "同上" if again else ground,
            ]
        )
    return Table((16, 14, 14, 40, 19, 21, 20, 30), rows, head=True)


def _income(file: HouseholdFile, day: date) -> Part:
    page, record = file.page, file.page.current
    if record is None:
        return Part("二、收入", text="还没有核查。")
    tables = [Table((30, 57, 30, 57), _seen(record, file))]
    items: dict[str, Decimal] = {item.kind: item.amount for item in page.income}
    window = income_window(record.visited_on or day)
    if record.per_capita is None:
        return Part(f"二、收入（{window}）", tables, "核查没有算收入。")
    heads = [*SHORT_INCOME.values(), f"÷ {record.living_together} 人"]
    amounts = [Cell(yuan(items.get(kind, Decimal(0))), right=True) for kind in SHORT_INCOME]
    summed = Table(
        (20, 25, 22, 20, 18, 22, 25, 22),
        [_head(*heads), [*amounts, Cell(exact(record.per_capita), right=True, bold=True)]],
    )
    return Part(f"二、收入（{window}，元；{standard_words(page)}）", [summed, *tables])


def _seen(record: Verification, file: HouseholdFile) -> list[Row]:
    held = "、".join(PropertyKind(kind).label for kind in record.property_held) or "没有超限的"
    obligors = "；".join(f"{one.name}：{one.get_ability_display()}" for one in record.obligors.all())
    worries = {True: "不愁", False: "有困难", None: "没答"}
    earlier = "\n".join(f"{one.found_on or one.campaign}：{one.text}" for one in file.page.earlier)
    return [
        [label("财产"), f"{held}{record.property_note}", label("义务人"), obligors or "没有登记"],
        [
            label("两不愁"),
            f"吃：{worries[record.food_ok]}；穿：{worries[record.clothing_ok]}",
            label("以前查过"),
            earlier or "没有记录",
        ],
    ]


def _aid(file: HouseholdFile) -> list[Table]:
    """What is received now, grants on their way, and how it changed."""
    rows: list[Row] = [_head("保障", "谁", "每月（元）", "从哪月起", "到哪一步、编号")]
    for one in file.aid.receivers:
        amount, since = exact(one.amount) or "没写", f"{one.since:%Y-%m}" if one.since else ""
        rows.append([f"在领：{one.scheme_word}", one.name, Cell(amount, right=True), since, one.source])
    rows += [_grant(lane) for lane in file.lanes]
    if len(rows) == 1:
        rows.append([Cell("现在没有领低保、特困，也没有在办的。", span=5)])
    tables = [Table((38, 42, 26, 24, 44), rows, head=True)]
    if file.aid.chain:
        tables.append(_changes(file))
    return tables


def _grant(lane: Lane) -> Row:
    grant = lane.grant
    month = f"{grant.from_month:%Y-%m}" if grant.from_month else ""
    once = "（一次）" if grant.scheme == Scheme.TEMPORARY else ""
    amount = Cell(f"{exact(grant.monthly_amount) or '没定'}{once}", right=True)
    stage = "·".join(filter(None, [lane.stage, grant.provincial_number]))
    done = "已纳入" if not grant.next_step else "拟纳入"
    return [f"{done}：{lane.label}", lane.names, amount, month, stage]


def _changes(file: HouseholdFile) -> Table:
    rows: list[Row] = [_head("变更", "记录日", "从哪月起", "谁：原来 → 现在", "理由", "谁记的")]
    for one in reversed(file.aid.chain):
        turns = "\n".join(f"{turn.name}：{turn.before} → {turn.after}" for turn in one.turns)
        rows.append([one.kind, str(one.day), f"{one.from_month:%Y-%m}", turns, one.reason, one.by or "系统"])
    return Table((20, 22, 18, 58, 38, 18), rows, head=True)


def _steps(file: HouseholdFile) -> Table:
    rows: list[Row] = [_head("步骤", "日期", "办理人", "用时")]
    rows.append(["列入", day_words(file.page.case.opened_on), "—", Cell("—", right=True)])
    for step in file.steps:
        spent = {"done": f"{step.days} 天", "now": f"已等 {step.days} 天"}.get(step.state, "")
        when = "" if step.state == "later" else step.when
        rows.append([step.label, when, step.who, Cell(spent, right=True)])
    return Table((34, 56, 50, 34), rows, head=True)


def _rechecks(file: HouseholdFile) -> Table:
    rows: list[Row] = [_head("日期", "复核人", "结果", "怎么核的", "意见")]
    for one in file.page.rechecks:
        means = "、".join(Means(way).label for way in one.checked_by_means)
        result = "同意" if one.agreed else "退回"
        rows.append([day_words(one.recorded_on), one.by.name, result, means, one.note])
    if len(rows) == 1:
        rows.append([Cell("没有复核。", span=5)])
    return Table((22, 24, 18, 50, 60), rows, head=True)


def _events(file: HouseholdFile) -> Table:
    rows: list[Row] = [_head("日期", "内容", "谁")]
    rows += [[str(one.day), one.text, one.who] for one in reversed(file.page.events)]
    return Table((26, 112, 36), rows, head=True)


def _photos(file: HouseholdFile) -> Table:
    rows: list[Row] = [_head("拍的是", "拍摄时间、位置", "谁存的", "提示")]
    for one in file.album.shown:
        kept = f"{one.photo.by.name} {day_words(one.photo.recorded_on)}"
        rows.append([one.photo.get_kind_display(), one.words, kept, "；".join(one.hints)])
    if len(rows) == 1:
        rows.append([Cell("没有照片。", span=4)])
    return Table((24, 70, 40, 40), rows, head=True)


def _signatures() -> Table:
    names: Sequence[str] = ("核查人：", "复核人：", "乡镇负责人（章）：", "县民政局（章）：")
    return Table((43, 43, 44, 44), [[Cell(name, tall=2) for name in names]])
