"""Change what a dataset says of requests for access."""

from collections.abc import Mapping
from typing import Any

from repository.access.policy import Action, Resource, must
from repository.access.queries import grants_of
from repository.access.request_settings import MAX_CONDITIONS, RequestSettings
from repository.core.errors import Invalid, NotFound
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.deposits.metadata.html_texts import sanitise
from repository.records.model import Concept
from repository.records.queries import UNKNOWN
from repository.sharing.queries import dataset_of
from repository.sharing.requests.facts import RequestSettingsChanged

CONDITIONS = "accept_conditions_text"


def request_settings(snapshot: Snapshot, record_id: int) -> RequestSettings:
    """Return the settings to those who may change them; raise `NotFound`, `Forbidden`."""
    concept_id = dataset_of(snapshot, record_id)
    must(snapshot.actor, Action.SHARE, Resource(grants_of(snapshot, concept_id)))
    return RequestSettings.of_json(snapshot.session.get_one(Concept, concept_id).request_settings)


def change_request_settings(unit: UnitOfWork, record_id: int, changes: Mapping[str, Any]) -> Concept:
    """Change the settings that are named, under their names in the API.

    The counter that moves with them is a part of the keys of cached records, which show the settings.  Raises
    `NotFound`, `Forbidden`, and `Invalid` for conditions that cannot be kept.
    """
    concept = unit.session.get(Concept, dataset_of(unit, record_id), with_for_update=True, populate_existing=True)
    if concept is None:
        raise NotFound(UNKNOWN)
    must(unit.actor, Action.SHARE, Resource(grants_of(unit, concept.id)))
    before = RequestSettings.of_json(concept.request_settings)
    after = RequestSettings.of_json({**before.as_json(), **_clean(changes)})
    if after != before:
        concept.request_settings = after.as_json()
        concept.settings_change += 1
        unit.emit(RequestSettingsChanged(concept.id))
        unit.session.flush()
    return concept


def _clean(changes: Mapping[str, Any]) -> dict[str, Any]:
    if not changes.get(CONDITIONS):
        return {**changes, **({CONDITIONS: None} if CONDITIONS in changes else {})}
    try:
        text = sanitise(changes[CONDITIONS])
    except ValueError as refused:
        raise Invalid.field(CONDITIONS, str(refused)) from None
    if len(text) > MAX_CONDITIONS:
        raise Invalid.field(CONDITIONS, f"Longer than maximum length {MAX_CONDITIONS}.")
    return {**changes, CONDITIONS: text or None}
