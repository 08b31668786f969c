"""Problems put together by likeness, and as the office put them (C24)."""

import pytest

from reports.likeness import Problem, arranged, grouped, likeness, split

FAR = Problem("102", "石羊镇", "外出务工户多，电话约不到人")
FAR_TOO = Problem("106", "赵家店镇", "外出务工人员多，约不到人")
STAFF = Problem("108", "桂花镇", "村级协理员不够，人手紧")
STAFF_TOO = Problem("109", "三台乡", "缺村级协理员")
ROAD = Problem("110", "铁锁乡", "山区村组分散，雨季路断")
ALL = [FAR, STAFF, ROAD, FAR_TOO, STAFF_TOO]


def groups(problems=ALL, arrangement=None):
    return [[one.name for one in group.problems] for group in grouped(problems, arrangement or {})]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("无", []),
        ("无。", []),
        ("", []),
        ("缺人", ["缺人"]),
        ("1．缺人。\n2、路远；3) 车少", ["缺人", "路远", "车少"]),
        ("一、缺人\n（二）路远", ["缺人", "路远"]),
        ("一是缺人；二是，路远", ["缺人", "路远"]),
        ("10.5万元缺口没有着落", ["10.5万元缺口没有着落"]),
        ("三台乡到县城路远", ["三台乡到县城路远"]),
    ],
)
def test_each_line_and_clause_is_a_problem_without_its_number(text, problems):
    assert split(text) == problems


def test_like_problems_stand_together_those_of_most_townships_first():
    assert groups() == [["石羊镇", "赵家店镇"], ["桂花镇", "三台乡"], ["铁锁乡"]]


@pytest.mark.parametrize(
    ("first", "second"),
    [("缺协理员", "缺 协理员！"), ("ＡＢ类困难户多", "ab类困难户多"), ("水", "水。")],
)
def test_signs_spaces_and_width_make_no_difference(first, second):
    assert likeness(first, second) == 1


def test_words_that_stand_in_every_problem_make_none_alike():
    assert likeness("入户核查工作困难", "部分群众问题比较困难") == 0
    assert groups([Problem("1", "甲镇", "入户核查车辆缺"), Problem("2", "乙乡", "入户核查台账乱")]) == [
        ["甲镇"],
        ["乙乡"],
    ]


def test_likeness_is_the_same_both_ways_and_between_none_and_one():
    for one in ALL:
        for other in ALL:
            assert likeness(one.text, other.text) == likeness(other.text, one.text)
            assert 0 <= likeness(one.text, other.text) <= 1


def test_the_title_is_the_words_most_like_the_others():
    (group,) = grouped(
        [Problem("1", "甲镇", "缺村级协理员三名"), STAFF_TOO, Problem("3", "丙", "缺村级协理员")], {}
    )
    assert group.title == "缺村级协理员"


def test_a_township_that_says_it_twice_is_named_once():
    (group,) = grouped([STAFF_TOO, Problem("109", "三台乡", "还缺村级协理员")], {})
    assert group.names == ["三台乡"]


def test_what_the_office_moved_stays_and_the_rest_is_laid_beside_it():
    kept = arranged([FAR, ROAD], {FAR.key: "1", ROAD.key: "1"})
    assert groups(arrangement=kept) == [["石羊镇", "铁锁乡", "赵家店镇"], ["桂花镇", "三台乡"]]


def test_apart_means_a_group_of_its_own():
    kept = arranged([FAR, FAR_TOO, ROAD], {FAR.key: "1", FAR_TOO.key: "new", ROAD.key: "new"})
    assert sorted(groups([FAR, FAR_TOO, ROAD], kept)) == [["石羊镇"], ["赵家店镇"], ["铁锁乡"]]


def test_reworded_problems_leave_the_arrangement_by_themselves():
    kept = arranged([FAR], {FAR.key: "7"})
    reworded = Problem(FAR.code, FAR.name, "路远")
    assert groups([reworded, FAR_TOO], kept) == [["石羊镇"], ["赵家店镇"]]


@pytest.mark.parametrize("label", ["0", "x", "-1", "1000", "1; drop", ""])
def test_a_label_that_is_none_is_refused(label):
    with pytest.raises(ValueError, match="no group"):
        arranged([FAR], {FAR.key: label})


def test_keys_of_no_problem_are_left_out():
    assert arranged([FAR], {"0" * 12: "1"}) == {}


def test_nobody_is_lost_whatever_was_arranged():
    kept = arranged(ALL, {FAR.key: "9", STAFF.key: "new"})
    assert sorted(name for group in groups(arrangement=kept) for name in group) == sorted(
        one.name for one in ALL
    )
