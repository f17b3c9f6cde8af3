"""A form that could not be taken is shown again with all that was typed: nobody loses a word.

The page that is answered is what keeps it, so nothing is stored, and whoever shares the machine finds nothing later.
Its text goes along through the sign-in as a field of that form too.  Only a form of a page of ours is shown: of
another site's form nothing is repeated with a mark that would make it good.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from flask import request
from werkzeug.exceptions import HTTPException

from repository.core.errors import Invalid
from repository.core.site import Site
from repository.core.web.local_paths import local_path
from repository.core.web.problems import ProblemDetails
from repository.faces.credentials import CSRF_FIELD, MOST_FORM_BYTES, is_open_act, is_page_request

KEPT_FIELD = "kept"
"""The field of the sign-in form with the form that waits."""
NOT_SHOWN = frozenset({"password", "current", "new", "proof", "code"})
"""Secrets: they are asked for again."""
_RETRIED = frozenset({401, 423, 429, 500, 503, 507})
_MOST_FIELDS = 10_000


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form that waits: where it goes, its fields in order, the secrets to type again, whether files were lost."""

    path: str
    fields: Sequence[tuple[str, str]]
    secrets: Sequence[str] = ()
    had_files: bool = False

    def as_text(self) -> str:
        """Return the form as the value of a field."""
        return orjson.dumps([self.path, self.fields, self.secrets, self.had_files]).decode()


def kept_form(problem: ProblemDetails, site: Site, *, is_known: bool) -> KeptForm | None:
    """Return the refused form that is worth sending again; None for anything else.

    `is_known` says that somebody is signed in: what such a person may not do is no better later.
    """
    forgotten = problem.status == 403 and (not is_known or problem.more.get("code") == "csrf_failed")
    if not (forgotten or problem.status in _RETRIED) or not _is_own_form(site):
        return None
    try:
        request.max_content_length = request.max_form_memory_size = MOST_FORM_BYTES
        fields = [(name, value) for name, value in request.form.items(multi=True) if name != CSRF_FIELD]
        had_files = any(file.filename for file in request.files.values())
    except HTTPException:
        return None
    shown = [(name, value) for name, value in fields if name not in NOT_SHOWN]
    return KeptForm(_here(), shown, sorted({name for name, _ in fields} & NOT_SHOWN), had_files)


def form_of_text(text: str) -> KeptForm:
    """Return the form that a sign-in brings along; raise `Invalid` for what is none."""
    try:
        path, fields, secrets, had_files = orjson.loads(text)
        pairs = [(str(name), str(value)) for name, value in fields[:_MOST_FIELDS]]
        return KeptForm(local_path(path), pairs, sorted(NOT_SHOWN & set(secrets)), bool(had_files))
    except (ValueError, TypeError, AttributeError) as error:
        raise Invalid.field(KEPT_FIELD, "This is no form that was kept.") from error


def _is_own_form(site: Site) -> bool:
    """Return whether a page of ours has sent a form; a browser that says nothing of it is not believed."""
    if request.method != "POST" or not is_page_request() or is_open_act():
        return False
    fetched = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    return fetched in (None, "same-origin") and origin in (None, site.origin) and bool(fetched or origin)


def _here() -> str:
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path
