"""The one name of a person or an organisation that is shown to readers of a language.

A name has no language of its own: its script tells one where it is not Latin.  A name in the language that is asked
for wins; a language in Latin letters takes any name in Latin letters; whatever has no such name keeps its main one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from repository.dataset.description import Affiliation, Agent, AlternateName, Description, Publication, name_in
from repository.dataset.formats.citation import person_names
from repository.dataset.formats.plain_text import (
    has_cjk,
    language_by_script,
    language_of,
    language_tag,
    printable,
    three_letters,
)
from repository.dataset.formats.scripts import LATIN, script_of, writes

_HAN = frozenset({"zh", "cmn", "yue", "wuu"})


def agent_in(agent: Agent, language: str | None) -> Agent:
    """Return the agent with the name for a language (BCP 47); it keeps its other names."""
    chosen = chosen_name(agent.name, agent.alternate_names, language)
    return renamed(agent, chosen) if chosen else agent


def affiliation_name(affiliation: Affiliation, language: str) -> str:
    """Return the name of an affiliation for a page: the depositor's, else that of the list of organisations."""
    chosen = chosen_name(affiliation.name, affiliation.alternate_names, language)
    return chosen.name if chosen else name_in(language, affiliation.name, affiliation.titles)


def given_name_in(affiliation: Affiliation, language: str | None) -> str:
    """Return the name of an affiliation for a language, one of those that the depositor gave."""
    chosen = chosen_name(affiliation.name, affiliation.alternate_names, language)
    return chosen.name if chosen else affiliation.name


def named_in(publication: Publication, language: str | None) -> Publication:
    """Return the publication whose people have their names for a language."""
    description = publication.description
    if not any(agent.alternate_names for agent in (*description.creators, *description.contributors)):
        return publication
    return replace(publication, description=_people_in(description, language))


def cited(publication: Publication) -> Publication:
    """Return the publication whose people have their names for the language of its title, in which it is cited."""
    return named_in(publication, language_of_title(publication.description))


def language_of_title(description: Description) -> str | None:
    """Return the language of the title; of Latin letters that no declared language explains, English."""
    declared = [label.id for label in description.languages]
    return language_of(description.title, declared) or ("en" if script_of(description.title) == LATIN else None)


def tagged_names(names: Sequence[AlternateName]) -> Iterator[tuple[str, AlternateName]]:
    """Yield each name after the tag of its language (BCP 47)."""
    for name in names:
        yield language_tag(name.language) or name.language, name


def displayed_names(named: Agent | Affiliation) -> Iterator[tuple[str, str]]:
    """Yield the other names of an agent or affiliation as their bearer writes them, each after its language."""
    for tag, name in tagged_names(named.alternate_names):
        if isinstance(named, Agent) and named.personal:
            yield tag, person_names.display_name(renamed(named, name))
        else:
            yield tag, printable(name.name)


def renamed(agent: Agent, name: AlternateName) -> Agent:
    """Return the agent under another of its names."""
    return replace(agent, name=name.name, family_name=name.family_name, given_name=name.given_name)


def chosen_name(main: str, names: Sequence[AlternateName], language: str | None) -> AlternateName | None:
    """Return the alternate name for a language, None where the main name is the one."""
    if not language or not names:
        return None
    primary = _primary(language)
    if primary == language_by_script(main):
        return None
    tagged = list(tagged_names(names))
    for exact in (language.casefold(), primary):
        if match := next((name for tag, name in tagged if tag.casefold() == exact), None):
            return match
    if match := next((name for tag, name in tagged if _is_same(_primary(tag), primary)), None):
        return match
    if not writes(three_letters(primary), LATIN) or script_of(main) == LATIN:
        return None
    return next((name for _, name in tagged if not has_cjk(name.name) and script_of(name.name) == LATIN), None)


def _is_same(language: str, primary: str) -> bool:
    return language == primary or (language in _HAN and primary in _HAN)


def _primary(tag: str) -> str:
    return tag.partition("-")[0].casefold()


def _people_in(description: Description, language: str | None) -> Description:
    return replace(
        description,
        creators=[agent_in(agent, language) for agent in description.creators],
        contributors=[agent_in(agent, language) for agent in description.contributors],
    )
