"""A sample of the index, for those who ask often: whether the newest public datasets are found."""

from datetime import timedelta

from sqlalchemy import select

from repository.access.access_terms import PUBLIC
from repository.access.principals import visible_to
from repository.core.actor import ANONYMOUS, SYSTEM
from repository.engines.search.port import Search
from repository.engines.search.query_tree import Or, Term
from repository.engines.services import Services
from repository.records.model import Version

SAMPLE = 20


def newest_not_found(services: Services, late: timedelta) -> int:
    """Return how many of the newest public versions the index lacks, those younger than `late` left out."""
    with services.database.snapshot(SYSTEM) as snapshot:
        newest = (
            select(Version.id)
            .where(
                Version.created < snapshot.now - late,
                Version.record_access == PUBLIC,
                Version.withdrawn_at.is_(None),
            )
            .order_by(Version.created.desc(), Version.id.desc())
            .limit(SAMPLE)
        )
        ids = snapshot.session.scalars(newest).all()
    if not ids:
        return 0
    query = Or(tuple(Term(str(number), "id") for number in ids))
    search = Search(query, visible_to(ANONYMOUS), latest_only=False, size=SAMPLE)
    return len(set(ids) - {hit.id for hit in services.search.find(search).hits})
