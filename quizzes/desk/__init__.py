"""The trainers' desk: how questions, folders, situations and quizzes are edited in Wagtail."""
