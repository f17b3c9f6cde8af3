"""How the names of people are taken apart and put together, West and East."""

from repository.dataset.description import Agent
from repository.dataset.formats.plain_text import has_cjk, printable


def parts(agent: Agent) -> tuple[str, str]:
    """Family and given name of a person; the given name is empty when nothing tells them apart.

    Reads "Family, Given" when the parts were not given on their own.
    """
    if agent.family_name:
        return printable(agent.family_name), printable(agent.given_name)
    family, _, given = agent.name.partition(",")
    if not given and "，" in agent.name:
        family, _, given = agent.name.partition("，")
    return printable(family), printable(given or agent.given_name)


def is_indivisible(agent: Agent) -> bool:
    """Whether the name is one piece: an organisation's, or one of East Asian characters."""
    if not agent.personal:
        return True
    family, given = parts(agent)
    return has_cjk(family) and (not given or has_cjk(given))


def written(agent: Agent) -> str:
    """The name as its bearer writes it: "John A. Smith", "李伟", "Institute of Geology"."""
    if not agent.personal:
        return printable(agent.name)
    family, given = parts(agent)
    if is_indivisible(agent):
        return family + given
    return " ".join(part for part in (given, family) if part)


def catalogued(agent: Agent) -> str:
    """The name as catalogues sort it: "Smith, John A.", "李伟", "Institute of Geology"."""
    if is_indivisible(agent):
        return written(agent)
    return ", ".join(part for part in parts(agent) if part)


def initials(given: str) -> list[str]:
    """First letters of given names, upper case: "John A." gives J and A, "Anna-Lena" A and L."""
    words = given.replace("-", " ").replace(".", " ").split()
    return [word[0].upper() for word in words]
