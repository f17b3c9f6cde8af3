"""The settings as lines for people: name, value without secrets, and where the value comes from."""

import os
import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from config.settings import PREFIX, Settings, written_settings

ENVIRONMENT, FILE, PROGRAM, DEFAULT = "environment", "file", "program", "default"
"""Where a value comes from; the program gives one in tests and commands."""
_PASSWORD = re.compile(r"(://[^:@/]*:).*@")
_SECRET_PARAMETER = re.compile(r"([?&][^=&]*(?:pass|pwd|secret|token|key)[^=&]*=)[^&#]*", re.IGNORECASE)


class SettingLine(NamedTuple):
    """A setting as people see it."""

    name: str
    value: str
    origin: str


def setting_lines(settings: Settings) -> Sequence[SettingLine]:
    """Return every setting in the order of `Settings`."""
    written = written_settings()
    return [
        SettingLine(name, without_secrets(getattr(settings, name)), _origin(settings, name, written))
        for name in type(settings).model_fields
    ]


def without_secrets(value: object) -> str:
    """Return a value with its password in an address, or in the query of one, as three stars."""
    return _SECRET_PARAMETER.sub(r"\1***", _PASSWORD.sub(r"\1***@", str(value)))


def _origin(settings: Settings, name: str, written: Collection[str]) -> str:
    variable = f"{PREFIX}{name.upper()}"
    if name not in settings.model_fields_set:
        return DEFAULT
    if variable in os.environ:
        return ENVIRONMENT
    return FILE if variable in written else PROGRAM
