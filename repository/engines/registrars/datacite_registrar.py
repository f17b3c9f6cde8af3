"""DataCite: DOIs by its REST API (JSON:API 1.0; states and events as of 2024).

A DOI is a ``draft`` (resolves nowhere), ``registered`` (resolves, no search shows it) or ``findable``.  The event
``publish`` makes it findable, ``register`` takes a draft to registered, ``hide`` takes a findable one there.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from repository.engines.registrars.http_client import TIMEOUT, Caller, HttpReply, at, in_path, text_at, words_of
from repository.engines.registrars.port import Outcome, Registration, Stage

_MEDIA_TYPE = "application/vnd.api+json"
_DRAFT = "draft"
_NEVER_MINTED = "-"


class DataCiteRegistrar:
    """One repository account; `endpoint` as in ``https://api.datacite.org``.

    A document is the ``attributes`` of a DOI; the registration's own members (doi, url, event) replace those of the
    document.
    """

    format = "datacite"
    most = 1
    here = False

    def __init__(
        self, name: str, endpoint: str, prefix: str, user: str, password: str, *, timeout: float = TIMEOUT
    ) -> None:
        self.name = name
        self._prefix = prefix
        token = b64encode(f"{user}:{password}".encode()).decode()
        self._caller = Caller(name, endpoint, {"Authorization": f"Basic {token}"}, (password, token), timeout)

    def target_of(self, value: str) -> str | None:
        """Return the target; a draft leads nowhere, and counts as unknown."""
        attributes = self._attributes_of(value)
        return None if attributes is None or attributes.get("state") == _DRAFT else text_at(attributes, "url")

    def register(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        """Register DOIs; take up our drafts, which were never registered, and leave every other known DOI alone."""
        return [self._register(registration) for registration in registrations]

    def update(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        return [self._update(r, "hide" if r.withdrawn else "publish") for r in registrations]

    def outcomes(self, ticket: str, values: Sequence[str]) -> Mapping[str, Outcome]:  # noqa: ARG002 - it answers at once
        return {value: Outcome(Stage.DONE) for value in values}

    def describe(self) -> str:
        self._attributes_of(f"{self._prefix}/{_NEVER_MINTED}")
        return f"DataCite at {self._caller.endpoint} (prefix {self._prefix})"

    def close(self) -> None:
        self._caller.close()

    def _register(self, registration: Registration) -> Outcome:
        event = "register" if registration.withdrawn else "publish"
        reply = self._send("POST", "/dois", registration, event)
        if reply.status == 404:
            raise self._caller.unavailable("has nothing at this address (status 404)")
        if not _is_taken(reply):
            return self._outcome(reply, registration)
        attributes = self._attributes_of(registration.value)
        if attributes is None:
            return self._caller.refusal_in(reply)
        if attributes.get("state") == _DRAFT:
            return self._update(registration, event)
        return self._caller.known(f"{words_of(reply.body)}: it leads to {text_at(attributes, 'url')}")

    def _update(self, registration: Registration, event: str) -> Outcome:
        reply = self._send("PUT", f"/dois/{in_path(registration.value)}", registration, event)
        return self._outcome(reply, registration)

    def _send(self, method: str, path: str, registration: Registration, event: str) -> HttpReply:
        attributes = {
            **registration.document,
            "doi": registration.value,
            "prefix": self._prefix,
            "url": registration.target,
            "event": event,
        }
        body = {"data": {"id": registration.value, "type": "dois", "attributes": attributes}}
        return self._caller.ask(method, path, body, media_type=_MEDIA_TYPE)

    def _outcome(self, reply: HttpReply, registration: Registration) -> Outcome:
        """Return the outcome; a reply about another DOI, or with another state, is no reply."""
        if reply.status == 404 and not at(reply.body, "errors"):
            raise self._caller.unavailable("has nothing at this address (status 404)")
        if not reply.is_good:
            return self._caller.refusal_in(reply)
        doi = text_at(reply.body, "data", "id") or text_at(reply.body, "data", "attributes", "doi")
        if doi.casefold() != registration.value.casefold():
            raise self._caller.unavailable(f"sends a reply that is not about {registration.value}")
        state = at(reply.body, "data", "attributes", "state")
        if state not in (None, "registered" if registration.withdrawn else "findable"):
            raise self._caller.unavailable(f"leaves {registration.value} in the state {state}")
        return Outcome(Stage.DONE)

    def _attributes_of(self, value: str) -> Mapping[str, Any] | None:
        """Return DataCite's attributes of a DOI, None for an unknown one."""
        reply = self._caller.ask("GET", f"/dois/{in_path(value)}", media_type=_MEDIA_TYPE)
        if reply.status == 404:
            return None
        attributes = at(reply.body, "data", "attributes")
        if not reply.is_good or not isinstance(attributes, Mapping):
            raise self._caller.unavailable(f"does not say what it knows of {value} (status {reply.status})")
        return attributes


def _is_taken(reply: HttpReply) -> bool:
    words = words_of(reply.body).lower()
    return reply.status in (409, 422) and ("already" in words or "taken" in words)
