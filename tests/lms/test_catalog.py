"""The Vietnamese catalogue is complete, exact and holds nothing that no code uses."""

from pathlib import Path

import pytest

from lms import catalog


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one app with one of each kind of message, and a catalogue to match."""
    (tmp_path / "people" / "templates").mkdir(parents=True)
    (tmp_path / "people" / "migrations").mkdir()
    (tmp_path / "people" / "migrations" / "0001_initial.py").write_text("_('not ours to translate')")
    (tmp_path / "people" / "forms.py").write_text(
        "plain = _('Ward')\nby_context = pgettext_lazy('kind', 'ward')\n"
        "counted = ngettext('%(count)s official', '%(count)s officials', n)\nlong = _('one '\n  'two')\n"
    )
    (tmp_path / "people" / "templates" / "page.html").write_text(
        "<p class=\"it's\">\n      {% translate 'Sign in' %}\n  {# {% translate 'gone' %} #}\n"
        "{% blocktranslate trimmed with name=x %}\n   Hello\n   {{ name }}\n{% endblocktranslate %}"
        "{% blocktranslate count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}\n"
        "{{ x|default:_('none') }}</p>"
    )
    ours = tmp_path / "lms" / "locale" / "vi" / "LC_MESSAGES" / "django.po"
    for name, value in {"ROOT": tmp_path, "OURS": ours, "LOCALES": tmp_path / "lms" / "locale"}.items():
        monkeypatch.setattr(catalog, name, value)
    catalog.update()
    translate_all(ours)
    return tmp_path


def translate_all(file: Path) -> None:
    """Each message "translated" by its own plural or singular."""
    read = catalog.read(file)
    for message in read:
        if message.id:
            text = message.id if isinstance(message.id, str) else message.id[1]
            message.string = text if isinstance(message.id, str) else (text,)
    with file.open("wb") as handle:
        catalog.write_po(handle, read)


def test_messages_are_found_in_code_and_templates(project):
    assert {key: identity for key, (identity, _where) in catalog.found().items()} == {
        ("", "Ward"): "Ward",
        ("kind", "ward"): "ward",
        ("", "%(count)s official"): ("%(count)s official", "%(count)s officials"),
        ("", "one two"): "one two",
        ("", "Sign in"): "Sign in",
        ("", "Hello %(name)s"): "Hello %(name)s",
        ("", "%(n)s day"): ("%(n)s day", "%(n)s days"),
        ("", "none"): "none",
    }


def test_a_complete_catalogue_has_no_problems(project):
    assert catalog.problems() == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('msgstr "Ward"', 'msgstr ""', "people/forms.py:1: no Vietnamese for 'Ward'"),
        (
            'msgstr "Hello %(name)s"',
            'msgstr "Xin chào %(ten)s"',
            "people/templates/page.html:4: the Vietnamese for 'Hello %(name)s' has other placeholders: "
            "'Xin chào %(ten)s'",
        ),
        (
            'msgstr "none"',
            'msgstr "kho\u0302ng"',
            "people/templates/page.html:8: the Vietnamese for 'none' is not NFC",
        ),
        ('msgid "Sign in"', 'msgid "Log in"', "django.po: 'Log in' stands in no code any more"),
    ],
)
def test_each_problem_names_the_place(project, old, new, problem):
    text = catalog.OURS.read_text()
    assert old in text
    catalog.OURS.write_text(text.replace(old, new))
    assert problem in catalog.problems()


def test_a_fuzzy_entry_is_a_problem(project):
    text = catalog.OURS.read_text()
    catalog.OURS.write_text(text.replace('msgid "Ward"', '#, fuzzy\nmsgid "Ward"'))
    assert catalog.problems() == ["people/forms.py:1: the Vietnamese for 'Ward' is marked fuzzy"]


def test_update_keeps_translations_adds_new_ones_and_drops_old_ones(project):
    (project / "people" / "forms.py").write_text("a = _('Ward')\nb = _('New')\n")
    assert catalog.update() == (1, 3)
    assert catalog.problems() == ["people/forms.py:2: no Vietnamese for 'New'"]


def test_only_what_is_newer_is_compiled(project):
    assert catalog.compile_all() == 1
    assert catalog.OURS.with_suffix(".mo").stat().st_size > 0
    assert catalog.compile_all() == 0


def test_our_own_catalogue_is_complete():
    assert catalog.problems() == []
