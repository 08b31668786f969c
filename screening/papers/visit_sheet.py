"""入户核查表: what is known of a household, with room to write at the door; or as it was filled in (C08)."""

from collections.abc import Sequence
from datetime import date

from dabao.documents.sheet import Cell, Part, Sheet, Table, label
from screening.choices import (
    INCOME_SIGNS,
    IncomeKind,
    ObligorAbility,
    PropertyKind,
    Scheme,
    VerifierRole,
    VisitResult,
)
from screening.models import Verification
from screening.papers.words import (
    KEPT,
    boxes,
    day_words,
    exact,
    number_masked,
    standard_words,
    verdicts,
    who_checked,
    yes_no,
)
from screening.queries.households import HouseholdPage
from screening.queries.known import Member
from screening.rules.income import income_window
from screening.rules.wording import yuan

TITLE = "社会救助兜底保障入户核查表"
MEMBERS = ("姓名", "关系", "性别年龄", "证件号码", "劳动技能", "残疾、大病、在保", "共同生活", "结论")
MEMBER_WIDTHS = (17, 14, 14, 40, 21, 26, 22, 20)
SPARE_MEMBERS, SPARE_OBLIGORS = 2, 2


def visit_sheet(page: HouseholdPage, day: date, *, blank: bool = False) -> Sheet:
    """Filled in with the conclusion that stands, unless `blank` or there is none."""
    record = None if blank else page.current
    window = income_window(record.visited_on or day if record else day)
    return Sheet(
        TITLE,
        (page.place, f"户编号 {number_masked(page.case.household.number)}", f"截至 {day}"),
        (
            Part(tables=[_household(page)]),
            Part("一、家庭成员", [_members(page, record)]),
            Part(f"二、收入（{window}，元；{standard_words(page)}）", [_income(page, record)]),
            Part("三、财产、义务人、两不愁", [_found(record)]),
            Part("四、以前查过什么", text="\n".join(_earlier(page, record))),
            Part("五、结论", [_verdict(record), _signatures(record)]),
        ),
        foot="入户核查表·号码已遮",
    )


def _household(page: HouseholdPage) -> Table:
    home = page.case.household
    why = [f"{one.sentence}（{one.source_line}）" if one.source_line else one.sentence for one in _hits(page)]
    return Table(
        (20, 67, 24, 63),
        [
            [label("户主"), f"{page.name}，名单上 {home.size} 人", label("联系电话"), page.phone_masked],
            [label("脱贫属性"), home.get_poverty_status_display(), label("在保"), page.coverage],
            [label("为什么在名单里"), Cell("\n".join(why) or page.case.why, span=3)],
        ],
    )


def _hits(page: HouseholdPage) -> list:
    return [one for one in page.reasons if one.says != "near"]


def _members(page: HouseholdPage, record: Verification | None) -> Table:
    lived = {one.person_id: one for one in record.members.all()} if record else {}
    told = verdicts(record) if record else {}
    rows: list[Sequence[Cell | str]] = [[label(text) for text in MEMBERS]]
    for member in page.members if record else page.living:
        check = lived.get(member.id)
        there = check.living_together if check else None
        verdict = told.get(member.id, told.get(None, ("", "")) if there else ("", ""))
        rows.append([*_known(member), yes_no(there), verdict[0]])
    spare = 0 if record else SPARE_MEMBERS
    rows += [["", "", "", "", "", "", yes_no(None), ""] for _ in range(spare)]
    return Table(MEMBER_WIDTHS, rows, head=True)


def _known(member: Member) -> tuple[str, ...]:
    """What the lists say of a member, in the columns of the table."""
    age = "" if member.age is None else str(member.age)
    state = "；".join(filter(None, ["" if member.state == "—" else member.state, member.on_roll]))
    return (
        member.name, member.relation, f"{member.sex} {age}".strip(), member.masked,
        member.labour_word, state or "—",
    )  # fmt: skip


def _income(page: HouseholdPage, record: Verification | None) -> Table:
    items = {item.kind: item for item in page.income} if record else {}
    rows: list[Sequence[Cell | str]] = [[label(text) for text in ("项目", "加减", "金额（元）", "依据")]]
    for kind in IncomeKind:
        item = items.get(kind)
        amount, note = (yuan(item.amount), item.note) if item else ("", "")
        sign = "+" if INCOME_SIGNS[kind] > 0 else "−"
        rows.append([kind.label, sign, Cell(amount, right=True), note])
    people = str(record.living_together) if record and record.living_together else "　　"
    each = exact(record.per_capita) if record else ""
    sum_words = f"合计 ÷ 共同生活 {people} 人"
    rows.append([label("人均"), label("="), Cell(each, right=True, bold=True), sum_words])
    return Table((44, 14, 32, 84), rows, head=True)


