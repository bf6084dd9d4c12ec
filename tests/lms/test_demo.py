"""The demo is loaded in one go by the product's own functions, and shows every state a list can be in."""

import datetime
import json
import stat
import unicodedata

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.management import CommandError, call_command
from django.utils import timezone

from certificates.models import Certificate
from lms import demo
from lms.demo import people, signins
from people.entry import consume
from people.models import Department, Official, Posting, User
from people.roster import Roster, plan
from quizzes.models import Attempt
from records.models import Completion, Enrolment
from tests.factories import make_official

pytestmark = pytest.mark.django_db


# A third of it is enough to see every state, and takes a third of the time.
FEW = {"HO_CHI_MINH": ["26758", "26929"], "NORTH_AND_EAST": ["16681"], "TAY_NINH": ["28201"]}


@pytest.fixture(scope="module")
def loaded(around_the_file):
    """Loaded once for the tests of this file."""
    with pytest.MonkeyPatch.context() as patch:
        for name, codes in {**FEW, "WARDS": [code for few in FEW.values() for code in few]}.items():
            patch.setattr(people, name, codes)
        demo.load()


@pytest.fixture(autouse=True)
def _in(loaded, settings, tmp_path):
    settings.DATA_DIR = tmp_path


def test_the_whole_demo_is_a_hundred_officials_of_the_twelve_units():
    rows = list(people.roster_rows())
    assert (len(rows), len({row["ward_code"] for row in rows})) == (100, 12)
    assert plan(Roster.of(rows), user=None).errors == []


def test_everybody_works_somewhere():
    postings = Posting.objects.on()
    assert Official.objects.count() == postings.count() == 36
    assert set(postings.values_list("ward__code", flat=True)) == {"26758", "26929", "16681", "28201"}


def test_communes_and_wards_have_the_divisions_of_their_kind():
    economic = Department.objects.get(code="kinh-te")
    larger = Department.objects.get(code="kinh-te-ha-tang")
    assert set(Posting.objects.filter(department=economic).values_list("ward__kind", flat=True)) == {"xa"}
    assert set(Posting.objects.filter(department=larger).values_list("ward__kind", flat=True)) == {"phuong"}


def test_names_are_exact_and_hold_what_names_hold():
    names = " ".join(Official.objects.values_list("full_name", flat=True))
    assert unicodedata.is_normalized("NFC", names)
    assert set("Đơ'-Á") <= set(names)


def test_every_state_is_there_to_be_seen():
    enrolments = Enrolment.objects.all()
    done = enrolments.completed().count()
    assert 0.3 < done / enrolments.count() < 0.45
    assert enrolments.overdue().exists()
    assert enrolments.filter(started_at__isnull=True).exists()
    assert enrolments.filter(started_at__isnull=False, completed_at__isnull=True).exists()
    assert Attempt.objects.filter(passed=False).exists()
    assert Official.objects.filter(enrolments__isnull=True).exists()


def test_what_is_evidence_happened_now():
    today = timezone.localdate()
    assert {timezone.localdate(at) for at in Completion.objects.values_list("completed_at", flat=True)} <= {
        today,
        today - datetime.timedelta(days=1),
    }
    assert not Certificate.objects.exists(), "the worker's sweep issues them"


def test_credit_stays_where_the_moved_official_earned_it():
    moved = Official.objects.get(staff_number=people.MOVED)
    assert moved.posting_on().ward.code == people.BINH_THANH
    assert moved.completions.get().ward.code == people.CAU_ONG_LANH


def test_loading_again_changes_nothing():
    before = (Official.objects.count(), Completion.objects.count(), User.objects.count())
    demo.load()
    assert (Official.objects.count(), Completion.objects.count(), User.objects.count()) == before


def test_signins_open_and_stay_the_same_until_codes_run_out():
    demo.refresh_signins()
    first = {role["role"]: role for role in json.loads(signins.signins_file().read_text())}
    assert stat.S_IMODE(signins.signins_file().stat().st_mode) == 0o600
    assert set(first) == {
        "Official, first entry",
        "Official (cán bộ)",
        *(role for _name, role in signins.ROLES),
    }
    trainer = User.objects.get(username="giang-vien")
    assert trainer.check_password(first["Trainer"]["password"])
    codes = first["Trainer"]["codes"]
    assert len(codes) == 4

    for code in RecoveryCodes.activate(trainer).get_unused_codes()[:8]:
        assert RecoveryCodes.activate(trainer).validate_code(code)
    demo.refresh_signins()
    second = {role["role"]: role for role in json.loads(signins.signins_file().read_text())}
    assert second["Trainer"]["password"] == first["Trainer"]["password"]
    assert len(second["Trainer"]["codes"]) == 4
    assert not set(second["Trainer"]["codes"]) & set(codes)


def test_the_entry_link_is_fresh_each_time_and_moves_on_to_the_next_official():
    demo.refresh_signins()
    first = link_of()
    demo.refresh_signins()
    assert link_of() != first
    official = Official.objects.get(staff_number=people.FIRST)
    assert official.user is None
    assert consume(link_of().rstrip("/").rsplit("/", 1)[-1]) == official
    demo.refresh_signins()
    assert link_of()


def link_of() -> str:
    return next(role["link"] for role in json.loads(signins.signins_file().read_text()) if "link" in role)


def test_it_is_not_loaded_among_real_officials(monkeypatch):
    make_official("Nguyễn Văn Thật", staff_number="THAT-1")
    monkeypatch.setattr("lms.demo.loading.loaded", lambda: False)
    with pytest.raises(CommandError, match="has officials of its own"):
        call_command("load_demo")
