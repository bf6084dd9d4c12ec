"""The plain columns of a model as JSON and back, whichever they are: what an app adds travels with it."""

import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from courses.exchange.words import Words

_JSON: list[tuple[Any, tuple[type, ...]]] = [
    (models.BooleanField, (bool,)),
    (models.IntegerField, (int,)),
    (models.DecimalField, (str,)),
    (models.DateField, (str,)),
    (models.CharField, (str,)),
    (models.TextField, (str,)),
]


def plain_fields(model: type[models.Model], *also: str) -> "list[models.Field[Any, Any]]":
    """What a person edits in the model's own table but relations and times, and the fields named ``also``."""
    own = [
        field
        for field in model._meta.local_fields
        if field.editable
        and not field.primary_key
        and not field.is_relation
        and not isinstance(field, models.DateTimeField)
        and isinstance(field, tuple(kind for kind, _kinds in _JSON))
    ]
    return [*(model._meta.get_field(name) for name in also), *own]  # type: ignore[list-item]


def state_of(instance: models.Model, fields: "list[models.Field[Any, Any]]") -> dict[str, Any]:
    """The values as JSON holds them: dates as ISO 8601, decimals as text, null where empty is allowed."""
    return {field.name: _json(getattr(instance, field.attname)) for field in fields}


def _json(value: Any) -> Any:
    match value:
        case datetime.date():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}"
    return value


def read_fields(words: Words, fields: "list[models.Field[Any, Any]]") -> dict[str, Any]:
    """The values as the model takes them; each problem is noted with the field's name on the screen.

    A word that is absent gives the field's default where there is one: files of an earlier version lack some.
    """
    return {field.name: _read(words, field) for field in fields}


def _largest(field: "models.Field[Any, Any]") -> int:
    """What PostgreSQL has room for; SQLite, and with it the field's own validators, know no limit."""
    small = isinstance(field, models.SmallIntegerField | models.PositiveSmallIntegerField)
    return 32_767 if small else 2_147_483_647


def _read(words: Words, field: "models.Field[Any, Any]") -> Any:
    kinds = next(kinds for kind, kinds in _JSON if isinstance(field, kind))
    default = field.get_default()
    optional = {"default": default} if field.has_default() or field.null or field.blank else {}
    value = words.take(
        field.name, (*kinds, type(None)) if field.null else kinds, otherwise=default, **optional
    )
    if value is None and not field.null:  # a problem that was noted
        return "" if isinstance(field, models.CharField | models.TextField) else default
    if isinstance(field, models.IntegerField) and value is not None and abs(value) > _largest(field):
        words.fail(f"{field.verbose_name}: " + _("the number is too large."))
        return default
    try:
        if isinstance(value, str) and not isinstance(field, models.TextField):
            value = value.strip()
        return field.clean(value, None)
    except ValidationError as error:
        words.fail(f"{field.verbose_name}: {' '.join(error.messages)}")
        return default
