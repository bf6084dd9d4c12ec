"""A trainer finds the question that may have the wrong key, from the menu to who chose what."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import LAPTOP
from tests.factories import make_cast, make_course, make_module
from tests.quizzes.conftest import make_quiz
from tests.quizzes.statistics.test_screens import sit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_trainer_reads_the_statistics(open_browser: Any) -> None:
    cast = make_cast()
    module = make_module(make_course(), "Ký số đúng thứ tự", cards=1)
    make_quiz(module, kinds=("single",) * 5, draw=5)
    for number in range(20):
        sit(module, {1, 2, 3, 4} if number < 10 else {0})

    page = open_browser(LAPTOP, as_user=cast.trainer)
    page.goto("/quan-tri/")
    page.get_by_role("link", name="Thống kê", exact=True).click()
    page.get_by_role("link", name=module.title).click()
    expect(page.get_by_role("img", name="Phân bố điểm")).to_be_visible()
    suspect = page.get_by_role("row").filter(has_text="có thể sai đáp án")
    expect(suspect).to_have_count(1)
    suspect.get_by_role("link").click()
    expect(page.get_by_text("Câu này có thể sai đáp án").first).to_be_visible()
    wrong = page.get_by_role("row").filter(has_text="Ký số")
    expect(wrong).to_contain_text("100 %")  # of the best third
