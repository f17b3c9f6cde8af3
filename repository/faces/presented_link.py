"""The share link that a request presents (``?token=``), and who its bearer is.

A link in force opens the dataset that it is for; with any other secret the request is answered as without one.  The
parameter is a credential, as ``access_token`` is: replies are for the asker alone, browsers are told not to send it on
as ``Referer``, and no ``Location`` repeats it.  So the links in a reply lead on with the token only if the client adds
it again.

Who presents a link for referees is nobody else meanwhile: no account, no session, no token of theirs has a part in the
answer.  Such a link opens `REFEREE_DOORS`, which know how to name nobody, and no other address of the same dataset.

Uses are counted after the reply has left, those of all requests that end together by one statement.
"""

from dataclasses import replace
from datetime import timedelta

import structlog
from flask import Flask, Response, g, request

from repository.core.actor import Actor
from repository.core.errors import Forbidden, Unavailable
from repository.core.recent_uses import RecentUses
from repository.core.unit_of_work import Database
from repository.core.web.request_log import is_operational
from repository.core.web.responses import restrict_to_asker
from repository.faces.credentials import LINK_ARGUMENT
from repository.faces.request_context import current_actor, current_services
from repository.sharing.links import PresentedLink, count_uses, link_presented

REFEREE_DOORS = frozenset(
    {
        "drafts.read_draft",
        "draft-files.list_draft_files",
        "draft-files.read_draft_file",
        "draft-files.download_draft_file",
        "draft-files.download_draft_archive",
        "records.read_record",
        "records.export_by_name",
        "records.list_files",
        "records.read_file",
        "records.download_file",
        "records.download_archive",
        "records.read_manifest",
        "pages-landing.landing_page",
        "pages-landing.upload",
        "pages-landing.exported",
        "pages-landing.record_links",
        "pages-landing.record_links_as_json",
        "pages-landing.file_page",
        "pages-landing.file_preview",
        "pages-landing.draft_file_preview",
        "pages-landing.file_manifest",
    }
)
"""The endpoints whose answers have a form that names nobody."""
NOT_FOR_REFEREES = "A link for referees does not lead here."
log = structlog.get_logger()


def mount_links(app: Flask) -> None:
    """Recognise the link of each request, after its actor is recognised, and guard the reply."""
    uses = RecentUses(timedelta())
    app.before_request(admit_link)
    app.after_request(guard_link)

    def count(reply: Response) -> Response:
        link: PresentedLink | None = g.pop("link", None)
        if link is not None and reply.status_code < 400:
            uses.note(link.id)
            services = current_services()
            reply.call_on_close(lambda: _write(uses, services.database))
        return reply

    app.after_request(count)


def admit_link() -> None:
    """Let the actor of the request be the bearer of its link, too; raise `Forbidden` where no referee may go."""
    secret = request.args.get(LINK_ARGUMENT)
    if not secret or is_operational():
        return
    record_id: int | None = (request.view_args or {}).get("record_id")
    with current_services().database.connection() as connection:
        link = link_presented(connection, secret, record_id)
    if link is None or (link.blind and record_id is None):
        return
    g.link = link
    if not link.blind:
        g.actor = replace(current_actor(), links=frozenset({link.id}))
        return
    g.actor = Actor(links=frozenset({link.id}), blind=frozenset({link.id}), credential=f"link:{link.id}")
    if request.endpoint not in REFEREE_DOORS or record_id == link.concept_id:
        raise Forbidden(NOT_FOR_REFEREES)


def guard_link(reply: Response) -> Response:
    """Keep what answers a link, in force or not, out of shared caches, and its secret out of ``Referer``."""
    if LINK_ARGUMENT in request.args:
        restrict_to_asker(reply)
        reply.headers["Referrer-Policy"] = "no-referrer"
    return reply


def _write(uses: RecentUses, database: Database) -> None:
    taken = uses.take()
    if not taken:
        return
    try:
        count_uses(database, taken)
    except Unavailable as error:  # the reply has left: they are counted with the next one
        uses.give_back(taken)
        log.warning("uses of links wait", reason=error.reason)
