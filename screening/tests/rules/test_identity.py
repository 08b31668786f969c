"""Identity numbers: what is accepted, what is refused and in which words."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.rules.identity import (
    IdCode,
    Slip,
    check_character,
    near_numbers,
    normalise,
    propose_18,
    read_id,
    sex_of,
    slip_between,
)

AS_OF = date(2020, 3, 12)
GOOD = "53232619650307124" + check_character("53232619650307124")
GOOD_X = next(
    n + "X" for n in map(str, range(53232619650307100, 53232619650307200)) if check_character(n) == "X"
)


def numbers():
    """Good 18-character numbers of people born from 1900 to the list's day."""
    return st.builds(
        lambda area, born, sequence: (
            f"{area:06d}{born:%Y%m%d}{sequence:03d}"
            + check_character(f"{area:06d}{born:%Y%m%d}{sequence:03d}")
        ),
        st.integers(110000, 659999),
        st.dates(date(1900, 1, 1), AS_OF),
        st.integers(1, 999),
    )


def test_the_examples_of_the_standard_have_their_check_characters():
    assert check_character("11010519491231002") == "X"
    assert check_character("44052418800101001") == "4"


@pytest.mark.parametrize(("sequence", "sex"), [("120", "f"), ("121", "m"), ("009", "m"), ("998", "f")])
def test_the_17th_digit_tells_the_sex(sequence, sex):
    first17 = "53232619650307" + sequence
    reading = read_id(first17 + check_character(first17), AS_OF)
    assert (reading.ok, reading.sex, reading.born) == (True, sex, date(1965, 3, 7))
    assert sex_of(first17) == sex


@pytest.mark.parametrize(
    "typed",
    [
        GOOD_X,
        GOOD_X.lower(),
        f"  {GOOD_X}\t",
        f"'{GOOD_X}",
        f"’{GOOD_X}",
        f"\u00a0{GOOD_X}\u3000",
        f"\ufeff{GOOD_X[:6]}\u200b{GOOD_X[6:]}\u202c",
        f"{GOOD_X[:6]} {GOOD_X[6:14]} {GOOD_X[14:]}",
        f"{GOOD_X[:6]}-{GOOD_X[6:14]}－{GOOD_X[14:]}",
        "".join(chr(ord(character) + 0xFEE0) for character in GOOD_X),
        "".join(chr(ord(character) + 0xFEE0) for character in GOOD_X.lower()),
        GOOD_X[:17] + "×",
        GOOD_X[:17] + "Х",  # Cyrillic
    ],
)
def test_a_number_written_otherwise_is_the_same_number(typed):
    reading = read_id(typed, AS_OF)
    assert (reading.number, reading.code) == (GOOD_X, "")


@pytest.mark.parametrize(
    ("suffix", "told"),
    [
        ("", (None, None, "")),
        ("44", (4, 4, "")),
        ("63", (6, 3, "")),
        ("71", (7, 1, "")),
        ("43B1", (4, 3, "B1")),
        ("52b2", (5, 2, "B2")),
        (" 1１", (1, 1, "")),
    ],
)
def test_a_certificate_number_keeps_its_first_18_and_tells_type_and_grade(suffix, told):
    for number in (GOOD, GOOD_X):
        reading = read_id(number + suffix, AS_OF)
        assert reading.number == number
        assert (reading.kind, reading.grade, reading.reissue) == told


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (None, IdCode.MISSING),
        ("", IdCode.MISSING),
        (" \u3000\u200b", IdCode.MISSING),
        ("无", IdCode.MISSING),
        ("/", IdCode.MISSING),
        ("－－", IdCode.MISSING),
        ("未办理", IdCode.MISSING),
        ("n/a", IdCode.MISSING),
        ("0", IdCode.MISSING),
        ("000000000000000000", IdCode.MISSING),
        ("111111111111111111", IdCode.MISSING),
        ("5323261965030712", IdCode.FORMAT),
        (GOOD[:17], IdCode.FORMAT),
        (GOOD + "4", IdCode.FORMAT),
        (GOOD + "43B11", IdCode.FORMAT),
        (GOOD + "84", IdCode.FORMAT),
        (GOOD + "04", IdCode.FORMAT),
        (GOOD + "45", IdCode.FORMAT),
        (GOOD + "40", IdCode.FORMAT),
        ("X" + GOOD[1:], IdCode.FORMAT),
        (GOOD[:5] + "O" + GOOD[6:], IdCode.FORMAT),
        ("532326********1243", IdCode.FORMAT),
        ("532326XXXXXXXX1243", IdCode.FORMAT),
        (GOOD_X[:17] + "*", IdCode.FORMAT),
        ("532326٠٠٠٠٠٠٠٠١٢٤٣", IdCode.FORMAT),  # Arabic digits are not ours
        (GOOD[:17] + "5", IdCode.CHECK),
        (GOOD[:17] + "X", IdCode.CHECK),
        (GOOD[:17] + "543", IdCode.CHECK),
        (GOOD[:9] + "6" + GOOD[10:], IdCode.CHECK),
        ("532326650307124", IdCode.FIFTEEN),
        ("532326651307124", IdCode.FIFTEEN),
        ("5.32326E+17", IdCode.NUMBER),
        ("5.32326196503071E+17", IdCode.NUMBER),
        ("532326196503071000.0", IdCode.NUMBER),
        ("532326196503071000", IdCode.NUMBER),
    ],
)
def test_a_bad_number_is_refused_with_its_code_and_advice(cell, code):
    reading = read_id(cell, AS_OF)
    assert reading.code == code
    assert reading.number == ""
    assert reading.born is None
    assert "请" in reading.message
    assert reading.message.endswith("。")


