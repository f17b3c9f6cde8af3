"""Forms of pages: what was typed, and what is wrong with it, at its control.

Controls are named as the API names the fields of its errors.  A fault of a part without a control stands at the nearest
control above it, one of nothing that the form has in the summary alone.  Secrets are never shown again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from flask import Response, request
from werkzeug.datastructures import MultiDict

from repository.core.errors import Conflict, Forbidden, Invalid, NotSignedIn, RepositoryError, TooManyTries, Unavailable
from repository.core.web.problems import RETRY_AFTER_SECONDS, STATUS
from repository.faces.credentials import CSRF_FIELD, MOST_FORM_BYTES
from repository.faces.pages.shell.languages import in_language
from repository.faces.pages.shell.page_frame import PageFrame
from repository.faces.pages.shell.page_replies import own_page_reply
from repository.faces.pages.shell.templating import WORDS, PageReason, reason_in

SECRET_FIELDS = frozenset({"password", "current", "new", "proof", "code", "token", "step", CSRF_FIELD})
"""Controls whose values are in no page."""
REFUSALS = (Invalid, Conflict, Forbidden, NotSignedIn, TooManyTries, Unavailable)
"""What a form shows beside what was typed, instead of a page of its own."""


@dataclass(frozen=True, slots=True)
class FormFault:
    """What is wrong with one control; with none (``""``) it concerns the whole."""

    control: str
    reason: PageReason


@dataclass(frozen=True, slots=True)
class PageForm:
    """The values of a form's controls, and their faults in the order of the page."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    faults: Sequence[FormFault] = ()

    def value(self, name: str) -> str:
        """Return the text of a control, empty for none."""
        return next(iter(self.values.get(name, ())), "")

    def has(self, name: str, value: str) -> bool:
        """Return whether a box is ticked, or a choice taken."""
        return value in self.values.get(name, ())

    def at(self, name: str) -> Sequence[PageReason]:
        """Return what is wrong with a control."""
        return [fault.reason for fault in self.faults if fault.control == name]


def posted(name: str) -> str:
    """Return a control's value as it was sent, empty without one."""
    return _form().get(name, "")


def posted_list(name: str) -> Sequence[str]:
    """Return all values of a control."""
    return _form().getlist(name)


def typed_form() -> PageForm:
    """Return what was sent, without secrets."""
    return PageForm({name: values for name, values in _form().lists() if name not in SECRET_FIELDS})


def refused_form(refused: RepositoryError, controls: Collection[str], language: str) -> PageForm:
    """Return what was sent with the reasons why it was refused, by the names of the form's `controls`."""
    words = in_language(WORDS, language)
    faults = [
        FormFault(_nearest(fault.field, controls), reason_in(message, language))
        for fault in refused.errors
        for message in fault.messages
    ] or [FormFault("", reason_in(refused.reason, language))]
    if isinstance(refused, TooManyTries):
        minutes = max(1, -(-refused.seconds // 60))
        text = words["try_again_one"] if minutes == 1 else words["try_again"].format(minutes=minutes)
        faults.append(FormFault("", PageReason(text)))
    order = [*controls, ""]
    return PageForm(typed_form().values, sorted(faults, key=lambda fault: order.index(fault.control)))


def refused_reply(html: str, frame: PageFrame, refused: RepositoryError | None = None) -> Response:
    """Return a page of a form with the status of the refusal, and when to try again; 200 without one."""
    if refused is None:
        return own_page_reply(html, frame)
    reply = own_page_reply(html, frame, STATUS[type(refused)])
    if isinstance(refused, TooManyTries):
        reply.headers["Retry-After"] = str(refused.seconds)
    elif isinstance(refused, Unavailable):
        reply.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return reply


def _form() -> MultiDict[str, str]:
    request.max_content_length = request.max_form_memory_size = MOST_FORM_BYTES
    return request.form


def _nearest(path: str, controls: Collection[str]) -> str:
    """Return the control of a field, or of what the field is a part of."""
    while path and path not in controls:
        path = path.rpartition(".")[0]
    return path
