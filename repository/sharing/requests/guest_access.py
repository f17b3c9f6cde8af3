"""Give guests whose requests were granted their access: a share link for viewing, bound to the request.

The job that mails the link makes it (`issue_guest_access`), so that its secret is in the message alone.  It is a link
like any other: managers see it among the links of the dataset, and revoke it there.
"""

from repository.access.policy import Permission
from repository.core.unit_of_work import UnitOfWork
from repository.sharing.links import LinkTerms, make_link, revoke_link
from repository.sharing.model import ShareLink
from repository.sharing.requests.model import AccessRequest
from repository.sharing.requests.rules import RequestState, state_at
from repository.sharing.share import lock_dataset


def issue_guest_access(unit: UnitOfWork, request_id: int) -> str | None:
    """Return the secret of the guest's link, None if there is nothing to send, or no more.

    A job that runs twice makes a second link, and the first is none any more; a link that was revoked stays so.  The
    job acts as the repository itself, which may share.
    """
    seen = unit.session.get(AccessRequest, request_id)
    if seen is None or not lock_dataset(unit, seen.concept_id):
        return None
    request = unit.session.get(AccessRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None or request.person_id is not None:
        return None
    if state_at(request.state, request.due, unit.now) is not RequestState.GRANTED:
        return None
    if request.link_id is not None:
        if unit.session.get(ShareLink, request.link_id) is None:
            return None
        revoke_link(unit, request.concept_id, request.link_id)
    terms = LinkTerms(Permission.VIEW, request.until, f"Access request {request.id}")
    link, secret = make_link(unit, request.concept_id, terms)
    request.link_id = link.id
    unit.session.flush()
    return secret