def _found(record: Verification | None) -> Table:
    held = record.property_held if record else []
    kinds = {kind.label: kind in held for kind in PropertyKind}
    nothing = record is not None and not held
    dependent, hardship = (record.dependent, record.hardship) if record else (None, None)
    notes = (record.property_note, record.hardship_note) if record else ("", "")
    return Table(
        (34, 140),
        [
            [label("财产"), f"{boxes(kinds | {'都没有': nothing})}　说明：{notes[0]}"],
            [label("赡养、抚养、扶养义务人"), "\n".join(_obligors(record))],
            [label("不愁吃、不愁穿"), _two_worries(record)],
            [label("靠家庭供养、不能单独立户的重残重病人"), yes_no(dependent, "有", "没有")],
            [label("急难或大额支出"), f"{yes_no(hardship, '有', '没有')}　说明：{notes[1]}"],
        ],
    )


def _two_worries(record: Verification | None) -> str:
    food, clothing = (record.food_ok, record.clothing_ok) if record else (None, None)
    return f"吃：{yes_no(food, '不愁', '有困难')}　　穿：{yes_no(clothing, '不愁', '有困难')}"


def _obligors(record: Verification | None) -> list[str]:
    if record is None:
        able = boxes({kind.label: False for kind in ObligorAbility})
        return [f"姓名：　　　　　关系：　　　　　{able}" for _ in range(SPARE_OBLIGORS)]
    return [
        f"{one.name}（{'，'.join(filter(None, [one.relation, one.get_ability_display(), one.note]))}）"
        for one in record.obligors.all()
    ] or ["没有登记"]


def _earlier(page: HouseholdPage, record: Verification | None) -> list[str]:
    """Findings of earlier campaigns, visits before this one, and why it was returned."""
    told = [f"{one.campaign} {one.found_on or ''}：{one.text}" for one in page.earlier]
    told += [
        f"{day_words(one.visited_on)} {one.by.name}入户：{_became(one)}"
        for one in page.records
        if one.round == 1 and one is not record
    ]
    if page.case.returned_on:
        told.append(f"{day_words(page.case.returned_on)}退回：{page.case.return_note}")
    return told or ["没有记录。"]


def _became(visit: Verification) -> str:
    """What came of an earlier visit: 已见面，已更正."""
    return f"{visit.get_result_display()}，{visit.get_state_display()}"


def _verdict(record: Verification | None) -> Table:
    """For the whole household; members judged apart have theirs in their row above."""
    told = verdicts(record) if record else {}
    whole = told.get(None, ("", ""))
    chosen = whole[0].removesuffix(KEPT)
    options = boxes({scheme.label: scheme.label == chosen for scheme in Scheme})
    apart = boxes({"各人不同（写在成员栏）": bool(told) and None not in told})
    refused = "\n".join(filter(None, [whole[1], *_refused(record)]))
    return Table(
        (34, 140),
        [
            [label("整户结论"), f"{options}\n{apart}"],
            [label("不符合的原因"), Cell(refused, tall=0 if record else 2)],
            [label("理由"), Cell(record.grounds if record else "", tall=0 if record else 3)],
        ],
    )


def _refused(record: Verification | None) -> list[str]:
    """Members judged apart and not eligible, each with the reason."""
    decisions = record.decisions.all() if record else []
    return [
        f"{one.person.name}：{one.get_reason_code_display()}，{one.reason_text}"
        for one in decisions
        if one.person and one.reason_code
    ]


def _signatures(record: Verification | None) -> Table:
    result, role = (record.result, record.role) if record else ("", "")
    who, visited_on = (who_checked(record), day_words(record.visited_on)) if record else ("", "　　月　　日")
    met = boxes({kind.label: result == kind for kind in VisitResult})
    roles = boxes({one.label: role == one for one in VerifierRole})
    return Table(
        (34, 70, 30, 40),
        [
            [label("见到没有"), met, label("实地入户"), yes_no(record.on_site if record else None)],
            [label("核查人（签字）"), who, label("入户日期"), visited_on],
            [label("身份"), Cell(roles, span=3)],
            [label("户主或成年家属（签字）"), Cell(tall=2), label("联系电话"), ""],
        ],
    )
