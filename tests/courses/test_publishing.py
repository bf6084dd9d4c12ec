import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from courses import publishing
from courses.models import Module, ModuleLegalBasis, ModuleVersion
from courses.publishing import NotPublishedError, publish_version
from courses.signals import version_published
from tests.courses.conftest import make_course, make_module
from tests.factories import make_basis, make_user, text_card


@pytest.fixture
def module(db: None) -> Module:
    return make_module(make_course(), cards=2)


@pytest.fixture
def quiz_part(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What an app above freezes with each version; change it to change the part."""
    part: dict[str, Any] = {}
    monkeypatch.setattr(publishing, "_parts", {"quiz": lambda module: part or None})
    return part


def edit(module: Module, **fields: Any) -> Module:
    draft = module.get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(draft, name, value)
    return draft


def numbers(module: Module) -> list[int]:
    return list(module.versions.order_by("number").values_list("number", flat=True))


def test_publishing_the_page_makes_version_1_of_what_it_says(module):
    version = module.current_version
    assert (version.number, version.title, version.minutes) == (1, module.title, module.minutes)
    assert [card["value"]["heading"] for card in version.cards] == ["Thẻ 1", "Thẻ 2"]
    assert version.card_ids == [card.id for card in module.cards]
    assert len(version.digest) == 64


def test_publishing_the_same_again_makes_no_new_version(module):
    module.save_revision().publish()
    assert publish_version(module) == module.current_version
    assert numbers(module) == [1]


def test_learner_sees_the_old_version_until_publish(module):
    revision = edit(module, title="Tên mới", cards=[text_card("Thẻ mới")]).save_revision()
    module.refresh_from_db()
    assert (module.title, module.current_version.number) == ("Ký số đúng thứ tự", 1)
    revision.publish()
    module.refresh_from_db()
    assert (module.current_version.number, module.current_version.title) == (2, "Tên mới")
    assert module.versions.get(number=1).title == "Ký số đúng thứ tự"


def test_a_draft_in_memory_does_not_slip_into_a_version(module):
    draft = edit(module, title="Bản nháp", cards=[text_card("Bản nháp")])
    assert publish_version(draft).number == 1


def test_going_back_to_an_earlier_text_is_a_new_version(module):
    first = module.get_latest_revision()
    edit(module, title="Tên mới").save_revision().publish()
    first.publish()
    module.refresh_from_db()
    assert (module.current_version.number, module.current_version.title) == (3, "Ký số đúng thứ tự")


def test_an_older_draft_does_not_bring_back_an_older_version(module, quiz_part):
    draft = edit(module, summary="Bản nháp").save_revision()
    quiz_part["draw"] = 10
    assert publish_version(module).number == 2  # the quiz changed meanwhile
    assert draft.as_object().current_version_id == module.current_version_id
    draft.publish()
    assert numbers(module) == [1, 2, 3]


def test_a_part_of_an_app_above_is_frozen_with_the_version(module, quiz_part):
    assert module.current_version.parts == {}
    quiz_part["draw"] = 10
    assert publish_version(module).parts == {"quiz": {"draw": 10}}
    assert publish_version(module).number == 2
    quiz_part["draw"] = 12
    assert (publish_version(module).number, publish_version(module).quiz) == (3, {"draw": 12})


def test_legal_bases_are_frozen_as_they_were_on_that_day(module):
    basis = make_basis(effective_from="2020-03-05")
    draft = edit(module)
    draft.basis_links.add(ModuleLegalBasis(basis=basis, article="Điều 21"))
    draft.save_revision().publish()
    basis.title = "Tên sửa sau"
    basis.save()
    module.refresh_from_db()
    assert module.current_version.legal_bases == [
        {
            "number": "30/2020/NĐ-CP",
            "title": "Công tác văn thư",
            "issued_on": "",
            "effective_from": "2020-03-05",
            "effective_to": "",
            "link": "",
            "article": "Điều 21",
        }
    ]


def test_a_module_that_is_not_live_gets_no_version(module):
    draft = make_module(make_course(), "Bản nháp", publish=False)
    with pytest.raises(NotPublishedError):
        publish_version(draft)
    module.unpublish()
    with pytest.raises(NotPublishedError):
        publish_version(module)
    assert (numbers(draft), numbers(module)) == ([], [1])


def test_publishing_again_after_unpublishing_needs_no_new_version(module):
    module.unpublish()
    module.get_latest_revision().publish()
    module.refresh_from_db()
    assert (module.live, module.current_version.number, numbers(module)) == (True, 1, [1])


def test_a_version_names_who_published_it(module):
    trainer = make_user("giang-vien")
    edit(module, summary="Sửa").save_revision(user=trainer).publish(user=trainer, skip_permission_checks=True)
    assert ModuleVersion.objects.get(module=module, number=2).published_by == trainer


@pytest.mark.parametrize(
    "change", [{"title": "Khác"}, {"cards": []}, {"parts": {"quiz": {}}}, {"number": 9}, {"digest": "0"}]
)
def test_the_database_refuses_to_change_a_version(module, change):
    with pytest.raises(IntegrityError, match="evidence is never changed"), transaction.atomic():
        ModuleVersion.objects.filter(module=module).update(**change)


def test_the_database_refuses_to_delete_a_version(module):
    with pytest.raises(IntegrityError, match="evidence is never changed"), transaction.atomic():
        ModuleVersion.objects.filter(module=module)._raw_delete("default")


def test_the_news_of_a_version_is_sent_once_and_after_commit(module, django_capture_on_commit_callbacks):
    heard: list[ModuleVersion] = []

    def listen(sender: type, version: ModuleVersion, **kwargs: Any) -> None:
        heard.append(version)

    version_published.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            edit(module, summary="Sửa").save_revision().publish()
            assert heard == []
        with django_capture_on_commit_callbacks(execute=True):
            publish_version(module)
    finally:
        version_published.disconnect(listen)
    assert [version.number for version in heard] == [2]


@pytest.mark.django_db(transaction=True)
def test_publishing_at_the_same_moment_gives_numbers_without_gap_or_repeat(monkeypatch):
    """Six threads publish the module together, each with another state of its quiz."""
    module = make_module(make_course())
    local = threading.local()
    monkeypatch.setattr(publishing, "_parts", {"quiz": lambda module: {"thread": local.number}})
    together = threading.Barrier(6)
    failures: list[BaseException] = []

    def publish(number: int) -> None:
        local.number = number
        try:
            together.wait()
            publish_version(Module.objects.get(pk=module.pk))
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert numbers(module) == [1, 2, 3, 4, 5, 6, 7]
    module.refresh_from_db()
    assert module.current_version.number == 7
