"""The house's law where the import contract cannot look: relations between models, and what files may say."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent.parent

# From the ground up; apps of one floor never point at each other.
FLOORS = [{"people"}, {"courses", "notifications"}, {"records"}, {"quizzes", "certificates"}, {"reports"}]
FLOOR = {app: number for number, floor in enumerate(FLOORS) for app in floor}


def relations():
    for app in FLOOR:
        for model in apps.get_app_config(app).get_models():
            for field in [*model._meta.get_fields(), *model._meta.private_fields]:
                target = getattr(field, "related_model", None)
                if target is not None and not field.auto_created and target != "self":
                    yield model, field, target._meta.app_label


def test_relations_point_downwards_like_imports():
    found = [
        f"{model._meta.label}.{field.name} → {target}"
        for model, field, target in relations()
        if target in FLOOR
        and target != model._meta.app_label
        and FLOOR[target] >= FLOOR[model._meta.app_label]
    ]
    assert found == []


def test_the_walk_over_relations_sees_them():
    assert ("records.Completion", "course", "courses") in {
        (model._meta.label, field.name, target) for model, field, target in relations()
    }


def test_the_import_contract_names_every_app_of_the_house():
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    named = set(re.findall(r"\w+(?:\.\w+)?", " ".join(contract["contracts"][0]["layers"])))
    assert set(FLOOR) <= named
    assert set(FLOOR) | {"lms"} == set(contract["root_packages"])


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout, so nothing says which files are the project's")
    return [file for name in listed.stdout.split("\0") if name and (file := ROOT / name).is_file()]


def lines_with(pattern: str, files: list[Path]) -> list[str]:
    expression = re.compile(pattern)
    found = []
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{file.relative_to(ROOT)}: {match.group()}" for match in expression.finditer(text)]
    return found


def test_no_file_names_a_machines_own_paths(tracked):
    assert lines_with(r"(?<![\w.$}])/(?:w[o]rk|f[a]rm|r[o]ot|h[o]me/\w+|U[s]ers/\w+)/\S*", tracked) == []


def test_no_file_names_a_package_registry(tracked):
    registries = (
        r"https?://\S+/(?:s[i]mple|p[a]ckages)/|(?:extra-)?index-u[r]l\s*[=:]|r[e]gistry\s*=\s*[\"'{]"
    )
    assert lines_with(registries, [file for file in tracked if file.suffix != ".md"]) == []


def test_every_package_is_pinned_with_its_hash():
    lock = (ROOT / "requirements.lock").read_text()
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^#.*\n", "", lock))
    assert len(entries) > 100
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_lock_belongs_to_the_project_file():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.split(r"[\[<>=~! ]", entry)[0].lower() for entry in wanted}
    locked = set(
        re.findall(r"(?m)^([a-z0-9._-]+)(?:\[[^\]]*\])?==", (ROOT / "requirements.lock").read_text())
    )
    assert names - locked == set()


@pytest.mark.parametrize(
    "name", ["script/server", "script/test", "script/setup", "script/bench", ".ci/run", "manage.py"]
)
def test_what_is_called_by_name_can_be_run(name):
    assert (ROOT / name).stat().st_mode & 0o111


def test_production_gets_the_locks_packages_without_the_tools():
    lock = (ROOT / "requirements.lock").read_text()
    made = subprocess.run(
        [sys.executable, "script/runtime-requirements"], cwd=ROOT, capture_output=True, text=True
    )
    names = set(re.findall(r"(?m)^([a-z0-9._-]+)(?:\[[^\]]*\])?==", made.stdout))
    assert {"django", "wagtail", "gunicorn", "psycopg", "weasyprint"} <= names
    assert names & {"pytest", "mypy", "ruff", "playwright", "hypothesis", "pre-commit", "psutil"} == set()
    assert all(block in lock for block in re.split(r"\n(?=[a-z0-9])", made.stdout.strip()))


def test_no_package_is_under_the_gpl():
    """BSD-3-Clause goes with the LGPL and the MPL, not with the GPL alone."""
    choice_of_licences = {"pyphen": "MPL-1.1", "text-unidecode": "Artistic"}
    found = []
    for package in distributions():
        fields = [
            package.metadata.get("License-Expression") or "",
            *(package.metadata.get_all("Classifier") or []),
        ]
        said = " ".join(field for field in fields if "License" in field or "GPL" in field)
        if re.search(r"(?<!L)GPL|(?<!Lesser )General Public", said):
            found.append(package.name.lower())
    assert set(found) - choice_of_licences.keys() == set()


def test_the_list_of_settings_in_the_documents_is_complete():
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z0-9_]+)\"", (ROOT / "lms/settings/__init__.py").read_text()))
    rows = re.findall(r"(?m)^\| (`[A-Z].*?) \|", (ROOT / "docs/production.md").read_text())
    assert set(re.findall(r"`([A-Z0-9_]+)`", " ".join(rows))) == read


def test_links_between_documents_lead_somewhere(tracked):
    broken = []
    for file in tracked:
        if file.suffix == ".md":
            targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", file.read_text())
            broken += [f"{file.name}: {target}" for target in targets if not (file.parent / target).exists()]
    assert broken == []


def test_files_that_the_architecture_names_are_there():
    text = (ROOT / "docs/architecture.md").read_text() + (ROOT / "CONTRIBUTING.md").read_text()
    named = re.findall(r"`((?:[a-z_0-9]+/)+[a-z_0-9.]*[a-z0-9/])(?:: \w+)?`", text)
    assert len(named) > 30
    assert [name for name in named if not (ROOT / name).exists()] == []
