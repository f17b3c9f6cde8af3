"""A publication whose every text tries to break out of the format it is written in."""

from dataclasses import replace

from repository.dataset.description import FileOf, Publication, Text
from tests.features.samples import PUBLICATION

ATTACK = (
    "a\r\nER  - \r\nTY  - BOOK\n%0 Book\x00\x0b\x1b\x85\u2028\u202e\ud800\ufffe"
    '</mixed-citation><script>alert("1")</script>]]>&x; "}, @misc{x, {0} %s'
)


def hostile() -> Publication:
    """Each free text of `PUBLICATION` with `ATTACK` behind it, and a title of 64 KB."""
    description = PUBLICATION.description
    creators = [
        replace(agent, name=agent.name + ATTACK, family_name=agent.family_name and agent.family_name + ATTACK)
        for agent in description.creators
    ]
    said = replace(
        description,
        title="大 " + ATTACK + " strong motion" * 4_700,
        creators=creators,
        description=f"<p>{ATTACK}</p>",
        version=ATTACK,
        publisher=ATTACK,
        additional_titles=[replace(text, text=ATTACK) for text in description.additional_titles],
        additional_descriptions=[Text(ATTACK, description.additional_descriptions[0].type, "zho")],
        subjects=[replace(subject, subject=ATTACK) for subject in description.subjects],
        licences=[replace(licence, title=ATTACK, description=ATTACK, id=None) for licence in description.licences],
        funding=[replace(funding, funder=ATTACK, award_title=ATTACK) for funding in description.funding],
    )
    file = FileOf(f"a\u202e\ud800 b/{ATTACK}.csv", 1, "text/csv", "0" * 32, "a" * 64, "https://r.test/a")
    return replace(PUBLICATION, description=said, files=[file], file_count=1)
