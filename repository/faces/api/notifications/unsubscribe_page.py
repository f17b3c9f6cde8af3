"""Stop mail without a sign-in: one POST of a mail program, or a button (RFC 8058, sections 3.1 and 3.2).

A GET changes nothing: programs that look at links before people do must not stop anybody's mail.
"""

from flask import Blueprint, Response, request
from markupsafe import Markup

from repository.core.actor import ANONYMOUS
from repository.core.web.responses import restrict_to_asker
from repository.faces.request_context import current_services
from repository.notifications.unsubscribing import PATH, read_address, unsubscribe

pages = Blueprint("unsubscribe", __name__, url_prefix="/api")
_PAGE = Markup(
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="robots" content="noindex">'
    '<title>{name}</title></head><body><h1>{name}</h1><p>{en}</p><p lang="zh">{zh}</p>{form}</body></html>'
)
_FORM = Markup('<form method="post"><button name="List-Unsubscribe" value="One-Click">OK</button></form>')


@pages.get(PATH)
def offer_unsubscribe() -> Response:
    """Show a button that stops what the address names."""
    services = current_services()
    with services.database.snapshot(ANONYMOUS) as snapshot:
        read_address(snapshot, request.args.get("token", ""))
    return _page("Stop these messages by mail?", "停止接收此类邮件？", _FORM)


@pages.post(PATH)
def stop_mail() -> Response:
    """Stop what the address names; the body does not matter."""
    with current_services().database.transaction(ANONYMOUS) as unit:
        unsubscribe(unit, request.args.get("token", ""))
    return _page("You get no more of these messages by mail.", "您将不再收到此类邮件。")


def _page(en: str, zh: str, form: Markup = Markup()) -> Response:  # noqa: B008 - a constant
    page = _PAGE.format(name=current_services().site.name, en=en, zh=zh, form=form)
    reply = Response(page, mimetype="text/html")
    reply.headers["Content-Security-Policy"] = "default-src 'none'; form-action 'self'; frame-ancestors 'none'"
    reply.headers["Referrer-Policy"] = "no-referrer"
    reply.headers["Cache-Control"] = "no-store"
    restrict_to_asker(reply)
    return reply
