"""One sign-in for each role of the demo. Passwords and codes belong to this installation alone.

They stand in DATA_DIR/demo-signins.json, readable by its owner only, so that a restart prints the same ones.
"""

import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings

from lms.demo.people import CAU_ONG_LANH, FIRST, SECOND
from people import second_factor
from people.entry import create_entry_link
from people.models import Official, User, Ward

# Letters and digits that nobody mistakes for each other when typing from a terminal.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_SHOWN_CODES = 4

ROLES = [
    ("giang-vien", "Trainer"),
    ("tham-dinh", "Reviewer"),
    ("nhan-su-phuong", "HR of a ward (P. Cầu Ông Lãnh)"),
    ("nhan-su-tinh", "HR of a province (TP. Hồ Chí Minh)"),
    ("quan-tri", "Administrator"),
]


def refresh_signins() -> None:
    """Bring the file up to date: a fresh entry link, unused one-time codes, passwords that really open."""
    known = {role["username"]: role for role in _read() if role.get("username")}
    roles: list[dict[str, Any]] = []
    if link := _entry_link():
        roles.append({"role": "Official, first entry", "link": link})
    learner = Official.objects.select_related("user").get(staff_number=SECOND).user
    if learner is not None:
        roles.append(_signin("Official (cán bộ)", learner, known))
    for username, role in ROLES:
        user = User.objects.filter(username=username).first()
        if user is not None:
            roles.append(_signin(role, user, known) | {"codes": _codes(user)})
    _write(roles)


def signins_file() -> Path:
    return Path(settings.DATA_DIR) / "demo-signins.json"


def _signin(role: str, user: User, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The password of last time, or a new one where somebody changed it since."""
    entry = known.get(user.username, {})
    password = entry.get("password", "")
    # Hashing a password takes half a second on purpose; whether the hash is still ours is seen at once.
    if not password or entry.get("seal") != _seal(user):
        password = "-".join("".join(secrets.choice(_ALPHABET) for _place in range(4)) for _part in range(3))
        user.set_password(password)
        user.save(update_fields=["password"])
    return {"role": role, "username": user.username, "password": password, "seal": _seal(user), "codes": []}


def _seal(user: User) -> str:
    return hashlib.sha256(user.password.encode()).hexdigest()


def _codes(user: User) -> list[str]:
    """Some unused one-time codes; a new set when they run out, and a second factor where there is none."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        second_factor.enable(user)
    codes: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    if len(codes) < _SHOWN_CODES:
        Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
        codes = RecoveryCodes.activate(user).get_unused_codes()
    return codes[:_SHOWN_CODES]


def _entry_link() -> str:
    """For an official of the ward whose HR is in the list, who never was here: the first one, while he is."""
    waiting = Official.objects.filter(user__isnull=True, enrolments__completed_at__isnull=True)
    ward = Ward.objects.filter(code=CAU_ONG_LANH, scheme="vn-2025")
    here = waiting.serving(ward).exclude(enrolments__isnull=True).order_by("staff_number")
    official = here.filter(staff_number=FIRST).first() or here.first()
    return create_entry_link(official, by=None)[1] if official else ""


def _read() -> list[dict[str, Any]]:
    try:
        roles: list[dict[str, Any]] = json.loads(signins_file().read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    return roles


def _write(roles: list[dict[str, Any]]) -> None:
    file = signins_file()
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        json.dump(roles, handle, ensure_ascii=False, indent=1)
    new.replace(file)
