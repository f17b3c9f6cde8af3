"""Names in the other language, Chinese beside Latin letters, as a form has and sends them.

The form asks for the name alone; its script tells the language.  A name in a language that the depositor chose
elsewhere, as by the API, keeps it.
"""

from typing import Any

from repository.dataset.formats.plain_text import has_cjk

CHINESE, ENGLISH = "zho", "eng"


def with_languages(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document in which alternate names without language have that of their script; empty ones go."""
    metadata = document.get("metadata")
    for role in ("creators", "contributors"):
        for agent in _objects(metadata.get(role) if isinstance(metadata, dict) else None):
            person = agent.get("person_or_org")
            if isinstance(person, dict):
                _complete(person, is_person=person.get("type", "personal") == "personal")
            for affiliation in _objects(agent.get("affiliations")):
                _complete(affiliation, is_person=False)
    return document


def names_in_form(row: str, *, is_person: bool, count: int) -> list[str]:
    """Return the places of the alternate names of a row, of which a form shows one at least."""
    parts = ("family_name", "given_name") if is_person else ("name",)
    return [f"{row}.alternate_names.{number}.{part}" for number in range(max(count, 1)) for part in parts]


def _complete(named: dict[str, Any], *, is_person: bool) -> None:
    names = named.get("alternate_names")
    if not isinstance(names, list):
        return
    typed = ("family_name", "given_name") if is_person else ("name",)
    kept = [name for name in names if not isinstance(name, dict) or any(name.get(part) for part in typed)]
    for name in kept:
        if isinstance(name, dict) and name.get("lang") in (None, "", CHINESE, ENGLISH):
            name["lang"] = CHINESE if any(_is_chinese(name.get(part)) for part in typed) else ENGLISH
    if kept:
        named["alternate_names"] = kept
    else:
        del named["alternate_names"]


def _is_chinese(text: object) -> bool:
    return isinstance(text, str) and has_cjk(text)


def _objects(values: object) -> list[dict[str, Any]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
