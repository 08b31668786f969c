"""不符合救助条件告知书: to whom, why, what to do about it, whom to ask (C11).

Given out only once another person agreed. The law: 《社会救助暂行办法》 (国务院令第649号) article 65 names
reconsideration and suit; the sixty days and six months are those of 《行政复议法》 article 9 and
《行政诉讼法》 article 46.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from dabao.documents.official import Paper
from screening.choices import CaseState, ReasonCode, Scheme, VerificationState
from screening.models import Decision, Verification
from screening.papers.words import day_words, exact
from screening.queries.households import HouseholdPage
from screening.rules.wording import yuan

TITLE = "不符合救助条件告知书"
RECEIPT = ("收件人（签字）", "送达人（签字）", "送达日期")
NOBODY_TO_TELL = (ReasonCode.DECEASED, ReasonCode.DUPLICATE)


@dataclass(frozen=True, slots=True)
class Chapter:
    heading: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Notice:
    """One letter: to one person, or to the head for the whole household."""

    to: str
    opening: str
    chapters: Sequence[Chapter]
    office: str
    day: date


def notices(page: HouseholdPage) -> list[Notice]:
    """A letter for each who is not eligible; none before another person agreed, nor to the dead.

    A household that is to be verified again has no conclusion to tell.
    """
    record, second = page.current, agreed(page)
    if page.case.state == CaseState.TO_VERIFY or record is None:
        return []
    if second is None or second.recorded_on is None:
        return []
    refused = [
        one
        for one in record.decisions.all()
        if one.scheme == Scheme.NONE and one.reason_code not in NOBODY_TO_TELL
    ]
    return [_notice(page, record, one, second.recorded_on) for one in refused]


def agreed(page: HouseholdPage) -> Verification | None:
    """The recheck that agreed to the conclusion that stands."""
    first = page.current
    return next(
        (
            one
            for one in reversed(page.rechecks)
            if one.agreed
            and one.state == VerificationState.SUBMITTED
            and first is not None
            and one.submitted_at
            and first.submitted_at
            and one.submitted_at >= first.submitted_at
        ),
        None,
    )


def write(letters: Sequence[Notice], template: Path, target: BinaryIO) -> None:
    """The letters as official papers in one docx, each from a new page."""
    paper = Paper(TITLE, template)
    for number, letter in enumerate(letters):
        if number:
            paper.next(TITLE)
        paper.addressee(letter.to)
        paper.text(letter.opening)
        for chapter in letter.chapters:
            paper.heading(chapter.heading)
            for line in chapter.lines:
                paper.text(line)
        paper.signed(f"{letter.office}（章）", letter.day)
        paper.table("送达回证", RECEIPT, [("", "", "")], (52, 52, 52))
    paper.save(target)


def _notice(page: HouseholdPage, record: Verification, decision: Decision, day: date) -> Notice:
    home, plan = page.case.household, page.case.plan
    township = home.region.parent or home.region
    whose = "你" if decision.person else "你家"
    visited = f"{day_words(record.visited_on)}入户核查" if record.on_site else "核查"
    return Notice(
        to=decision.person.name if decision.person else page.name,
        opening=(
            f"经{visited}和另一人复核，{whose}现在不符合社会救助（特困供养、低保、临时救助）的条件。"
            f"依据《{plan.title}》（{plan.document}）告知如下。"
        ),
        chapters=(
            Chapter("一、原因", _reasons(record, decision)),
            Chapter("二、不同意，或者情况变了，怎么办", _objecting(township.name, plan.region.name)),
            Chapter("三、找谁", (_contacts(page),)),
        ),
        office=f"{township.official_name}人民政府",
        day=day,
    )


def _contacts(page: HouseholdPage) -> str:
    """The township writes its number by hand, for none is on record."""
    township, plan = page.case.household.region.parent, page.case.plan
    return (
        f"{township}社会事务办，电话：　　　　　　；"
        f"{plan.region.name}民政局挂牌督战办，{plan.contact_name}，电话：{plan.contact_phone}。"
    )


def _reasons(record: Verification, decision: Decision) -> tuple[str]:
    told = f"{decision.get_reason_code_display()}：{decision.reason_text.rstrip('。')}。"
    if decision.reason_code == ReasonCode.INCOME_OVER and record.per_capita is not None:
        against = f"，农村低保标准 {yuan(record.standard_amount)} 元" if record.standard_amount else ""
        told += f"核定家庭人均年收入 {exact(record.per_capita)} 元{against}。"
    return (told,)


def _objecting(township: str, county: str) -> tuple[str, ...]:
    return (
        f"有不同意见、有材料要补的，请向{township}社会事务办或{county}民政局提出，我们重新核查。",
        "收入减少、患病、伤残、受灾，或者主要劳动力去世的，随时可以向村委会或乡镇提出，我们重新核查。",
        "也可以自收到本告知书之日起六十日内依法申请行政复议，或者六个月内依法向人民法院提起行政诉讼。",
    )
