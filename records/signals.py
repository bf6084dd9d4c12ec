"""News from the evidence to the apps above. A receiver only wakes a task; it can never undo the evidence."""

from django.dispatch import Signal

# Sent after commit; args: completion.
course_completed = Signal()
