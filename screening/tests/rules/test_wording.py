"""The sentences of the worklist and of the why-panel."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given

from screening.choices import Category
from screening.rules.categories import screen
from screening.rules.facts import HouseholdFacts, IllnessFact, StandardFigure, Standards, WatchFact
from screening.rules.wording import certificate_name, short_line, source_line, why_lines, yuan
from screening.tests.rules.cast import DAY, STANDARDS, certificate, household, person
from screening.tests.rules.test_categories import households


def grounds(facts, standards=STANDARDS):
    return [ground for answer in screen(facts, standards, Category.values, DAY) for ground in answer.grounds]


def sentences(facts, standards=STANDARDS):
    return [line.sentence for line in why_lines(grounds(facts, standards))]


@pytest.mark.parametrize(
    ("amount", "words"),
    [("4260", "4,260"), ("4260.00", "4,260"), ("4260.5", "4,260.50"), ("0", "0"), ("-12.3", "-12.30")],
)
def test_yuan_drops_cents_only_when_there_are_none(amount, words):
    assert yuan(amount) == yuan(Decimal(amount)) == words


@pytest.mark.parametrize(
    ("kind", "grade", "parts", "name"),
    [
        (4, 2, (), "肢体二级"),
        (7, 3, (4, 5), "多重（肢体、智力）三级"),
        (None, 2, (), "残疾二级"),
        (4, None, (), "肢体（等级不明）"),
    ],
)
def test_names_of_certificates(kind, grade, parts, name):
    assert certificate_name(kind, grade, parts) == name


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (
            household(person(certificates=(certificate(4, 2),)), income="4260"),
            "肢体二级 1 人；人均 4,260 元，低于 4,500",
        ),
        (
            household(person(name="甲", certificates=(certificate(5, 4),)), person("", name="乙")),
            "智力四级 1 人",
        ),
        (household(person("none", name="甲"), person("", name="乙")), "1 人劳动技能空白"),
        (household(person("none", name="甲"), person("lost", name="乙")), "2 人都无劳动力"),
        (household(person("none")), "1 人，无劳动力"),
        (household(poverty_status="fallen_back"), "返贫"),
        (household(poverty_status=""), "脱贫属性空白"),
        (household(income=None), "人均收入不明"),
        (household(income="100", poverty_status=""), "脱贫属性空白；人均 100 元，低于 4,500"),
        (household(person(certificates=(certificate(7, 3),))), "多重三级待查 1 人"),
        (household(person(illnesses=(IllnessFact(),))), "重特大疾病 1 人"),
        (household(watch=(WatchFact("monitored"), WatchFact("marginal"))), "脱贫监测户；脱贫边缘户"),
        (household(income="4600"), ""),
        (household(person(living=False)), ""),
        (HouseholdFacts("h", registered=True, poverty_status="lifted"), "家庭成员不明；人均收入不明"),
    ],
)
def test_the_worklist_line_says_the_facts_and_what_is_unknown(facts, line):
    assert short_line(grounds(facts)) == line


def test_equal_certificates_are_counted_as_persons():
    facts = household(
        person(name="甲", certificates=(certificate(4, 2),)),
        person(name="乙", certificates=(certificate(4, 2), certificate(4, 2))),
        person(name="丙", certificates=(certificate(6, 3),)),
    )
    assert short_line(grounds(facts)) == "肢体二级 2 人；精神三级 1 人"


def test_no_standard_is_said():
    assert short_line(grounds(household(income="100"), Standards())) == "人均 100 元，没有低保标准可比"


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (
            household(person(certificates=(certificate(4, 2),))),
            "罗翠英：肢体二级，属“一级、二级重度残疾人”",
        ),
        (
            household(person(certificates=(certificate(6, 3),))),
            "罗翠英：精神三级，属“三级、四级智力、精神残疾人”",
        ),
        (
            household(person(certificates=(certificate(7, 4, (4, 5)),))),
            "罗翠英：多重（肢体、智力）四级，其中有智力或精神残疾，属“三级、四级智力、精神残疾人”",
        ),
        (
            household(person(certificates=(certificate(7, 3),))),
            "罗翠英：多重三级，多重残疾没有列明类别，判断不了：请看残疾证",
        ),
        (
            household(person(certificates=(certificate(4, 3),))),
            "罗翠英：肢体三级，差一级：一级、二级，或智力、精神残疾才在范围内",
        ),
        (
            household(person(illnesses=(IllnessFact(),))),
            "罗翠英：在医保重特大疾病名单上，属“重特大疾病患者”",
        ),
        (
            household(person("none", name="甲"), person("lost", name="乙")),
            "全家 2 人都无劳动力：甲（无劳动力）、乙（丧失劳动力）",
        ),
        (
            household(person("none", name="甲"), person("", name="乙")),
            "劳动技能空白，判断不了：乙，其余都无劳动力；入户时请查明",
        ),
        (household(person("", name="甲")), "劳动技能空白，判断不了：甲；入户时请查明"),
        (
            household(person("none", name="甲"), person("weak", name="乙"), person("none", name="丙")),
            "只有 乙（弱劳动力或半劳动力）有劳动力，其余 2 人都无劳动力，所以不算“整户无劳动力”",
        ),
        (household(income="4120", lifted_year=2018), "家庭年人均 4,120 元 < 4,500 元（2018 年已脱贫）"),
        (
            household(income="4500"),
            "家庭年人均 4,500 元，正好等于低保标准（已脱贫），不算低于标准",
        ),
        (
            household(income="4600"),
            "家庭年人均 4,600 元，高出低保标准 100 元（已脱贫），不在范围内，但很接近",
        ),
        (household(income=None), "人均收入空白，判断不了：入户时请算清收入"),
        (
            household(poverty_status="pre_lifted"),
            "扶贫系统脱贫属性：预脱贫，属“未脱贫建档立卡对象”",
        ),
        (household(poverty_status=""), "脱贫属性空白，判断不了：请向扶贫部门核实是否已脱贫"),
        (
            household(watch=(WatchFact("monitored", date(2019, 12, 1)),)),
            "在脱贫监测户名单上，2019-12-01 识别",
        ),
        (
            household(watch=(WatchFact("marginal"),)),
            "在脱贫边缘户名单上；同时是建档立卡户，请核对两份名单",
        ),
        (household(watch=(WatchFact("marginal"),), registered=False), "在脱贫边缘户名单上"),
        (household(person(living=False)), "登记的家庭成员都已去世，不再列入"),
    ],
)
def test_the_why_panel_says_it_in_full(facts, sentence):
    assert sentence in sentences(facts)


def test_missing_facts_of_the_income_are_all_named():
    assert sentences(household(income="100", poverty_status=""), Standards())[-1] == (
        "脱贫属性空白、没有现行农村低保标准，判断不了：家庭年人均 100 元；"
        "请向扶贫部门核实是否已脱贫；请县局在方案里填上标准"
    )


def test_hits_stand_first_then_the_unknown_then_the_near():
    facts = household(
        person("weak", name="甲"),
        person("none", name="乙", certificates=(certificate(7, 3),), illnesses=(IllnessFact(),)),
        poverty_status="not_lifted",
    )
    assert [(line.says, line.category) for line in why_lines(grounds(facts))] == [
        ("yes", 1),
        ("yes", 3),
        ("unknown", 3),
        ("near", 2),
    ]


def test_a_line_names_list_row_days_and_an_unconfirmed_standard():
    (line,) = why_lines(grounds(household(income="4120")))
    assert line.source_line == "扶贫系统第 1,836 行·截至 2月29日·3月6日导入"
    assert line.column == "income"
    assert line.source["row"] == "row-1"
    assert line.note == "农村低保标准 4,500 元/年，2020-01-01 起（云民发〔2020〕1号）"
    assert line.to_confirm


def test_a_confirmed_standard_and_a_missing_source_leave_no_mark():
    (line,) = why_lines(
        grounds(
            HouseholdFacts(
                "h",
                registered=True,
                poverty_status="lifted",
                income_per_capita=Decimal(1),
                members=(person(),),
            ),
            Standards(StandardFigure(Decimal(4500))),
        )
    )
    assert (line.to_confirm, line.note, line.source_line) == (False, "农村低保标准 4,500 元/年", "")
    assert source_line({"list": "残联名单", "line": None, "as_of": None, "imported": None}) == "残联名单"


@given(households)
def test_every_ground_has_words(facts):
    found = grounds(facts)
    assert len(why_lines(found)) == len(found)
    assert all(line.strong for line in why_lines(found))
    assert bool(short_line(found)) == any(ground["says"] in ("yes", "unknown") for ground in found)
