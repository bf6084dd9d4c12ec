"""Lessons from a document: heading 1 is a lesson, heading 2 a card, and what stands below it makes the card's kind."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from courses.outline import MAX_CARDS, MAX_LESSONS
from courses.outline.docx import Paragraph
from courses.outline.plan import Card, Lesson, Link, Outline, OutlineRefused, Picture
from lms.lib.text import exact, fold

_BASIS = re.compile(r"^(?:căn cứ(?: pháp lý)?)\s*:\s*(.+)$", re.IGNORECASE)
_DO = {"nen", "nen lam", "can lam", "viec nen lam"}
_DONT = {"khong nen", "khong nen lam", "khong lam", "viec khong nen lam"}
_LONGEST_STEP = 300
_LONGEST_INTRO = 250
_LONGEST_SUMMARY = 300


def read_document(paragraphs: Sequence[Paragraph]) -> Outline:
    """Raises OutlineRefused where the document has no heading 1."""
    outline = Outline()
    section: list[Paragraph] = []
    heading: Paragraph | None = None
    for paragraph in paragraphs:
        if paragraph.in_table:
            _leave_out(
                outline, paragraph, _("Tables are not taken over. Write it as paragraphs or as a list.")
            )
        elif paragraph.level in (1, 2) and paragraph.text:
            _finish(outline, heading, section)
            section, heading = [], paragraph
            if paragraph.level == 1:
                _begin(outline, paragraph)
        elif not outline.lessons:
            _leave_out(outline, paragraph, _("It stands before the first lesson (heading 1)."))
        else:
            section.append(paragraph)
    _finish(outline, heading, section)
    if not outline.lessons:
        raise OutlineRefused(
            _(
                "The document has no lesson: give each lesson's title the style Heading 1 and each card's Heading 2."
            )
        )
    return outline


def _begin(outline: Outline, paragraph: Paragraph) -> None:
    if len(outline.lessons) == MAX_LESSONS:
        raise OutlineRefused(
            _("The file holds more than %(limit)d lessons. Split it into parts.") % {"limit": MAX_LESSONS}
        )
    outline.lessons.append(Lesson(paragraph.text[:255], _where(paragraph)))


def place(number: int) -> str:
    return _("paragraph %(number)d") % {"number": number}


def _where(paragraph: Paragraph) -> str:
    return place(paragraph.number)


def _leave_out(outline: Outline, paragraph: Paragraph, why: str) -> None:
    subject = paragraph.text[:60]
    where = f"{_where(paragraph)} (“{subject}”)" if subject else _where(paragraph)
    outline.left_out.append((where, why))


def _finish(outline: Outline, heading: Paragraph | None, section: list[Paragraph]) -> None:
    """The paragraphs between two headings: a card, or a lesson's summary."""
    if heading is None:
        return
    if heading.level == 2 and not outline.lessons:
        _leave_out(outline, heading, _("It stands before the first lesson (heading 1)."))
        return
    lesson = outline.lessons[-1]
    rest = []
    for paragraph in section:
        cited = _BASIS.match(paragraph.text)
        if cited and not paragraph.listed:
            lesson.links += links_in(cited[1])
        else:
            rest.append(paragraph)
        for reason in paragraph.refused:
            outline.left_out.append((_where(paragraph), reason))
    if heading.level == 1:
        _introduce(outline, lesson, rest)
        return
    if sum(len(each.cards) for each in outline.lessons) >= MAX_CARDS:
        raise OutlineRefused(
            _("The file holds more than %(limit)d cards. Split it into parts.") % {"limit": MAX_CARDS}
        )
    lesson.cards += _cards(heading, rest)


def links_in(text: str) -> list[Link]:
    """“30/2020/NĐ-CP, Điều 5; 15/2020/NĐ-CP”: number, then perhaps an article."""
    links = []
    for part in text.split(";"):
        number, _comma, article = part.partition(",")
        if exact(number):
            links.append(Link(exact(number).rstrip("."), exact(article)[:120]))
    return links


def _introduce(outline: Outline, lesson: Lesson, section: list[Paragraph]) -> None:
    """What stands between the lesson's title and its first card."""
    if not section:
        return
    text = " ".join(paragraph.text for paragraph in section if paragraph.text)
    if len(text) <= _LONGEST_SUMMARY and not any(paragraph.pictures for paragraph in section):
        lesson.summary = text
        return
    lesson.notes.append(
        _("The text below the title is too long for the summary, so it became the first card.")
    )
    first = Paragraph(section[0].number, level=2, runs=[(lesson.title, False, False)])
    lesson.cards += _cards(first, section)


def _cards(heading: Paragraph, section: list[Paragraph]) -> list[Card]:
    where, title = _where(heading), heading.text
    if len(section) > 0 and section[-1].number != heading.number:
        where = _("paragraphs %(first)d–%(last)d") % {"first": heading.number, "last": section[-1].number}
    pictures = [picture for paragraph in section for picture in paragraph.pictures]
    texts = [paragraph for paragraph in section if paragraph.text]
    card = (_do_dont(title, where, texts) or _steps(title, where, texts) if not pictures else None) or _text(
        title, where, texts, pictures[:1]
    )
    further = [_text(title, where, [], [picture]) for picture in pictures[1:]]
    for each in further:
        each.notes.append(_("A card shows one picture, so this one got a card of its own. Write its text."))
    return [card, *further]


def _steps(title: str, where: str, texts: list[Paragraph]) -> Card | None:
    """Perhaps one paragraph, and then a numbered list."""
    intro = [texts[0].text] if texts and not texts[0].listed else []
    steps = texts[len(intro) :]
    if len(steps) < 2 or any(step.listed != "ol" for step in steps):
        return None
    if any(len(step.text) > _LONGEST_STEP for step in steps) or len("".join(intro)) > _LONGEST_INTRO:
        return None
    value = {"intro": "".join(intro), "steps": [step.text for step in steps]}
    return Card("steps", title, where, value)


def _do_dont(title: str, where: str, texts: list[Paragraph]) -> Card | None:
    """“Nên” and a list, “Không nên” and a list."""
    found: dict[str, list[str]] = {"do": [], "dont": []}
    side = ""
    for paragraph in texts:
        word = fold(paragraph.text).rstrip(" :")
        if not paragraph.listed and word in _DO | _DONT:
            side = "do" if word in _DO else "dont"
        elif side and paragraph.listed:
            found[side].append(paragraph.text)
        else:
            return None
    return Card("do_dont", title, where, dict(found)) if all(found.values()) else None


def _text(title: str, where: str, texts: list[Paragraph], pictures: list[Picture]) -> Card:
    picture = pictures[0] if pictures else None
    card = Card("text", title, where, passages=tuple(each.passage() for each in texts), picture=picture)
    if picture:
        card.value["image_alt"] = picture.alt
        if not picture.alt:
            card.notes.append(
                _("The picture has no description. Add it: people who cannot see it learn nothing from it.")
            )
    if any(each.listed == "ol" and len(each.text) > _LONGEST_STEP for each in texts):
        card.notes.append(_("A step has more than 300 characters, so the list stands in a text card."))
    return card
