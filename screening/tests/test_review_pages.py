"""Pages of benefit reviews: who sees what, refusals in words, tabs as long as their lists (C14–C16)."""

import re
import uuid

import pytest

from dabao.models import Standard
from dabao.tests.cast import CHAHE, LIUSHUTANG
from screening.choices import Labour, ReviewWay
from screening.models import BenefitReview
from screening.rules.verdicts import Verdict
from screening.tests.enrolment_cast import bring_to, write_number
from screening.tests.reviews_cast import approve, found, record, tapered


def sent(**values):
    return {
        "seen": "",
        "submission_key": str(uuid.uuid4()),
        "visited_on": "2020-08-12",
        "living": "1",
        "way": "keep",
        "months": "6",
        "income-wages": "4,200",
        "reason": "",
    } | values


def address(case):
    return f"/reviews/{case.pk}/"


def test_a_grant_whose_month_lies_ahead_is_never_called_nothing(cast, client_of, judged, settings):
    settings.DABAO_TODAY = "2020-04-10"
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "recorded")
    write_number(case.enrolments.get(), cast.county)
    client, words = client_of(cast.officer), "已纳入，从5月起领 430 元"
    review, listed = client.get(address(case)).content.decode(), client.get("/reviews/").content.decode()
    head = client.get(f"/cases/{case.pk}/").content.decode()
    assert (words in review, words in listed, words in head) == (True, True, True)
    assert "没有享受" not in review
    assert "未保</span>" not in head
    assert "430 × 6" in review
    settings.DABAO_TODAY = "2020-05-10"
    assert '<span class="tag cov">低保</span>' in client.get(f"/cases/{case.pk}/").content.decode()


def test_the_list_stands_among_the_tabs_of_the_ledger_and_lights_a_word(cast, client_of):
    page = client_of(cast.officer).get("/reviews/").content.decode()
    assert 'aria-current="page">动态核查</a></nav>' in page
    assert re.search(r'<a href="/ledger/"[^>]*aria-current="page"', page)


def test_a_review_is_sent_and_the_next_household_follows(cast, client_of, on_dibao):
    case, other = on_dibao(LIUSHUTANG), on_dibao(CHAHE)
    answer = client_of(cast.officer).post(address(case), sent(then="next"))
    assert answer.url == address(other)
    assert BenefitReview.objects.get().outcome == "keep_lifted"


def test_who_does_not_review_reads_who_does(cast, client_of, on_dibao):
    case = on_dibao()
    assistant = client_of(cast.assistant)
    assert "核查由乡镇做，你可以看" in assistant.get("/reviews/").content.decode()
    assert "只有享受低保的" not in assistant.get(address(case)).content.decode()
    assert "核查由乡镇做，你可以看" not in client_of(cast.officer).get("/reviews/").content.decode()


def test_a_household_done_names_the_next_one(cast, client_of, on_dibao):
    case, other = on_dibao(LIUSHUTANG), on_dibao(CHAHE, ("罗开明", ""))
    record(cast, case)
    page = client_of(cast.officer).get(address(case)).content.decode()
    assert re.search(rf'class="btn pri" href="{address(other)}"[^>]*>核查下一户：罗开明', page)


def test_what_is_missing_is_said_at_its_field(cast, client_of, on_dibao):
    values = sent(**{"income-employment_cost": "300", "way": ""})
    answer = client_of(cast.officer).post(address(on_dibao()), values)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "就业成本要写依据" in page
    assert "还没选怎么办" in page


def test_a_way_that_is_off_is_refused_by_the_server_too(cast, client_of, on_dibao):
    answer = client_of(cast.officer).post(address(on_dibao()), sent(**{"income-wages": "4825"}))
    assert answer.status_code == 422
    assert "本户高出 325.00，不适用" in answer.content.decode()
    assert not BenefitReview.objects.exists()


def test_the_ways_follow_what_is_typed_and_nothing_is_kept(cast, client_of, on_dibao):
    case = on_dibao()
    values = {"living": "1", "income-wages": "4825", "income-employment_cost": "400"}
    page = client_of(cast.officer).post(f"{address(case)}ways/", values).content.decode()
    assert "脱了贫，保不断" in page
    assert "收入要高于 4,500；本户低 75.00，不适用" in page
    assert not BenefitReview.objects.exists()


@pytest.mark.parametrize("who", ["county", "leader", "assistant"])
def test_who_does_not_review_reads_and_is_refused_when_he_sends(cast, client_of, on_dibao, who):
    case = on_dibao()
    client = client_of(getattr(cast, who))
    page = client.get(address(case))
    assert page.status_code == 200
    assert 'id="review"' not in page.content.decode()
    assert client.post(address(case), sent()).status_code == 403


