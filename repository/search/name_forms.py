"""Forms under which people look for a name: East Asian ones joined and in either order, Chinese ones in pinyin."""

from collections.abc import Iterator, Sequence

from repository.dataset.description import Agent
from repository.dataset.formats.citation.name_choice import renamed
from repository.dataset.formats.citation.person_names import parts
from repository.dataset.formats.plain_text import has_cjk
from repository.dataset.pinyin import pinyin_forms


def names_of(agents: Sequence[Agent]) -> list[str]:
    """Return the names as they are written, and after them the forms of those that people write differently."""
    every = [*agents, *(renamed(agent, name) for agent in agents for name in agent.alternate_names)]
    return [*(agent.name for agent in every), *(form for agent in every if agent.personal for form in _forms(agent))]


def _forms(agent: Agent) -> Iterator[str]:
    family_name, given_name = parts(agent)
    if given_name and has_cjk(family_name) and has_cjk(given_name):
        yield family_name + given_name
        yield given_name + family_name
    yield from pinyin_forms(family_name, given_name)
