"""The parts of people's names, and how to put them together, West and East."""

from repository.dataset.description import Agent
from repository.dataset.formats.plain_text import has_cjk, printable


def parts(agent: Agent) -> tuple[str, str]:
    """Return family and given name of a person; the given name is empty when the two cannot be told apart.

    Read "Family, Given" when the depositor did not give the parts separately.
    """
    if agent.family_name:
        return printable(agent.family_name), printable(agent.given_name)
    family_name, _, given_name = agent.name.partition(",")
    if not given_name and "，" in agent.name:
        family_name, _, given_name = agent.name.partition("，")
    return printable(family_name), printable(given_name or agent.given_name)


def is_indivisible(agent: Agent) -> bool:
    """Return whether the name is one piece: an organisation's, or one of East Asian characters."""
    if not agent.personal:
        return True
    family_name, given_name = parts(agent)
    return has_cjk(family_name) and (not given_name or has_cjk(given_name))


def display_name(agent: Agent) -> str:
    """Return the name as its bearer writes it: "John A. Smith", "李伟", "Institute of Geology"."""
    if not agent.personal:
        return printable(agent.name)
    family_name, given_name = parts(agent)
    if is_indivisible(agent):
        return family_name + given_name
    return " ".join(part for part in (given_name, family_name) if part)


def sort_name(agent: Agent) -> str:
    """Return the name as catalogues sort it: "Smith, John A.", "李伟", "Institute of Geology"."""
    if is_indivisible(agent):
        return display_name(agent)
    return ", ".join(part for part in parts(agent) if part)


def initials(given_names: str) -> list[str]:
    """Return the first letters in upper case: J and A for "John A.", A and L for "Anna-Lena"."""
    words = given_names.replace("-", " ").replace(".", " ").split()
    return [word[0].upper() for word in words]