def test_the_county_approves_on_the_page_and_who_reviewed_does_not_see_the_button(cast, client_of, on_dibao):
    case = on_dibao()
    review = record(cast, case, found(4825, ReviewWay.TAPER))
    assert "批准救助渐退" not in client_of(cast.officer).get(address(case)).content.decode()
    client = client_of(cast.county)
    assert "批准救助渐退" in client.get(address(case)).content.decode()
    where = f"/reviews/approval/{review.pk}/"
    refused = client.post(where, {"version": review.version, "note": "", "then": "return"})
    assert refused.status_code == 422
    assert "退回要写明哪里要改" in refused.content.decode()
    assert client.post(where, {"version": review.version, "note": ""}).url == address(case)
    review.refresh_from_db()
    assert review.approved_by == cast.county
    twice = client.post(where, {"version": "1", "note": ""})
    assert "不用再批" in twice.content.decode()


def test_a_correction_begins_with_what_was_found(cast, client_of, on_dibao):
    case = on_dibao()
    first = record(cast, case)
    client = client_of(cast.officer)
    page = client.get(f"{address(case)}?correct=1").content.decode()
    assert 'value="4200.00"' in page
    values = sent(seen=str(first.pk), correct="1", correction_reason="漏算养老金", **{"income-wages": "4300"})
    client.post(address(case), values)
    first.refresh_from_db()
    assert first.state == "superseded"


def test_without_a_standard_the_page_says_who_fills_it_in(cast, client_of, on_dibao):
    case = on_dibao()
    Standard.objects.all().delete()
    page = client_of(cast.officer).get(address(case)).content.decode()
    assert "还没有农村低保标准，定不了" in page


def test_tabs_are_as_long_as_their_lists(cast, client_of, on_dibao):
    tapered(cast, on_dibao())
    record(cast, on_dibao(), found(4825, ReviewWay.STOP))
    record(cast, on_dibao(CHAHE))
    on_dibao(LIUSHUTANG, ("普有福", Labour.NONE))
    client = client_of(cast.officer)
    page = client.get("/reviews/").content.decode()
    tabs = dict(re.findall(r'href="/reviews/\?tab=(\w+)"[^>]*>[^<]* <b>(\d+)</b>', page))
    assert tabs == {"left": "1", "done": "3", "waiting": "1", "running": "1", "soon": "0", "undecided": "0"}
    for tab, number in tabs.items():
        listed = client.get(f"/reviews/?tab={tab}").content.decode()
        assert len(set(re.findall(r"/reviews/[0-9a-f-]{36}/", listed.split("<main")[1]))) == int(number)


def test_a_taper_is_found_by_the_month_of_its_end(cast, client_of, on_dibao):
    tapered(cast, on_dibao())
    page = client_of(cast.officer).get("/reviews/?tab=running&month=2021-02").content.decode()
    assert "渐退中·2021年2月到期" in page
    assert "2021-02-28 到期" in page
    assert "这里没有户" in client_of(cast.officer).get("/reviews/?tab=running&month=2021-03").content.decode()


def test_a_list_asks_the_same_few_queries_for_one_and_for_many(
    cast, client_of, on_dibao, django_assert_max_num_queries
):
    for _ in range(6):
        approve(cast, record(cast, on_dibao(), found(4825, ReviewWay.TAPER)))
    client = client_of(cast.officer)
    client.get("/reviews/?tab=running")
    with django_assert_max_num_queries(60):
        client.get("/reviews/?tab=running")


def test_households_without_a_case_are_told_beside_the_list(cast, client_of, on_dibao):
    case = on_dibao()
    household = case.household
    case.events.all().delete()
    case.delete()
    page = client_of(cast.officer).get("/reviews/").content.decode()
    assert 'href="/watch/unlisted/">1</a> 户' in page
    assert household.head.name in client_of(cast.officer).get("/watch/unlisted/").content.decode()


def test_what_was_found_last_stands_pale_in_the_boxes_and_counts_for_nothing(cast, client_of, on_dibao):
    case = on_dibao()
    record(cast, case)
    page = client_of(cast.officer).get(f"{address(case)}?again=1").content.decode()
    assert 'placeholder="4,200"' in page
    assert "淡色是 8月12日核出的数，不算进去" in page
    assert "先填收入" in page


def test_a_review_by_a_standard_that_was_changed_since_says_so(cast, client_of, on_dibao):
    case = on_dibao()
    record(cast, case)
    client = client_of(cast.officer)
    assert "标准后来改了" not in client.get(address(case)).content.decode()
    Standard.objects.filter(kind="rural_dibao").update(amount=4770, confirmed=True)
    page = client.get(address(case)).content.decode()
    assert "当时按 4,500 元定的，那天的农村低保标准现在是 4,770 元" in page
