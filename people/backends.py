"""The account behind a session, together with its official: one query on every page."""

from allauth.account.auth_backends import AuthenticationBackend

from people.models import User


class AccountBackend(AuthenticationBackend):
    def get_user(self, user_id: int) -> User | None:
        try:
            user = User.objects.select_related("official").get(pk=user_id)
        except User.DoesNotExist:
            return None
        return user if self.user_can_authenticate(user) else None
