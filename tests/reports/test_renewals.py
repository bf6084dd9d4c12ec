"""HR sees the changes that its own officials have to learn, and nobody else's (rule 8)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from records.models import RenewalRound
from records.renewing import confirm, decline, propose, renew
from tests.factories import THANH_VINH, Cast, make_course, make_module, make_official, publish_change
from tests.records.test_renewing import complete

LIST = "/quan-ly/hoc-cap-nhat/"


@pytest.fixture
def round(cast: Cast) -> RenewalRound:
    """Lan and somebody in another province completed a lesson that has changed since."""
    module = make_module(make_course(), cards=1)
    complete(cast.lan, module)
    complete(make_official("Trần Văn Bình", at=THANH_VINH), module)
    made = propose(publish_change(module))
    assert made is not None
    return made


def test_hr_follows_a_change_among_its_own_officials_only(client, cast: Cast, round: RenewalRound):
    address = reverse("reports:renewal", args=[round.pk])
    client.force_login(cast.ward_hr)
    assert "chờ xác nhận" in client.get(LIST).content.decode()
    proposed = client.get(address).content.decode()
    assert "liên quan đến 1 cán bộ" in proposed
    renew(confirm(round, by=cast.trainer, days=60).pk)
    confirmed = client.get(address).content.decode()
    for page in (proposed, confirmed):
        assert "Nguyễn Thị Lan" in page
        assert "Trần Văn Bình" not in page
    assert "Cần cập nhật" in confirmed
    client.force_login(cast.other_hr)
    assert "Trần Văn Bình" in client.get(address).content.decode()
    client.force_login(cast.lan.user)
    assert client.get(LIST).status_code == client.get(address).status_code == 404


def test_a_declined_change_is_none_of_hrs_business(client, cast: Cast, round: RenewalRound):
    decline(round, by=cast.trainer)
    client.force_login(cast.ward_hr)
    assert client.get(reverse("reports:renewal", args=[round.pk])).status_code == 404
    assert "Chưa có bài học nào thay đổi" in client.get(LIST).content.decode()


def test_the_list_costs_as_much_with_three_as_with_one(client, cast: Cast, round: RenewalRound):
    client.force_login(cast.ward_hr)
    client.get(LIST)  # what a process asks once
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    for _number in range(2):
        propose(publish_change(round.version.module))
    with CaptureQueriesContext(connection) as three:
        client.get(LIST)
    assert len(three) == len(one)
