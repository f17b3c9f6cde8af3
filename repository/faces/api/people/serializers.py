"""People as JSON, and their initials as a picture."""

import hashlib
from typing import Any

from repository.core.clock import iso
from repository.core.site import Site
from repository.dataset.formats.xml_writer import text
from repository.people.finding import ListedPerson
from repository.people.profiles import PersonView

_COLOURS = ("#4a4e69", "#22577a", "#386641", "#6a4c93", "#7f4f24", "#9a031e", "#1d3557", "#5f0f40")


def person_json(view: PersonView, site: Site) -> dict[str, Any]:
    """Return a person as the reader may see them."""
    person, profile = view.person, view.profile
    preferences: dict[str, Any] = {"visibility": profile.visibility, "email_visibility": profile.email_visibility}
    if view.is_own or view.sees_all:
        private = {"locale": profile.language, "timezone": profile.time_zone, "notifications": profile.notifications}
        preferences |= private
    return {
        "id": str(person.id),
        "username": profile.username,
        **({"email": person.email} if view.shows_email else {}),
        "profile": {"full_name": person.name, "affiliations": profile.affiliations},
        "preferences": preferences,
        "identities": {"orcid": profile.orcid} if profile.orcid else {},
        "active": person.active,
        "confirmed": person.active,
        "blocked": not person.active,
        "verified": profile.orcid_verified,
        "is_current_user": view.is_own,
        "links": {
            "self": site.api(f"/users/{person.id}"),
            "avatar": site.api(f"/users/{person.id}/avatar.svg"),
        },
    }


def me_json(view: PersonView, site: Site) -> dict[str, Any]:
    """Return the reader themselves, with the addresses of what is theirs."""
    own = {
        "self": site.api("/me"),
        "quota": site.api("/user/quota"),
        "tokens": site.api("/user/tokens"),
        "export": site.api("/me/export"),
        "records_html": site.api("/user/records"),
    }
    shown = person_json(view, site)
    return {**shown, **_standing(view), "id": view.person.id, "links": {**shown["links"], **own}}


def managed_json(listed: ListedPerson, site: Site) -> dict[str, Any]:
    """Return a person as administrators see them."""
    view, use = listed
    return {
        **person_json(view, site),
        **_standing(view),
        "drafts": use.drafts if use else 0,
        "draft_bytes": use.bytes if use else 0,
        "merged_into": str(view.merged_into) if view.merged_into else None,
    }


def _standing(view: PersonView) -> dict[str, Any]:
    return {"roles": [view.person.role], "created": iso(view.person.created)}


def avatar_svg(view: PersonView) -> str:
    """Return a picture of a person's initials, in a colour that goes with their number."""
    digest = hashlib.sha256(str(view.person.id).encode()).digest()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256" viewBox="0 0 256 256" role="img">'
        f'<rect width="256" height="256" fill="{_COLOURS[digest[0] % len(_COLOURS)]}"/>'
        '<text x="128" y="128" dy="0.35em" text-anchor="middle" font-family="sans-serif" font-size="104" fill="#fff">'
        f"{text(_initials(view))}</text></svg>"
    )


def _initials(view: PersonView) -> str:
    words = (view.person.name or view.profile.username or "").replace(",", " ").split()
    letters = [word[0] for word in words if word[0].isalnum()]
    return "".join(letters[:1] + letters[1:][-1:]).upper() or "?"
