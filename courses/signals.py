"""News from the courses; whoever listens only enqueues (see DESIGN, "The house")."""

from django.dispatch import Signal

# A module got a new version that learners will see. Sent once the transaction is committed; args: version.
version_published = Signal()
