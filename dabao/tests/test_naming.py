"""The county, its document and its contact are data: no page and no program names them (C28)."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from dabao import naming
from dabao.models import Region, WorkPlan
from dabao.tests.cast import COUNTY

BASE = Path(settings.BASE_DIR)
OF_THE_DEMO = ("fixtures", "docs", "tests", "demo", "var")
NAMES = ("大姚", "大民发", "6223961", "罗国伟")


def sources() -> list[Path]:
    """Every template, program and script but the demo's, the tests' and the documents'."""
    found = [path for ending in ("html", "py", "js") for path in BASE.rglob(f"*.{ending}")]
    inside = [(path, path.relative_to(BASE).parts) for path in found]
    return [
        path
        for path, parts in inside
        if not parts[0].startswith(".") and not set(parts) & {*OF_THE_DEMO, "vendor"}
    ]


@pytest.mark.parametrize("name", NAMES)
def test_no_template_and_no_program_names_the_county_or_its_people(name):
    assert len(sources()) > 300
    naming_it = [str(path.relative_to(BASE)) for path in sources() if name in path.read_text("utf-8")]
    assert naming_it == []


@pytest.fixture
def elsewhere(county):
    """The same plan in another county."""
    Region.objects.filter(code=COUNTY).update(name="永仁县")
    WorkPlan.objects.update(document="永民发〔2021〕1号", contact_name="张三", contact_phone="6710001")


def test_another_county_stands_on_the_sign_in_page_and_in_the_heading(elsewhere, cast, client, client_of):
    page = client.get(reverse("dabao:signin")).content.decode()
    for words in ("永仁县社会救助兜底保障", "永民发〔2021〕1号", "永仁县民政局", "张三 6710001"):
        assert words in page
    page = client_of(cast.leader).get("/board/wall/").content.decode()
    assert "永仁县社会救助兜底保障挂牌督战图" in page
    page = client_of(cast.leader).get("/board/").content.decode()
    assert "永仁县社会救助兜底保障挂牌督战系统" in page
    assert "永仁兜底督战" in page
    assert "大姚" not in page


def test_before_a_plan_is_loaded_the_sign_in_page_names_no_county(db, client):
    page = client.get(reverse("dabao:signin")).content.decode()
    assert "社会救助兜底保障" in page
    assert "登不上请找" not in page


def test_the_page_of_a_failure_asks_nothing_and_says_whom_to_ring(elsewhere, django_assert_num_queries):
    naming.current()
    with django_assert_num_queries(0):
        page = render_to_string("500.html", {"names": naming.remembered(), "reference": "7F3A"})
    assert "永仁县社会救助兜底保障挂牌督战系统" in page
    assert "打督战办 6710001，说编号 <b>7F3A</b>" in page


@pytest.mark.parametrize(
    ("name", "short"),
    [("大姚县", "大姚"), ("楚雄彝族自治州", "楚雄"), ("云南省", "云南"), ("县", "县"), ("", "")],
)
def test_places_are_shortened_as_people_say_them(name, short):
    assert naming.short_of(name) == short
