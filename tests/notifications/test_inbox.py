"""The official's notices: own ones only, read when they were shown."""

from django.test import Client
from django.urls import reverse

from notifications.models import Kind, Message
from notifications.sending import notify, unread_count
from notifications.views import PAGE_SIZE
from people.models import Official
from tests.factories import Cast, make_official

INBOX = "/thong-bao/"


def tell(official: Official, key: str) -> Message:
    message = notify(
        official,
        Kind.CERTIFICATE_ISSUED,
        key,
        subject=f"Tin {key}.",
        body="Nội dung.",
        path="/giay-xac-nhan/",
    )
    assert message is not None
    return message


def test_address_of_the_inbox():
    assert reverse("notifications:inbox") == INBOX


def test_official_sees_own_notices_newest_first_and_nobody_elses(client: Client, cast: Cast):
    tell(make_official("Trần Thị Bé"), "của người khác")
    mine = [tell(cast.lan, key) for key in ("một", "hai")]
    client.force_login(cast.lan.user)
    response = client.get(INBOX)
    assert response.context["notices"] == mine[::-1]
    page = response.content.decode()
    assert "Tin hai." in page
    assert "Nội dung." in page
    assert "của người khác" not in page
    assert 'href="/giay-xac-nhan/"' in page.split("<main")[1]


def test_what_was_shown_is_read_and_is_marked_new_once(client: Client, cast: Cast):
    other = make_official("Trần Thị Bé")
    tell(other, "một")
    tell(cast.lan, "một")
    client.force_login(cast.lan.user)
    assert unread_count(cast.lan) == 1
    assert [notice.unread for notice in client.get(INBOX).context["notices"]] == [True]
    assert unread_count(cast.lan) == 0
    assert [notice.unread for notice in client.get(INBOX).context["notices"]] == [False]
    assert unread_count(other) == 1


def test_browser_that_fetches_ahead_reads_nothing(client: Client, cast: Cast):
    tell(cast.lan, "một")
    client.force_login(cast.lan.user)
    client.get(INBOX, headers={"Sec-Purpose": "prefetch;prerender"})
    client.head(INBOX)
    assert unread_count(cast.lan) == 1


def test_only_what_is_on_the_page_is_read(client: Client, cast: Cast):
    for number in range(PAGE_SIZE + 3):
        tell(cast.lan, str(number))
    client.force_login(cast.lan.user)
    assert len(client.get(INBOX).context["notices"]) == PAGE_SIZE
    assert unread_count(cast.lan) == 3
    assert len(client.get(INBOX, {"trang": "2"}).context["notices"]) == 3
    assert unread_count(cast.lan) == 0
    assert len(client.get(INBOX, {"trang": "không phải số"}).context["notices"]) == PAGE_SIZE


def test_empty_inbox_says_what_will_come(client: Client, cast: Cast):
    client.force_login(cast.lan.user)
    response = client.get(INBOX)
    assert response.context["notices"] == []
    assert 'class="empty"' in response.content.decode()


def test_list_costs_as_much_with_three_as_with_one(client: Client, cast: Cast, django_assert_num_queries):
    tell(cast.lan, "một")
    client.force_login(cast.lan.user)
    for more in ("hai", "ba"):
        client.get(INBOX)
        with django_assert_num_queries(4):  # session with user, official, how many, the page
            client.get(INBOX)
        tell(cast.lan, more)
        tell(cast.lan, f"{more} nữa")


def test_stranger_is_sent_to_the_sign_in(client: Client, cast: Cast):
    assert client.get(INBOX).url.startswith("/tai-khoan/login/")
