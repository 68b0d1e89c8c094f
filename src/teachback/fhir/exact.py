"""JSON without a float: amounts are written with the digits they have and read as decimals.

``fhir.resources`` keeps ``Decimal`` inside a resource but writes it as a float (52.70 becomes 52.7), so resources are
written and read here.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel

_text = json.encoder.encode_basestring_ascii
MOST_CHARACTERS = 8 * 1024 * 1024
"""The longest JSON text that is read as one resource."""
MOST_DIGITS = 40
"""The most digits, and the largest exponent, of a number that is read."""


class NotJson(ValueError):  # noqa: N818  named for the state that it tells
    """A text that cannot be read as JSON; the message is for people and repeats nothing of the text."""


def dumps(value: Any) -> str:  # noqa: ANN401  any JSON value
    """JSON of dicts, lists, texts, whole numbers, decimals, dates and yes or no; compact, keys as they stand."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return "{" + ",".join([f"{_text(key)}:{dumps(item)}" for key, item in value.items()]) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([dumps(item) for item in value]) + "]"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, (bool, int)) or value is None:
        return json.dumps(value)
    if isinstance(value, (date, time)):
        return _text(value.isoformat())
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def loads(text: str | bytes) -> Any:  # noqa: ANN401  any JSON value
    """The value of a JSON text, numbers with a fraction as ``Decimal``; raises ``NotJson`` in plain words."""
    if len(text) > MOST_CHARACTERS:
        raise NotJson(f"the text is longer than {MOST_CHARACTERS // 1024 // 1024} MiB")
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        return json.loads(
            text.removeprefix("\ufeff"),
            parse_float=_decimal,
            parse_int=_whole,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except NotJson:
        raise
    except UnicodeDecodeError as error:
        raise NotJson(f"the text is not UTF-8 (at byte {error.start})") from None
    except RecursionError:
        raise NotJson("the text is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"line {error.lineno}, column {error.colno}: {error.msg}") from None


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(members)
    if len(made) != len(members):
        raise NotJson("a name stands twice in one object, so that nobody can say which value is meant")
    return made


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:  # an exponent beyond what decimals hold
        value = None
    if value is None or len(text) > MOST_DIGITS or abs(value.adjusted()) > MOST_DIGITS:
        raise NotJson(f"a number has more than {MOST_DIGITS} digits")
    return value


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise NotJson(f"a number has more than {MOST_DIGITS} digits")
    return int(text)


def _constant(text: str) -> object:
    raise NotJson(f"{text} is not a number of JSON")


def plain(resource: BaseModel) -> dict[str, Any]:
    """A resource of ``fhir.resources`` as dicts, lists and texts, with amounts as the decimals they are."""
    from fhir_core.fhirabstractmodel import FHIRAbstractModel  # noqa: PLC0415  FHIR is loaded where it is used

    def of(value: Any) -> Any:  # noqa: ANN401  any value of a resource
        match value:
            case FHIRAbstractModel():
                return plain(value)
            case list() | tuple():
                return [of(item) for item in value]
            case datetime() | date() | time():
                return value.isoformat()
            case bool() | int() | Decimal() | None:
                return value
        return str(value)

    fields = type(resource).model_fields
    given = {
        fields[name].alias or name: of(value)
        for name, value in resource
        if value is not None and name in fields and name != "fhir_comments"
    }
    kind = getattr(type(resource), "__resource_type__", "")
    return (
        {"resourceType": kind, **given}
        if "resourceType" not in given and hasattr(resource, "implicitRules")
        else given
    )
