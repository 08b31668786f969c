"""In a browser, on a phone in the field: a sheet to its finding; answers that wait for a signal (C21)."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from supervision.choices import Item
from supervision.models import Finding, FindingEvidence, Inspection, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sample(coming, concluded):
    """Five households of 石羊镇, drawn by the county office."""
    return coming.draw()


def answer(phone, item, word):
    phone.locator(f"[id$='match-{item}']").get_by_text(word, exact=True).click()


def test_a_sheet_of_a_sample_becomes_a_finding(phone, sign_in, cast, coming, sample):
    visit = sample.stop.visits.order_by("order").first()
    name = visit.household.head.name
    sign_in(phone, cast.county)
    phone.goto("/samples/")
    phone.get_by_text("石羊镇").last.click()
    phone.get_by_role("link", name="看 5 户名单").click()
    expect(phone.get_by_text("种子 20200410-石羊")).to_be_visible()
    phone.get_by_role("link", name=f"去下一户：{name}").click()
    expect(phone.get_by_role("heading", name=f"{name}户")).to_be_visible()
    phone.get_by_text("人在家", exact=True).click()
    for item in Item.values:
        answer(phone, item, "不符" if item == Item.INCOME else "相符")
    phone.get_by_role("button", name="存下，去下一户").click()
    expect(phone.locator("#id_said-income_error")).to_be_visible()
    phone.get_by_label("收入、务工：看到听到").fill("没有务工；初核写务工 9 个月")
    phone.get_by_text("漏保", exact=True).click()
    phone.get_by_label("问题是什么").fill("儿子去年10月摔伤不能务工，原来的务工收入没有了")
    picture = BytesIO()
    Image.new("RGB", (60, 40)).save(picture, "JPEG")
    phone.get_by_label("现场照片").set_input_files(
        {"name": "房屋.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    )
    phone.get_by_role("button", name="存下，去下一户").click()
    expect(phone.get_by_text(f"{name}户已存下：查过。")).to_be_visible()
    finding = Finding.objects.get()
    assert [one.file_name for one in FindingEvidence.objects.all()] == ["房屋.jpg"]
    assert (finding.household_id, finding.kind) == (visit.household_id, "missed")
    phone.get_by_role("link", name="回 5 户").click()
    expect(phone.get_by_text("不符：收入、务工")).to_be_visible()
    expect(phone.get_by_text(finding.number)).to_be_visible()


def test_answers_wait_in_the_phone_for_a_signal_without_names(phone, sign_in, cast, sample):
    visit = sample.stop.visits.order_by("order").first()
    sign_in(phone, cast.county)
    phone.goto(f"/inspections/{sample.stop.inspection_id}/sheets/")
    phone.locator("summary").first.click()
    phone.context.set_offline(True)
    phone.get_by_text("没在家", exact=True).locator("visible=true").last.click()
    phone.get_by_role("button", name="存下这一户").locator("visible=true").click()
    expect(phone.get_by_text("没有信号，先存在手机里：1 户，有了信号自动传。")).to_be_visible()
    assert Visit.objects.get(pk=visit.pk).met == ""
    kept = phone.evaluate("Object.entries(localStorage).flat().join()")
    assert "not_home" in kept
    assert visit.household.head.name not in kept
    assert "csrf" not in kept
    phone.context.set_offline(False)
    expect(phone.get_by_text("刚才存在手机里的 1 户都传上了。")).to_be_visible()
    assert Visit.objects.get(pk=visit.pk).met == "not_home"
    assert phone.evaluate("localStorage.length") == 0


def test_answers_that_somebody_was_quicker_with_are_shown_again_before_they_count(
    phone, sign_in, cast, coming, sample
):
    visit = sample.stop.visits.order_by("order").first()
    sign_in(phone, cast.county)
    phone.goto(f"/inspections/visits/{visit.pk}/")
    phone.context.set_offline(True)
    phone.get_by_text("没在家", exact=True).click()
    phone.get_by_label("说明").fill("院门锁着")
    phone.get_by_role("button", name="只保存").locator("visible=true").click()
    expect(phone.get_by_text("没有信号，先存在手机里：1 户")).to_be_visible()
    coming.save(visit, cast.county2)
    phone.context.set_offline(False)
    phone.get_by_role("link", name="第 1 户要你再看一眼").click()
    expect(phone.get_by_role("radio", name="没在家")).to_be_checked()
    expect(phone.get_by_label("说明")).to_have_value("院门锁着")
    assert Visit.objects.get(pk=visit.pk).by == cast.county2
    phone.get_by_role("button", name="只保存").locator("visible=true").click()
    expect(phone.get_by_text("已存下：没在家。")).to_be_visible()
    assert Visit.objects.get(pk=visit.pk).note == "院门锁着"
    assert phone.evaluate("localStorage.length") == 0


def test_another_person_on_the_same_phone_does_not_send_what_waits(phone, sign_in, cast, sample):
    visit = sample.stop.visits.order_by("order").first()
    sign_in(phone, cast.county)
    phone.goto(f"/inspections/visits/{visit.pk}/")
    phone.context.set_offline(True)
    phone.get_by_text("没在家", exact=True).click()
    phone.get_by_role("button", name="只保存").locator("visible=true").click()
    expect(phone.get_by_text("没有信号，先存在手机里：1 户")).to_be_visible()
    phone.goto("about:blank")
    phone.context.set_offline(False)
    sign_in(phone, cast.leader)
    phone.goto(f"/inspections/visits/{visit.pk}/")
    expect(phone.get_by_role("radio", name="没在家")).not_to_be_checked()
    phone.wait_for_timeout(500)
    assert Visit.objects.get(pk=visit.pk).met == ""


def test_an_open_visit_from_the_first_word_to_its_end(page, sign_in, cast, concluded):
    sign_in(page, cast.county)
    page.goto("/inspections/")
    page.get_by_role("link", name="记一次走访").first.click()
    page.get_by_role("radio", name="明察").check()
    page.get_by_label("哪一级").select_option("州级")
    page.get_by_label("哪个单位").fill("楚雄州民政局")
    page.get_by_role("checkbox", name="石羊镇").check()
    page.get_by_role("button", name="记下这次走访").click()
    page.get_by_role("link", name="加一户").first.click()
    page.get_by_label("找一户").fill("普从贵")
    page.get_by_role("button", name="找").click()
    page.get_by_role("button", name="走访这一户").click()
    page.get_by_role("radio", name="没在家").check()
    page.get_by_role("button", name="存下，回名单").click()
    page.get_by_label("总的看到什么").fill("看了一户，没在家")
    page.get_by_role("button", name="保存走访情况").click()
    page.get_by_role("button", name="办结这次走访").click()
    expect(page.get_by_text("走访已办结。乡镇现在看得到走访情况。")).to_be_visible()
    assert Inspection.objects.get().closed_by == cast.county


def test_a_household_is_replaced_with_a_reason(phone, sign_in, cast, coming, sample):
    item = sample.items.get(stratum="enrolled")
    sign_in(phone, cast.county)
    phone.goto(f"/inspections/visits/{item.visit_id}/")
    phone.get_by_text("换一户（要写原因）").click()
    phone.get_by_label("为什么换").fill("全家去外省务工，年底才回")
    phone.get_by_role("button", name="换成下一户").click()
    expect(phone.get_by_text("已换成同一层的下一户。")).to_be_visible()
    taken = sample.items.get(replaces=item)
    expect(phone.get_by_role("heading", name=f"{taken.visit.household.head.name}户")).to_be_visible()
