"""A refusal says why, and what the one refused can do about it."""

import pytest

from dabao.queries import plan as queries


def test_the_refusal_gives_the_reason_of_the_page(cast, client_of):
    answer = client_of(cast.officer).get("/board/")
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "督战图给县局和乡镇负责人看。乡镇经办请看首页和排查名单。" in page
    assert "找本乡镇或县局" in page


@pytest.mark.parametrize("who", ["admin", "auditor"])
def test_who_administers_or_audits_is_not_sent_to_a_township(cast, client_of, who):
    answer = client_of(getattr(cast, who)).get("/cases/")
    assert answer.status_code == 403
    assert "系统管理员和审计员不办核查、审批" in answer.content.decode()
    assert "找本乡镇或县局" not in answer.content.decode()


def test_who_stands_in_the_leading_group_twice_is_one_person(cast, county):
    for order, (position, name) in enumerate(
        [("组长", "夏正云"), ("副组长", "苗家平"), ("办公室主任", "苗家平")]
    ):
        county.plan.leading_group.create(order=order, position=position, name=name, post="局领导")
    assert queries.plan(cast.county.scope()).people == 2
