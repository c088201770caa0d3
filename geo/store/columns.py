"""Column types that both databases share: UTC times to the millisecond, plain values as JSON."""

import datetime as dt
import json
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from geo.errors import InputError

Whole = BigInteger().with_variant(Integer(), "sqlite")
"""An integer of 64 bits; SQLite's INTEGER is one, and GeoPackage knows no BIGINT."""


def utc(value: dt.datetime, field: str) -> dt.datetime:
    """Return the time in UTC, cut to the millisecond that GeoPackage keeps.

    Raises
    ------
    InputError
        When the time names no zone.
    """
    if value.tzinfo is None:
        raise InputError("{field} is {value}: give it a time zone", field=field, value=value.isoformat())
    value = value.astimezone(dt.UTC)
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


class _GeoPackageTime(UserDefinedType[str]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
        return "DATETIME"


class Time(TypeDecorator[dt.datetime]):
    """An aware UTC time. In a GeoPackage it is text of fixed width, which sorts and compares as time does."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Take text on SQLite."""
        return dialect.type_descriptor(_GeoPackageTime() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401 - text or time
        """Write ``2026-06-12T01:02:03.004Z``."""
        if value is None:
            return None
        value = utc(value, "time")
        return value.isoformat(timespec="milliseconds")[:-6] + "Z" if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:  # noqa: ANN401, ARG002 - text or time
        """Return an aware UTC time."""
        if value is None:
            return None
        return dt.datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(dt.UTC)


class Json(TypeDecorator[Any]):
    """Plain values as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401, ARG002 - any plain value
        """Write sorted keys, so that equal values are equal text; any mapping is an object."""
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, default=dict)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002 - any plain value
        """Read the value."""
        return None if value is None else json.loads(value)
