"""Findings in every state up to the demo's day, by the real services, and one accountability case (C21)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from docx import Document
from PIL import Image, ImageDraw

from dabao import clock
from dabao.models import Region, User, WorkPlan
from screening.choices import CaseOutcome
from screening.models import Case
from supervision.choices import EntryKind, FindingKind, FindingSource, Ground, Move
from supervision.models import Accountability, Finding
from supervision.services import accountability, findings

JINBI, SHIYANG, LIUJU, LONGJIE, XINJIE, ZHAOJIADIAN, SANCHAHE, GUIHUA, TANHUA, WANBI, TIESUO, SANTAI = (
    f"532326{code}"
    for code in ("101", "102", "103", "104", "105", "106", "107", "108", "204", "206", "207", "208")
)
# 罗国伟 sits in the units of 石羊镇 and 三台乡 and in the office, 何勇 in that of 赵家店镇.
UNIT, ZHAOJIADIAN_UNIT, LEADER, OTHER_LEADER = "luoguowei", "gushi", "juzhang", "akaifang"
STAFF = {
    JINBI: "jinbi1", SHIYANG: "zhen", LIUJU: "liuju1", LONGJIE: "longjie1", XINJIE: "xinjie1",
    ZHAOJIADIAN: "zhaojiadian1", SANCHAHE: "sanchahe1", GUIHUA: "guihua1", TANHUA: "tanhua1",
    WANBI: "wanbi1", TIESUO: "tiesuo1", SANTAI: "santai1",
}  # fmt: skip
_K, _S = FindingKind, FindingSource


def day(month: int, number: int) -> date:
    return date(2020, month, number)


@dataclass(frozen=True, slots=True)
class Did:
    """A turn: the day, who (empty = the township's officer), the move, words, the new limit, papers."""

    on: date
    by: str
    move: Move
    text: str = ""
    due: date | None = None
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """A finding from its opening on. `of_case` = about a household of the township that was judged 不符合."""

    township: str
    village: str
    kind: FindingKind
    text: str
    measure: str
    source: FindingSource
    note: str
    found: date
    opened: date
    due: date
    by: str
    turns: tuple[Did, ...] = ()
    of_case: bool = False
    papers: tuple[str, ...] = ()


STORIES = (
    Story(
        SHIYANG, "", _K.MISSED, "{head}户按“不符合”判，暗访没见到收入依据，邻居说外出务工的儿子两年没寄钱",
        "重新入户，按赡养能力重新研判", _S.INSPECTION, "暗访", day(3, 12), day(3, 13), day(3, 25), UNIT,
        (
            Did(day(3, 18), "", Move.CONTEST, "儿子在昆明务工，有赡养能力", papers=("务工证明.docx",)),
            Did(
                day(3, 20), UNIT, Move.WEIGH, "核对务工单位，2019年11月已离职；异议站不住",
                papers=("电话记录.docx",),
            ),
            Did(day(3, 20), LEADER, Move.UPHOLD, "儿子现在没有收入，按无赡养能力重新研判", day(3, 27)),
            Did(day(3, 24), "", Move.REPLY, "已重新入户，补了收入依据", papers=("老屋.jpg", "补正说明.docx")),
            Did(day(3, 25), UNIT, Move.ACCEPT, "入户记录和依据都在"),
            Did(day(3, 27), LEADER, Move.CLOSE, "记录和依据看过，同意销号"),
            Did(day(4, 6), LEADER, Move.REOPEN, "再次暗访，记录在，结论没改", day(4, 20), ("在家.jpg",)),
            Did(day(4, 9), "", Move.PROGRESS, "4月9日已入户，等村里评议", papers=("入户.jpg",)),
        ),
        of_case=True, papers=("屋前.jpg",),
    ),
    Story(
        WANBI, "冷山村", _K.MISSED, "两位 70 岁以上老人无收入来源，研判“不符合”，理由只写“有子女”",
        "逐人查义务人能力，重新研判", _S.INSPECTION, "暗访", day(4, 1), day(4, 1), day(4, 8), OTHER_LEADER,
    ),
    Story(
        WANBI, "", _K.BEHIND, "入户进度落在全县最后，6 个村没派人", "村村派到人，每天报进度",
        _S.INSPECTION, "", day(4, 3), day(4, 3), day(4, 8), OTHER_LEADER,
        (Did(day(4, 6), "", Move.PROGRESS, "已派 4 个村"),),
    ),
    Story(
        TIESUO, "永河村", _K.SCREENING, "3 户核查照片是同一间屋", "3 户重新入户，其余抽 10 户",
        _S.INSPECTION, "", day(4, 2), day(4, 2), day(4, 9), LEADER,
        (Did(day(4, 7), "", Move.PROGRESS, "已重查 3 户，抽查没做", papers=("重查.jpg",)),),
    ),
    Story(
        ZHAOJIADIAN, "麻街村", _K.WRONGLY_COVERED, "有人 2月已去世，3月仍发低保 215 元", "停发、追回 215 元",
        _S.OTHER, "名单比对", day(3, 31), day(3, 31), day(4, 12), ZHAOJIADIAN_UNIT,
        (Did(day(4, 8), "", Move.REPLY, "已停发，已追回", papers=("停发单.docx",)),),
    ),
    Story(
        JINBI, "七街社区", _K.ONLY_COVERED, "5 户低保有劳动力，没有就业、项目记录", "逐户定帮扶措施",
        _S.ASSESSMENT, "", day(3, 28), day(3, 30), day(4, 15), UNIT,
    ),
    Story(
        SANTAI, "博厚村", _K.MISSED, "78 岁老人独居，未列特困", "重新研判",
        _S.INSPECTION, "暗访", day(3, 30), day(3, 30), day(4, 15), UNIT,
        (Did(day(4, 7), "", Move.CONTEST, "子女有赡养能力"),),
    ),
    Story(
        XINJIE, "", _K.ONE_SIZE, "特困、低保两类用同一段理由，12 户一字不差", "逐户重写理由",
        _S.REPORT, "", day(3, 27), day(3, 27), day(4, 10), UNIT,
        (
            Did(day(4, 2), "", Move.CONTEST, "12 户同在一个安置点，情况确实一样"),
            Did(day(4, 8), UNIT, Move.WEIGH, "抽 3 户，收入来源各不相同，理由应各写各的"),
        ),
    ),
    Story(
        GUIHUA, "大村", _K.LEDGER, "12 户没有照片", "补齐照片",
        _S.INSPECTION, "", day(4, 2), day(4, 2), day(4, 16), UNIT,
    ),
    Story(
        SHIYANG, "郭家村", _K.LEDGER, "4 户缺收入依据", "补票据或书面说明",
        _S.INSPECTION, "", day(3, 26), day(3, 26), day(4, 20), UNIT,
        (
            Did(day(4, 7), "", Move.REPLY, "4 户都补了书面说明", papers=("收入说明.docx",)),
            Did(day(4, 9), UNIT, Move.ACCEPT, "4 户的说明都有户主签字"),
        ),
    ),
    Story(
        LIUJU, "", _K.ONE_SIZE, "整村 9 户统一填“低保”，没有逐户理由", "逐户写理由",
        _S.INSPECTION, "", day(4, 3), day(4, 3), day(4, 20), UNIT,
        (Did(day(4, 9), "", Move.REPLY, "已逐户改写", papers=("理由对照表.docx",)),),
    ),
    Story(
        SANCHAHE, "", _K.LEDGER, "2 户没有入户日期", "核对原始记录，补日期",
        _S.PETITION, "", day(3, 16), day(3, 16), day(3, 23), UNIT,
        (
            Did(day(3, 19), "", Move.REPLY, "已按原始记录补上", papers=("原始记录.jpg",)),
            Did(day(3, 20), UNIT, Move.REJECT, "一户的日期与村里记的不一致", day(3, 26)),
            Did(day(3, 25), "", Move.REPLY, "与村里核对，以村记录为准", papers=("核对单.docx",)),
            Did(day(3, 26), UNIT, Move.ACCEPT, "两边一致"),
            Did(day(3, 27), LEADER, Move.CLOSE, "同意销号"),
        ),
    ),
    Story(
        LONGJIE, "", _K.WRONGLY_COVERED, "一户有经营门面仍在低保", "核实资产，按规定处理",
        _S.CENSUS, "", day(3, 17), day(3, 18), day(3, 31), UNIT,
        (
            Did(day(3, 23), "", Move.CONTEST, "门面 2018 年已转让，有协议", papers=("转让协议.jpg",)),
            Did(day(3, 25), UNIT, Move.WEIGH, "查不动产登记，确已转让，应撤销"),
            Did(day(3, 26), LEADER, Move.WITHDRAW, "情况属实，撤销"),
        ),
    ),
    Story(
        TANHUA, "", _K.LEDGER, "村级台账与系统差 6 户", "逐户核对，补录",
        _S.INSPECTION, "", day(3, 18), day(3, 18), day(3, 27), OTHER_LEADER,
        (
            Did(day(3, 26), "", Move.REPLY, "6 户已补录", papers=("核对表.docx",)),
            Did(day(3, 30), UNIT, Move.ACCEPT, "数已一致"),
            Did(day(3, 31), OTHER_LEADER, Move.CLOSE, "核对表看过，同意销号"),
        ),
    ),
)  # fmt: skip


def follow(*, plan: WorkPlan, tell: Callable[[str], None]) -> None:
    """Open the findings and carry each on; nothing when they stand already."""
    for story in STORIES:
        if not _stands(plan, story):
            _tell(plan, story)
    if not Accountability.objects.filter(plan=plan).exists():
        _hold_to_account(plan)
    tell(f"督战问题 {len(STORIES)} 条，问责 1 件。")


def _stands(plan: WorkPlan, story: Story) -> bool:
    found = Finding.objects.filter(plan=plan, region__code__startswith=story.township, kind=story.kind)
    return found.filter(opened_on=story.opened).exists()


@transaction.atomic
def _tell(plan: WorkPlan, story: Story) -> None:
    case = _judged(plan, story) if story.of_case else None
    head = case.household.head.name if case and case.household.head else ""
    village = Region.objects.filter(code__startswith=story.township, name=story.village).first()
    with clock.pretend(story.opened):
        finding = findings.open_finding(
            **_who(story.by, story.opened), township_code=story.township,
            household_id=case.household_id if case else None,
            village_code=village.code if village and not case else "",
            kind=story.kind, text=story.text.format(head=head), measure=story.measure, due_on=story.due,
            source=story.source, source_note=story.note, found_on=story.found,
            responsible_unit="社会事务办", responsible=User.objects.get(username=STAFF[story.township]).name,
            files=[_paper(name, story.text.format(head=head)) for name in story.papers],
        )  # fmt: skip
    for did in story.turns:
        with clock.pretend(did.on):
            findings.take(
                **_who(did.by or STAFF[story.township], did.on), finding_id=finding.pk, move=did.move,
                text=did.text, due_on=did.due, files=[_paper(name, did.text) for name in did.papers],
            )  # fmt: skip


def _who(username: str, on: date) -> dict[str, Any]:
    user = User.objects.get(username=username)
    return {"scope": user.scope(on), "actor": user, "day": on}


def _judged(plan: WorkPlan, story: Story) -> Case | None:
    """The first household of the township that was found 不符合 and closed."""
    found = Case.objects.filter(
        plan=plan,
        household__region__code__startswith=story.township,
        outcome=CaseOutcome.NOT_ELIGIBLE,
    )
    return found.select_related("household__head").order_by("closed_on", "household__number").first()


def _paper(name: str, text: str) -> SimpleUploadedFile:
    """An invented photo or a page of words."""
    content = _photo() if name.endswith("jpg") else _page(name, text)
    return SimpleUploadedFile(name, content)


def _photo() -> bytes:
    """A house, drawn."""
    picture = Image.new("RGB", (560, 380), "#eef1f2")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 290, 560, 380), fill="#d9d3c4")
    draw.polygon([(110, 170), (280, 90), (450, 170), (450, 290), (110, 290)], fill="#c9bfa9")
    draw.polygon([(80, 180), (280, 80), (480, 180), (465, 200), (280, 110), (95, 200)], fill="#8c7f68")
    draw.rectangle((240, 210, 310, 290), fill="#7c8790")
    target = BytesIO()
    picture.save(target, "JPEG", quality=80)
    return target.getvalue()


