"""Steps of tests of descriptions in the forms that people have."""

from repository.crosswalks.source_fields import SourceDescription
from repository.crosswalks.source_formats import SourceFormat, read_bytes


def read(text: str | bytes, form: SourceFormat | None = None) -> SourceDescription:
    return read_bytes(text.encode() if isinstance(text, str) else text, form)[1]


def people(described: SourceDescription, role: str = "creators") -> list[str]:
    """Return names as "Family|Given", of organisations in brackets."""
    agents = [agent["person_or_org"] for agent in described.metadata.get(role, ())]
    return [
        f"[{agent['name']}]"
        if agent["type"] == "organizational"
        else f"{agent['family_name']}|{agent.get('given_name', '')}".rstrip("|")
        for agent in agents
    ]


def left(described: SourceDescription) -> set[str]:
    return {lost.field for lost in described.not_taken}
