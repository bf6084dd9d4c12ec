from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = _("Quizzes")

    def ready(self) -> None:
        from wagtail.signals import published, unpublished

        from courses.comparing import register_reader
        from courses.copying import register_companion
        from courses.listing import register_links
        from courses.publishing import register_check, register_part
        from quizzes import copying, listing, publishing, resting
        from quizzes.models import Question, QuestionBank, Quiz, QuizPart, Scenario

        register_part("quiz", publishing.quiz_part)
        register_check("quiz", publishing.why_no_delta)
        register_reader("quiz", listing.quiz_words)
        register_links(listing.quiz_links)
        register_companion("quiz", copying.QUIZ)
        resting.register()
        published.connect(publishing.question_published, sender=Question)
        unpublished.connect(publishing.question_unpublished, sender=Question)
        post_save.connect(publishing.bank_moved, sender=QuestionBank)
        post_save.connect(publishing.scenario_changed, sender=Scenario)
        post_save.connect(publishing.quiz_part_changed, sender=QuizPart)
        post_delete.connect(publishing.quiz_part_changed, sender=QuizPart)
        post_save.connect(publishing.quiz_changed, sender=Quiz)
        post_delete.connect(publishing.quiz_changed, sender=Quiz)
