"""The steps of a deposit beside its files: a draft is opened or brought up to date, and published."""

from collections.abc import Mapping
from typing import Any

from repository.client.api_session import ApiSession
from repository.client.client_errors import ConnectionLost, ContractBroken, Refused


def open_draft(session: ApiSession, body: Mapping[str, Any]) -> dict[str, Any]:
    """Open a draft; asked once only, since a second one would be another draft."""
    return _record(session.ask("Open a draft", "POST", session.api("/records"), body, repeat=False))


def read_draft(session: ApiSession, record: str) -> dict[str, Any]:
    return _record(session.ask(f"Read draft {record}", "GET", session.api(f"/records/{record}/draft")))


def save_draft(session: ApiSession, record: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Give a draft the description of `body`; what `body` does not mention stays."""
    draft = read_draft(session, record)
    kept = {member: draft[member] for member in ("access", "custom_fields", "files", "pids") if member in draft}
    if isinstance(kept.get("files"), dict):
        kept["files"] = {"enabled": bool(kept["files"].get("enabled"))}
    url = session.api(f"/records/{record}/draft")
    return _record(session.ask(f"Save draft {record}", "PUT", url, {**kept, **body}))


def publish(session: ApiSession, record: str) -> dict[str, Any]:
    """Publish a draft; after a broken connection, see whether it is published already."""
    url = session.api(f"/records/{record}/draft/actions/publish")
    try:
        return _record(session.ask(f"Publish {record}", "POST", url, repeat=False))
    except (ConnectionLost, ContractBroken):
        try:
            read_draft(session, record)
        except Refused:  # there is no draft any more
            return _record(session.ask(f"Read record {record}", "GET", session.api(f"/records/{record}")))
        return _record(session.ask(f"Publish {record}", "POST", url, repeat=False))


def _record(reply: Any) -> dict[str, Any]:
    if not isinstance(reply, dict) or not isinstance(reply.get("id"), str | int):
        raise ContractBroken("The server's reply has no id of a record.")
    return reply