def _page(name: str, text: str) -> bytes:
    document = Document()
    document.add_paragraph(name.rpartition(".")[0])
    document.add_paragraph(f"{text}（演示材料，内容虚构）")
    target = BytesIO()
    document.save(target)
    return target.getvalue()


@transaction.atomic
def _hold_to_account(plan: WorkPlan) -> None:
    """铁锁乡, for three photos of one house."""
    first, then, last = day(4, 8), day(4, 9), day(4, 10)
    finding = Finding.objects.get(plan=plan, region__code__startswith=TIESUO, kind=_K.SCREENING)
    with clock.pretend(first):
        case = accountability.open_case(
            **_who(LEADER, first), plan=plan, township_code=TIESUO, ground=Ground.SCREENING,
            text="3 户核查照片是同一间屋，核查人没有到现场", finding_ids=[finding.pk],
        )  # fmt: skip
    with clock.pretend(then):
        accountability.add_entry(
            **_who(LEADER, then), case_id=case.pk, kind=EntryKind.HANDED_OVER, happened_on=then,
            to_whom="县纪委监委派驻纪检监察组", text="移交照片和核查表复印件",
        )  # fmt: skip
    with clock.pretend(last):
        accountability.add_entry(
            **_who("xianju", last), case_id=case.pk, kind=EntryKind.NOTE, happened_on=last,
            text="派驻组已约谈乡分管领导",
        )  # fmt: skip
