"""What the pages show: figures, days, sums, marks and rulers."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from dabao.templatetags import charts, face


def render(text: str, **context) -> str:
    return Template(text).render(Context(context))


def test_figures_are_grouped_by_threes():
    assert face.thousands(1265) == "1,265"
    assert face.households(1234567) == "1,234,567 户"
    assert face.persons(None) == "0 人"
    assert face.thousands(None) == ""


def test_a_figure_opens_its_list_and_zero_does_not():
    assert face.figure_link(1265, "/cases/", "户") == '<a class="fig" href="/cases/">1,265</a> 户'
    assert "href" not in face.figure_link(0, "/cases/")


def test_words_from_outside_are_escaped():
    assert "<script>" not in face.status_mark("over", "<script>")
    assert "<script>" not in face.figure_link(3, "/?q=<script>")


def test_days_are_written_as_the_plan_writes_them():
    assert face.zh_date(date(2020, 4, 5)) == "4月5日"
    assert face.full_date(date(2020, 4, 15)) == "2020年4月15日"
    assert face.zh_date(None) == ""


def test_an_instant_is_shown_as_its_shanghai_day_and_hour():
    late_evening_in_london = datetime(2020, 4, 14, 17, 30, tzinfo=UTC)
    assert face.zh_date(late_evening_in_london) == "4月15日"
    assert face.clock_time(late_evening_in_london) == "01:30"


def test_money_has_two_places_only_for_computed_income():
    assert face.money(Decimal("14400.00")) == "14,400"
    assert face.money(Decimal("14400.50")) == "14,400.50"
    assert face.per_capita(Decimal("4078")) == "4,078.00"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("532326196203041217", "532326********1217"),
        ("53232619620304121743", "532326********1217"),
        ("13887832217", "138****2217"),
        (None, ""),
    ],
)
def test_numbers_are_masked(number, shown):
    assert face.mask(number) == shown


def test_the_ruler_shows_what_is_missing_to_the_line_and_says_the_figures():
    drawn = face.ruler(126, 141, 163)
    assert 'aria-label="完成 126 / 163 户，按直线应到 141 户"' in drawn
    assert '<rect class="got" x="0%" width="77.30%"' in drawn
    assert '<rect class="miss" x="77.30%" width="9.20%"' in drawn
    assert '<rect class="tick" x="86.50%"' in drawn


def test_the_ruler_of_a_finished_phase_is_green_and_of_one_not_begun_has_no_tick():
    assert "got full" in face.ruler(59, 51, 59)
    assert "miss" not in face.ruler(59, 51, 59)
    assert "tick" not in face.ruler(0, None, 163)
    assert "miss" not in face.ruler(0, 0, 0)


def test_category_chips_carry_their_full_name_for_screen_readers():
    shown = render("{% category_chips kinds %}", kinds=[4, 3, 4])
    assert shown.index("③") < shown.index("④")
    assert shown.count("④") == 1
    assert "三四级智力精神残疾人" in shown


def test_the_scale_stands_between_the_two_standards():
    drawn = charts.scale(Decimal("4078"), Decimal("4500"), Decimal("4000"))
    assert "本户 4,078.00" in drawn
    assert "农村低保标准 4,500" in drawn
    assert "扶贫标准 4,000" in drawn


def test_the_scale_without_income_still_shows_the_standard():
    drawn = charts.scale(None, Decimal("4500"))
    assert "农村低保标准 4,500" in drawn
    assert "dot" not in drawn


def test_paging_keeps_the_filters():
    request = RequestFactory().get("/cases/", {"state": "to_verify", "page": "2"})
    shown = render(
        '{% include "parts/pagination.html" %}', page=Paginator(range(40), 16).page(2), request=request
    )
    assert "state=to_verify&amp;page=3" in shown
    assert 'aria-current="page">2<' in shown


def test_amber_and_red_messages_stay_until_dismissed():
    shown = render('{% include "parts/flash.html" with kind="error" text="没有保存" %}')
    assert 'role="alert" data-flash="yes"' in shown
    assert 'data-flash="no"' in render('{% include "parts/flash.html" with kind="success" text="已保存" %}')


def test_two_versions_of_one_case_are_chosen_item_by_item():
    items = [
        SimpleNamespace(name="business", label="种植养殖收入", mine="6800", theirs="7500", same=False),
        SimpleNamespace(name="living", label="共同生活人数", mine="4", theirs="4", same=True),
    ]
    shown = render('{% include "parts/conflict.html" %}', other="自兴华", at=None, items=items)
    assert shown.count('name="keep-business"') == 2
    assert "keep-living" not in shown
    assert " checked" not in shown


def test_no_page_has_an_inline_style_or_script():
    """The content security policy would drop them silently."""
    forbidden = (" style=", " onclick=", " onsubmit=", " hx-on", "<style", "javascript:")
    for path in Path(settings.BASE_DIR, "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        found = [word for word in forbidden if word in text]
        assert not found, f"{path.name}: {found}"
        for script in text.split("<script")[1:]:
            assert "src=" in script.split(">", 1)[0], path.name


def test_the_trend_names_the_work_of_its_phase():
    drawn = charts.trend([(0, 0), (10, 72)], 20, 113, 57, "落实")
    assert "应落实 113 户" in drawn
    assert "已落实 72" in drawn
    assert "排查" not in drawn
