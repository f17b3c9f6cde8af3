"""The file of registrars: accounts with registration agencies, in TOML.

``REPOSITORY_REGISTRARS`` names the file.  Without one, identifiers are reserved under the prefixes of the settings and
resolve at this repository only.  `deploy/registrars.toml` is an example with every key explained.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

SCHEMES: Mapping[str, str] = {"datacite": "doi", "cstr": "cstr", "handle": "handle"}
_PREFIXES: Mapping[str, str] = {
    "doi": r"10\.[0-9]{4,9}(\.[0-9]+)*",
    "cstr": r"[0-9A-Za-z_]{5}",
    "handle": r"[0-9A-Za-z]+(\.[0-9A-Za-z_-]+)*",
}


class RegistrarsError(Exception):
    """The file is wrong; the text is one line that names the place."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class RegistrarAccount(_Strict):
    """One account; `secret_file`, if set, is read instead of `secret`."""

    kind: Literal["datacite", "cstr", "handle", "local"]
    scheme: Literal["doi", "cstr", "handle"] | None = None
    prefix: str
    series: str = Field("data", pattern=r"^[a-z][a-z0-9]{0,19}$")
    endpoint: str = Field("", pattern=r"^$|^https?://[^\s?#]+$")
    user: str = ""
    secret: SecretStr = SecretStr("")
    secret_file: Path | None = None
    app_name: str = ""
    communities: frozenset[str] = frozenset()
    institutions: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "local":
            if self.scheme is None:
                raise ValueError("scheme: say which identifiers the local register keeps: doi, cstr or handle")
        elif not self.endpoint:
            raise ValueError("endpoint: is missing")
        elif self.scheme not in (None, SCHEMES[self.kind]):
            raise ValueError(f"scheme: {self.kind} registers {SCHEMES[self.kind]}")
        if not re.fullmatch(_PREFIXES[self.identifies], self.prefix):
            raise ValueError(f"prefix: is none of a {self.identifies.upper()}")
        return self

    @property
    def identifies(self) -> str:
        """Return the scheme of the account's identifiers: doi, cstr or handle."""
        return self.scheme or SCHEMES[self.kind]

    def password(self) -> str:
        """Return the secret; raise `OSError` if `secret_file` cannot be read."""
        if self.secret_file is not None:
            return self.secret_file.read_text("utf-8").strip()
        return self.secret.get_secret_value()


def _numbered(pattern: str) -> str:
    try:
        examples = {pattern.format(series="s", number=number) for number in (1, 12345, 9_999_999)}
    except (KeyError, ValueError, IndexError, AttributeError):
        raise ValueError("may name {series} and {number} only") from None
    if len(examples) < 3 or not all(re.fullmatch(r"[0-9A-Za-z._-]{1,100}", suffix) for suffix in examples):
        raise ValueError("must hold {number}, and letters, digits, dots and dashes beside it")
    return pattern


class RegistrarAccounts(_Strict):
    """Accounts by name, suffix patterns by a community's slug, and CSTR's type codes by resource type."""

    account: dict[str, RegistrarAccount]
    suffix: dict[str, Annotated[str, AfterValidator(_numbered)]] = Field(default_factory=dict)
    type_code: dict[str, Annotated[str, Field(pattern=r"^[0-9][0-9]$")]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_general_each(self) -> Self:
        for scheme in {account.identifies for account in self.account.values()}:
            general = [
                name
                for name, account in self.account.items()
                if account.identifies == scheme and not account.communities and not account.institutions
            ]
            if len(general) != 1:
                raise ValueError(f"of {scheme}, exactly one account must be for everybody, not {len(general)}")
        return self


def read_registrars(path: Path) -> RegistrarAccounts:
    """Return the accounts in the file; raise `RegistrarsError`."""
    try:
        return RegistrarAccounts.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegistrarsError(f"{path}: {error}") from None
    except ValidationError as error:
        raise RegistrarsError(f"{path}: " + "; ".join(map(_one_line, error.errors()))) from None


def _one_line(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    return f"{where}: {problem['msg'].removeprefix('Value error, ')}".lstrip(": ")
