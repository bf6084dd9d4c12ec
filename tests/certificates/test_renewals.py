"""The certificate of whoever has learnt what changed: a further entry, and the old one says so truthfully."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from certificates.issuing import enter_in_register, issue_certificate
from certificates.models import Certificate
from certificates.printed import printed
from courses.models import Module
from courses.publishing import publish_version
from notifications.models import Kind, Message
from people.models import User
from records.completing import finish_module
from records.learning import open_module, see_card
from records.models import Completion, Enrolment
from records.renewing import confirm, propose, renew
from tests.factories import Cast, correct, enrol, make_basis, make_course, make_module, publish_change


def learn(enrolment: Enrolment, module: Module) -> Completion:
    progress = open_module(enrolment, Module.objects.get(pk=module.pk))
    for card in progress.version.card_ids:
        progress = see_card(progress, card)
    finish_module(progress)
    return enrolment.completions.get()


@pytest.fixture
def module(db: None) -> Module:
    return make_module(make_course(), cards=1)


@pytest.fixture
def first(cast: Cast, module: Module) -> Completion:
    return learn(enrol(cast.lan, module.get_parent().specific), module)


def change(module: Module, by: User) -> Enrolment:
    round = propose(publish_change(module))
    assert round is not None
    renew(confirm(round, by=by, days=60).pk)
    return Enrolment.objects.get(period=2)


def issued(completion: Completion) -> Certificate:
    """As issued, without the work of rendering."""
    certificate = enter_in_register(completion)
    Certificate.objects.filter(pk=certificate.pk).update(
        state="issued", file="x.pdf", sha256="0" * 64, size=1, stored_at=timezone.now()
    )
    return Certificate.objects.get(pk=certificate.pk)


def page(certificate: Certificate) -> str:
    return Client().get(certificate.get_absolute_url()).content.decode()


def test_a_renewal_is_a_further_entry_that_names_the_one_before(
    cast: Cast, module: Module, first: Completion
):
    renewal = learn(change(module, cast.trainer), module)
    new = issue_certificate(renewal.pk)  # the older one was never entered: it comes first
    old = Certificate.objects.get(completion=first)
    assert [(old.number, old.renews), (new.number, new.renews)] == [(1, None), (2, old)]
    lines = {line.name: line.text for line in printed(new)}
    assert lines["renewal"] == f"Cập nhật theo 123/2026/NĐ-CP; tiếp theo giấy số {old.register_number}"
    today = f"{timezone.localdate():%d/%m/%Y}"
    assert lines["studied"] == f"hoàn thành ngày {today}, cập nhật ngày {today}"
    assert "renewal" not in {line.name for line in printed(old)}
    assert new.file.open().read().startswith(b"%PDF")
    assert "phần thay đổi" in Message.objects.get(kind=Kind.CERTIFICATE_ISSUED).body
    for frozen in ({"renews": None}, {"updated_for": "khác"}, {"first_completed_on": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Certificate.objects.filter(pk=new.pk).update(**frozen)


def test_the_public_page_of_the_old_one_tells_of_the_change_and_of_the_renewal(
    cast: Cast, module: Module, first: Completion, client: Client
):
    old = issued(first)
    assert "còn hiệu lực" in page(old)
    renewal = change(module, cast.trainer)
    assert "chưa cập nhật" not in page(old)  # there is still time
    Enrolment.objects.filter(pk=renewal.pk).update(due_on=timezone.localdate() - datetime.timedelta(days=1))
    assert f"chưa cập nhật nội dung thay đổi từ ngày {timezone.localdate():%d/%m/%Y}" in page(old)
    client.force_login(cast.lan.user)
    assert "Nội dung khóa học đã thay đổi" in client.get("/giay-xac-nhan/").content.decode()
    new = issued(learn(renewal, module))
    for text in (new.register_number, new.get_absolute_url(), "đã được cập nhật bằng giấy số"):
        assert text in page(old)
    assert "thu hồi" not in page(old)
    assert old.get_absolute_url() in page(new)
    assert "Đã được cập nhật bằng giấy số" in client.get("/giay-xac-nhan/").content.decode()


def test_a_change_that_was_withdrawn_is_held_against_no_certificate(
    cast: Cast, module: Module, first: Completion, client: Client
):
    old = issued(first)
    renewal = change(module, cast.trainer)
    Enrolment.objects.filter(pk=renewal.pk).update(due_on=timezone.localdate() - datetime.timedelta(days=1))
    module.unpublish()  # nobody can learn it now
    assert "chưa cập nhật" not in page(old)
    assert "còn hiệu lực" in page(old)
    client.force_login(cast.lan.user)
    assert "Nội dung khóa học đã thay đổi" not in client.get("/giay-xac-nhan/").content.decode()


def test_a_renewal_names_no_document_whose_change_was_withdrawn_before_it_was_learnt(
    cast: Cast, module: Module
):
    other = make_module(module.get_parent().specific, "Đóng dấu", cards=1)
    enrolment = enrol(cast.lan, module.get_parent().specific)
    for each in (module, other):
        progress = open_module(enrolment, each)
        see_card(progress, progress.version.card_ids[0])
    renewal = change(module, cast.trainer)
    other.change, other.change_note, other.minutes = "material", "Đóng dấu sau.", 9
    other.change_basis = make_basis("7/2027/NĐ-CP")
    other.save()
    round = propose(publish_version(other))
    assert round is not None
    renew(confirm(round, by=cast.trainer, days=60).pk)
    assert renewal.tasks.count() == 2
    other.unpublish()
    assert enter_in_register(learn(renewal, module)).updated_for == "123/2026/NĐ-CP"


def test_a_corrected_renewal_renews_the_same_and_replaces_the_wrong_one(
    cast: Cast, module: Module, first: Completion
):
    old = issued(first)
    wrong = issued(learn(change(module, cast.trainer), module))
    right = issued(correct(wrong.completion, cast.admin, full_name="Nguyễn Thị Lan Anh"))
    assert (right.replaces, right.renews, right.edition) == (wrong, old, 2)
    assert right.get_absolute_url() in page(old)
