"""The fixed cast of every test: a small county, its plan, one person per role, and a stranger.

`county` gives regions, plan, phases and standards; `cast` the people; `make_household` invented households.
The stranger holds every township role, in a township that no test data are in.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from dabao import crypto
from dabao.models import Phase, Posting, Region, Standard, StandardKind, User, WorkPlan
from dabao.scope import Role
from screening.choices import CaseState, Category, Labour, PovertyStatus, Relation
from screening.models import Case, CaseEvent, Household, Membership, Person
from screening.rules import identity

TODAY = date(2020, 4, 10)
FIRST_DAY = date(2020, 3, 3)
PASSWORD = "Dabao-test-2020"
COUNTY, SHIYANG, ZHAOJIADIAN, GUIHUA = "532326", "532326102", "532326106", "532326108"
LIUSHUTANG, CHAHE, DAMAIDI, STRANGE_VILLAGE = "532326102001", "532326102002", "532326106001", "532326108001"
_REGIONS = [
    ("53", "云南省", "province"),
    ("5323", "楚雄州", "prefecture"),
    (COUNTY, "大姚县", "county"),
    (SHIYANG, "石羊镇", "township"),
    (ZHAOJIADIAN, "赵家店镇", "township"),
    (GUIHUA, "桂花镇", "township"),
    (LIUSHUTANG, "柳树塘村", "village"),
    (CHAHE, "岔河村", "village"),
    (DAMAIDI, "大麦地村", "village"),
    (STRANGE_VILLAGE, "马茨村", "village"),
]
_PHASES = [
    (1, "逐一排查遗漏对象", "排查", date(2020, 3, 3), date(2020, 4, 15)),
    (2, "落实兜底保障措施", "落实", date(2020, 4, 16), date(2020, 5, 5)),
    (3, "加强动态监测帮扶", "监测", date(2020, 5, 6), date(2020, 6, 30)),
    (4, "持续巩固提升", "巩固", date(2020, 7, 1), date(2020, 12, 30)),
]
_parents = {12: 9, 9: 6, 6: 4, 4: 2}


@pytest.fixture(autouse=True)
def business_day(settings: Any) -> date:
    """Every test runs on 10 April 2020 unless it sets `settings.DABAO_TODAY` itself."""
    settings.DABAO_TODAY = TODAY.isoformat()
    # Twelve people a test: the quick hash first; the second one is that of random first passwords.
    settings.PASSWORD_HASHERS = [
        f"django.contrib.auth.hashers.{kind}PasswordHasher" for kind in ("MD5", "PBKDF2")
    ]
    return TODAY


@pytest.fixture
def county(db: None) -> SimpleNamespace:
    """Regions of three townships, the plan with four phases, and its standards."""
    for code, name, level in _REGIONS:
        parent = code[: _parents[len(code)]] if len(code) > 2 else None
        Region.objects.create(code=code, name=name, official_name=name, level=level, parent_id=parent)
    plan = WorkPlan.objects.create(
        code="2020-3",
        region_id=COUNTY,
        year=2020,
        title="大姚县社会救助兜底保障挂牌督战工作方案",
        document="大民发〔2020〕3号",
        first_day=FIRST_DAY,
        last_day=date(2020, 12, 30),
        categories=list(Category.values),
        baseline_households=242,
        baseline_persons=691,
        target_day=date(2020, 6, 30),
        first_report_month=date(2020, 3, 1),
        last_report_month=date(2020, 12, 1),
        contact_name="罗国伟",
        contact_phone="6223961",
    )
    for number, name, short, first, last in _PHASES:
        Phase.objects.create(
            plan=plan, number=number, name=name, short_name=short, first_day=first, last_day=last
        )
    for kind, amount in ((StandardKind.RURAL_DIBAO, 4500), (StandardKind.POVERTY_LINE, 4000)):
        Standard.objects.create(
            kind=kind, region_id=COUNTY, amount=Decimal(amount), first_day=date(2020, 1, 1), confirmed=False
        )
    return SimpleNamespace(plan=plan, region=plan.region, code=COUNTY)


@dataclass
class Cast:
    """One person per role; `stranger` is staff and head of 桂花镇."""

    assistant: User  # 柳树塘村
    officer: User  # 石羊镇
    colleague: User  # 石羊镇, the second person
    head: User  # 石羊镇
    county: User
    county2: User
    unit: User  # 何勇: 赵家店镇 and no other
    leader: User
    admin: User
    auditor: User
    stranger: User
    idle: User  # no posting at all

    def __iter__(self) -> Any:
        return iter(vars(self).values())


_CAST = {
    "assistant": ("自兴华", [(Role.VILLAGE_ASSISTANT, LIUSHUTANG)]),
    "officer": ("鲁建华", [(Role.TOWNSHIP_STAFF, SHIYANG)]),
    "colleague": ("周丽萍", [(Role.TOWNSHIP_STAFF, SHIYANG)]),
    "head": ("李云飞", [(Role.TOWNSHIP_HEAD, SHIYANG)]),
    "county": ("杨秀兰", [(Role.COUNTY_OFFICE, COUNTY)]),
    "county2": ("普国庆", [(Role.COUNTY_OFFICE, COUNTY)]),
    "unit": ("何勇", [(Role.SUPERVISION_UNIT, ZHAOJIADIAN)]),
    "leader": ("黎兆梅", [(Role.BUREAU_LEADER, COUNTY)]),
    "admin": ("马文斌", [(Role.SYSTEM_ADMIN, None)]),
    "auditor": ("钱立新", [(Role.AUDITOR, None)]),
    "stranger": ("罗生文", [(Role.TOWNSHIP_STAFF, GUIHUA), (Role.TOWNSHIP_HEAD, GUIHUA)]),
    "idle": ("陶小云", []),
}


@cache
def hashed_password() -> str:
    """Hashing is slow on purpose: once for all of the cast."""
    return make_password(PASSWORD)


def make_user(
    username: str, name: str, *postings: tuple[Role, str | None], first_day: date = FIRST_DAY
) -> User:
    user = User.objects.create(username=username, name=name, password=hashed_password())
    for role, region in postings:
        Posting.objects.create(user=user, role=role, region_id=region, first_day=first_day)
    return user


@pytest.fixture
def cast(county: SimpleNamespace) -> Cast:
    return Cast(**{key: make_user(key, name, *postings) for key, (name, postings) in _CAST.items()})


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A test client signed in as a user."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


def make_id(area: str, birth: date, sequence: int) -> str:
    """An invented ID number with the right check digit; odd sequences are male."""
    body = f"{area}{birth:%Y%m%d}{sequence:03d}"
    return body + identity.check_character(body)


@pytest.fixture
def make_household(county: SimpleNamespace) -> Callable[..., Household]:
    """Invented households: `make_household(LIUSHUTANG, ("普有福", Labour.WEAK), ("罗翠英", Labour.NONE))`."""
    serial = itertools.count(1)

    def make(region: str = LIUSHUTANG, *members: tuple[str, str], **values: Any) -> Household:
        number = next(serial)
        people = members or (("普有福", Labour.ORDINARY),)
        defaults = {
            "number": f"5323260000{number:06d}",
            "registered": True,
            "poverty_status": PovertyStatus.LIFTED,
            "income_per_capita": Decimal("5200"),
            "group": "三组",
            "added_on": FIRST_DAY,
            "size": len(people),
        }
        household = Household.objects.create(region_id=region, **(defaults | values))
        for place, (name, labour) in enumerate(people):
            birth = date(1962 + place * 8, 3, 5)
            id_number = make_id("532326", birth, number * 10 % 990 + place)
            person = Person.objects.create(
                name=name,
                labour=labour,
                sex="m" if int(id_number[16]) % 2 else "f",
                birth_date=birth,
                id_sealed=crypto.seal(id_number),
                id_index=crypto.blind(id_number),
                id_last4_index=crypto.blind_last4(id_number),
            )
            Membership.objects.create(
                household=household,
                person=person,
                relation=Relation.HEAD if place == 0 else Relation.SON,
                first_day=FIRST_DAY,
            )
            if place == 0:
                household.head = person
        household.save()
        return household

    return make


@pytest.fixture
def make_case(county: SimpleNamespace, make_household: Callable[..., Household]) -> Callable[..., Case]:
    """An open case of an invented household (or of the one given), with its first event."""

    def make(household: Household | None = None, **values: Any) -> Case:
        defaults = {
            "opened_on": date(2020, 3, 10),
            "due_on": date(2020, 4, 15),
            "categories": [Category.NO_LABOUR.value],
            "why": "1 人，丧失劳动力",
        }
        case = Case.objects.create(
            plan=county.plan, household=household or make_household(), **(defaults | values)
        )
        CaseEvent.objects.create(
            case=case,
            day=case.opened_on,
            kind="opened",
            to_state=CaseState.TO_VERIFY,
            actor_label="系统",
            text="筛查：列入名单",
        )
        return case

    return make
