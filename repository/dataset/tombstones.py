"""What remains to be said of a withdrawn version, in places that every format has."""

from dataclasses import replace
from html import escape

from repository.dataset.description import Publication, Withdrawal

_TITLE = "Withdrawn: {title}"
_NOTICE = "This version was withdrawn on {date}. Reason: {reason}."


def tombstone_of(publication: Publication) -> Publication:
    """Return a withdrawn publication whose title and description tell so, with date, reason and note.

    Raise `ValueError` for one that is not withdrawn.
    """
    withdrawal = publication.withdrawn
    if withdrawal is None:
        raise ValueError("Only a withdrawn version has a tombstone.")
    description = publication.description
    remaining = replace(
        description,
        title=_TITLE.format(title=description.title),
        description=f"<p>{escape(notice_of(withdrawal))}</p>{description.description}",
    )
    return replace(publication, description=remaining)


def notice_of(withdrawal: Withdrawal) -> str:
    """Return date, reason and note of a withdrawal as plain text."""
    notice = _NOTICE.format(date=withdrawal.date, reason=withdrawal.reason.name())
    return " ".join(part for part in (notice, withdrawal.note) if part)
