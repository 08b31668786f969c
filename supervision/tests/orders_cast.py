"""Orders for the tests: `send_order` issues one, `in_order` does a move in a township of it."""

from datetime import date

import pytest

from dabao.tests.cast import SHIYANG, TODAY, ZHAOJIADIAN
from supervision.models import DispatchPlace
from supervision.services import dispatches
from supervision.services.dispatches import Order

REPLY_BY, FINISH_BY = date(2020, 4, 11), date(2020, 4, 15)


@pytest.fixture
def send_order(county, cast):
    """Issue an order to 石羊 and 赵家店, by the county office unless another sends it."""

    def send(by=None, *, townships=(SHIYANG, ZHAOJIADIAN), reply_by=REPLY_BY, finish_by=FINISH_BY, day=TODAY):
        by = by or cast.county
        order = Order(
            title="滞后乡镇，4月15日前查完",
            text="排到人、排到村",
            townships=townships,
            reply_by=reply_by,
            finish_by=finish_by,
            leaders=[cast.leader.pk],
        )
        common = {"scope": by.scope(), "plan": county.plan, "actor": by, "day": day}
        draft = dispatches.draft(**common, order=order)
        return dispatches.issue(**common, dispatch_id=draft.pk, version=draft.version)

    return send


@pytest.fixture
def in_order(county):
    """Do a move with the place as it stands now."""

    def move(service, user, place, *, day=TODAY, **words):
        version = DispatchPlace.objects.get(pk=place.pk).version
        common = {"scope": user.scope(), "plan": county.plan, "actor": user, "day": day}
        return service(**common, place_id=place.pk, version=version, **words)

    return move


def place_of(dispatch, code=SHIYANG):
    return dispatch.places.get(township_id=code)
