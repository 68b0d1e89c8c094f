"""Claims as canonical JSON and back, exactly: amounts as text, dates as ISO, and nothing guessed.

The same value always gives the same text, and a text that is not exactly such a value is refused: an unknown
or a missing field, another type, a number where a text must stand. A field is left out only where it is
``None`` or empty and its default says so too; every other default is written, so that a changed default
never changes a claim that is kept.
"""

from __future__ import annotations

import dataclasses
import json
import operator
import types
import typing
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from teachback.claimdata import Claim

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import DataclassInstance

    Way = Callable[[Any], Any]

T = TypeVar("T")
_ABSENT: Final = object()


class CodecError(ValueError):
    """A text is not what this codec writes; names the field, never its content."""


def encode(value: DataclassInstance) -> str:
    """A claim, submitter or receiver as canonical JSON; ``CodecError`` where a value has not its type."""
    return json.dumps(_writer(type(value))(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def decode(kind: type[T], text: str) -> T:
    """The value whose text this is; ``CodecError`` where it is not one."""
    try:
        content = json.loads(text, parse_float=_no_fraction, parse_constant=_no_fraction)
    except CodecError:
        raise
    except (ValueError, RecursionError) as error:
        raise CodecError(f"{kind.__name__} is not JSON") from error
    return typing.cast("T", _reader(typing.cast("Any", kind))(content))


def encode_claim(claim: Claim) -> str:
    """A claim as canonical JSON."""
    return encode(claim)


def decode_claim(text: str) -> Claim:
    """The claim whose text this is."""
    return decode(Claim, text)


def _no_fraction(_text: str) -> Any:  # noqa: ANN401  never returns
    raise CodecError("an amount stands as a number instead of a text")


@cache
def _hints(kind: type) -> dict[str, Any]:
    # claimdata imports `date` for the type checker only.
    return typing.get_type_hints(kind, localns={"date": date})


def _plain(hint: Any) -> type | None:  # noqa: ANN401  a type or a generic alias
    """The type whose values JSON keeps as they are, which most fields have; ``None`` where work is needed."""
    kinds = [part for part in typing.get_args(hint) or (hint,) if part is not types.NoneType]
    plain = (
        typing.get_origin(hint) in {None, types.UnionType}
        and len(kinds) == 1
        and kinds[0] in {str, int, bool}
    )
    return kinds[0] if plain else None


@cache
def _writer(kind: Any) -> Way:  # noqa: ANN401  a type or a generic alias
    if dataclasses.is_dataclass(kind):
        return _object_writer(typing.cast("type", kind))
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:
        inner = _writer(_optional(parts))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        return _tuple_writer(parts)
    if kind is Decimal:
        return _decimal_text
    if kind is date:
        return lambda value: _checked(value, date).isoformat()
    if isinstance(kind, type) and issubclass(kind, Enum):
        return lambda value: _checked(value, kind).value
    if kind in {str, int, bool}:
        return lambda value: _checked(value, kind)
    raise TypeError(f"the codec knows no {kind}")


def _object_writer(kind: type) -> Way:
    parts = [
        (f.name, _plain(_hints(kind)[f.name]), _writer(_hints(kind)[f.name]), f.default)
        for f in dataclasses.fields(kind)
    ]
    taken = operator.attrgetter(*(part[0] for part in parts))

    def write(value: Any) -> dict[str, Any]:  # noqa: ANN401  any dataclass
        if type(value) is not kind:
            raise CodecError(f"a {kind.__name__} is expected, not {type(value).__name__}")
        content = {}
        for (name, plain, writer, default), found in zip(parts, taken(value), strict=True):
            if type(found) is plain:
                content[name] = found
                continue
            if (found is None or found == ()) and default == found:
                continue
            try:
                content[name] = writer(found)
            except CodecError as error:
                raise CodecError(f"{name}: {error}") from None
        return content

    return write


def _tuple_writer(parts: tuple[Any, ...]) -> Way:
    if parts[-1] is Ellipsis:
        inner = _writer(parts[0])
        return lambda value: [inner(entry) for entry in _checked(value, tuple)]
    writers = [_writer(part) for part in parts]

    def write(value: Any) -> list[Any]:  # noqa: ANN401  checked here
        if type(value) is not tuple or len(value) != len(writers):
            raise CodecError(f"{len(writers)} values are expected")
        return [writer(entry) for writer, entry in zip(writers, value, strict=True)]

    return write


def _decimal_text(value: Any) -> str:  # noqa: ANN401  checked here
    if type(value) is not Decimal or not value.is_finite():
        raise CodecError("an amount is expected")
    return str(value)


def _checked(value: Any, kind: type) -> Any:  # noqa: ANN401  checked here
    # Exactly the type: True is no unit, and a datetime no date.
    if type(value) is not kind:
        raise CodecError(f"{kind.__name__} is expected, not {type(value).__name__}")
    return value


@cache
def _reader(kind: Any) -> Way:  # noqa: ANN401  a type or a generic alias
    if dataclasses.is_dataclass(kind):
        return _object_reader(typing.cast("type", kind))
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:
        inner = _reader(_optional(parts))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        return _tuple_reader(parts)
    if kind is Decimal:
        return _decimal
    if kind is date:
        return _date
    if isinstance(kind, type) and issubclass(kind, Enum):
        return lambda value: _member(kind, value)
    if kind in {str, int, bool}:
        return lambda value: _checked(value, kind)
    raise TypeError(f"the codec knows no {kind}")


def _object_reader(kind: type) -> Way:
    parts = [
        (f.name, _plain(_hints(kind)[f.name]), _reader(_hints(kind)[f.name]), f.default)
        for f in dataclasses.fields(kind)
    ]
    names = {part[0] for part in parts}

    def read(content: Any) -> Any:  # noqa: ANN401  any dataclass
        if type(content) is not dict:
            raise CodecError(f"a {kind.__name__} is expected")
        if unknown := content.keys() - names:
            raise CodecError(f"{kind.__name__} has fields that this version does not know: {sorted(unknown)}")
        values = {}
        for name, plain, reader, default in parts:
            found = content.get(name, _ABSENT)
            if type(found) is plain:
                values[name] = found
                continue
            if found is _ABSENT:
                if default is dataclasses.MISSING:
                    raise CodecError(f"{kind.__name__} lacks {name}")
                continue
            try:
                values[name] = reader(found)
            except CodecError as error:
                raise CodecError(f"{name}: {error}") from None
        return kind(**values)

    return read


def _tuple_reader(parts: tuple[Any, ...]) -> Way:
    if parts[-1] is Ellipsis:
        inner = _reader(parts[0])
        return lambda value: tuple(inner(entry) for entry in _checked(value, list))
    readers = [_reader(part) for part in parts]

    def read(value: Any) -> tuple[Any, ...]:  # noqa: ANN401  checked here
        if type(value) is not list or len(value) != len(readers):
            raise CodecError(f"{len(readers)} values are expected")
        return tuple(reader(entry) for reader, entry in zip(readers, value, strict=True))

    return read


def _optional(parts: tuple[Any, ...]) -> Any:  # noqa: ANN401  a type
    known = [part for part in parts if part is not types.NoneType]
    if len(known) != 1 or len(parts) == len(known):
        raise TypeError(f"the codec knows no union of {parts}")
    return known[0]


def _decimal(value: Any) -> Decimal:  # noqa: ANN401  checked here
    try:
        number = Decimal(_checked(value, str))
    except InvalidOperation:
        raise CodecError("an amount is expected") from None
    if not number.is_finite() or str(number) != value:
        raise CodecError("an amount is expected")
    return number


def _date(value: Any) -> date:  # noqa: ANN401  checked here
    try:
        found = date.fromisoformat(_checked(value, str))
    except ValueError:
        raise CodecError("a date is expected") from None
    if found.isoformat() != value:
        raise CodecError("a date is expected")
    return found


def _member(kind: type[Enum], value: Any) -> Enum:  # noqa: ANN401  checked here
    try:
        return kind(_checked(value, str))
    except ValueError:
        raise CodecError(f"no such {kind.__name__}") from None