@pytest.mark.parametrize(
    ("birth", "code"),
    [
        ("19000101", ""),
        ("18991231", IdCode.BIRTH),
        ("20200312", ""),
        ("20200313", IdCode.BIRTH),
        ("20000229", ""),
        ("19000229", IdCode.BIRTH),
        ("19650230", IdCode.BIRTH),
        ("19651301", IdCode.BIRTH),
        ("19650007", IdCode.BIRTH),
        ("19650300", IdCode.BIRTH),
        ("00000307", IdCode.BIRTH),
    ],
)
def test_the_birth_date_must_exist_between_1900_and_the_day_of_the_list(birth, code):
    first17 = f"532326{birth}124"
    assert read_id(first17 + check_character(first17), AS_OF).code == code


def test_the_birth_message_says_whether_the_day_is_future_old_or_impossible():
    def message(birth):
        first17 = f"532326{birth}124"
        return read_id(first17 + check_character(first17), AS_OF).message

    assert "晚于名单日期" in message("20200313")
    assert "早于 1900 年" in message("18991231")
    assert "不存在" in message("19650230")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (GOOD[:17], "17 位"),
        (GOOD + "84B1", "第 19 位应为类别"),
        (GOOD + "04", "第 19 位应为类别"),
        ("A" + GOOD[1:], "不该有的字符"),
        ("532326********1243", "遮挡"),
    ],
)
def test_the_format_message_says_what_is_wrong(cell, words):
    assert words in read_id(cell, AS_OF).message


def test_a_15_digit_number_is_not_accepted_but_its_18_are_proposed():
    reading = read_id("532326650307124", AS_OF)
    assert reading.proposed == GOOD
    assert reading.proposed in reading.message
    assert reading.number == ""


@pytest.mark.parametrize(
    "fifteen", ["532326650307996", "532326651307124", "53232665030712", "53232665030712X"]
)
def test_no_18_are_proposed_for_centenarians_or_impossible_dates(fifteen):
    assert propose_18(fifteen, AS_OF) == ""


def test_normalising_drops_no_character_that_means_something():
    assert normalise("５３２３２６abx＊") == "532326ABX＊"


@given(numbers())
def test_good_numbers_are_good(number):
    assert read_id(number, AS_OF).number == number


@given(numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_every_single_wrong_character_is_noticed(number, place, character):
    wrong = number[:place] + character + number[place + 1 :]
    reading = read_id(wrong, AS_OF)
    assert reading.ok == (wrong == number)
    if wrong != number:
        assert slip_between(number, wrong) is Slip.ONE_DIGIT
        if "X" not in wrong[:17]:
            assert number in near_numbers(wrong, AS_OF)


@given(numbers(), st.integers(0, 16))
def test_every_swap_of_neighbours_is_noticed(number, place):
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped == number:
        assert slip_between(number, swapped) is None
        return
    assert not read_id(swapped, AS_OF).ok
    assert slip_between(number, swapped) is Slip.SWAPPED
    if "X" not in swapped[:17]:
        assert number in near_numbers(swapped, AS_OF)


@given(numbers())
def test_a_good_number_has_no_good_number_one_slip_away(number):
    assert near_numbers(number, AS_OF) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (GOOD, GOOD),
        (GOOD, GOOD[:17]),
        (GOOD, "1" + GOOD[1:5] + "1" + GOOD[6:]),
        ("1234", "2143"),
        ("1234", "1432"),
    ],
)
def test_equal_longer_and_further_numbers_are_no_slip(one, other):
    assert slip_between(one, other) is None


def test_near_numbers_are_acceptable_and_few():
    near = near_numbers(GOOD[:17] + "5", AS_OF)
    assert GOOD in near
    assert 5 < len(near) < 40
    assert all(read_id(number, AS_OF).ok for number in near)
    assert near_numbers("532326", AS_OF) == ()


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text):
    reading = read_id(text, AS_OF)
    assert reading.ok == bool(reading.number) != bool(reading.message)
