"""The parts of people's names, and how to put them together, West and East.

A Chinese name in Latin letters has a known family name, and a given name that reads as one or two syllables of Hanyu
Pinyin without tones. Sources: GB/T 16159-2012; GB/T 28039-2011 for names; the hundred commonest family names.
"""

import re

from repository.dataset.description import Agent
from repository.dataset.formats.plain_text import has_cjk, printable

_INITIALS = "zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]"
_FINALS = (
    "iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|[vü]an|[iuvü]e|ai|ei|ao|ou|an|en|in|un|ia|iu|ua|ui|uo|er|[aeiouvü]"
)
_SYLLABLE = f"(?:(?:{_INITIALS})(?:{_FINALS})|ai|an|ang|ao|ei|en|er|ou|[aeo])"
# the second syllable of a word begins with a consonant, or an apostrophe stands before it
_ONE_OR_TWO_SYLLABLES = re.compile(f"({_SYLLABLE})(?:['’]?((?:{_INITIALS})(?:{_FINALS}))|['’]({_SYLLABLE}))?")

_FAMILY_NAMES = """
bai bao cai cao chang chen cheng cui dai deng ding dong du duan fan fang feng fu gao gong gu guo han hao he hou hu
huang jia jiang jin kang kong lai lei li liang liao lin liu long lu luo lv lyu lü ma mao meng mo ni niu ouyang pan
peng qian qiao qin qiu ren shao shen shi song su sun tan tang tao tian wan wang wei wen wu xia xiang xiao xie xiong xu
xue yan yang yao ye yi yin yu yuan zeng zhang zhao zheng zhong zhou zhu zou
"""
_WESTERN_NAMES = """
anna anne bella dana dina diana hanna hugo ivan june kate lana lara lena leo leon lina linda lisa luke mara mia mika
mike mila mina mona nina rita rosa ruben sana sara sena susan suzan tara tina wanda yuri
"""
"""Given names that read as pinyin but are most likely Western."""

_FAMILIES, _WESTERN = frozenset(_FAMILY_NAMES.split()), frozenset(_WESTERN_NAMES.split())


def parts(agent: Agent) -> tuple[str, str]:
    """Return family and given name of a person; the given name is empty when the two cannot be told apart.

    Read "Family, Given" when the depositor did not give the parts separately.
    """
    if agent.family_name:
        return printable(agent.family_name), printable(agent.given_name)
    family_name, _, given_name = agent.name.partition(",")
    if not given_name and "，" in agent.name:
        family_name, _, given_name = agent.name.partition("，")
    return (printable(family_name), printable(given_name)) if agent.name else (printable(agent.given_name), "")


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


def syllables(family_name: str, given_name: str) -> list[str]:
    """Return the syllables of a Chinese given name, as in Jiang and ning; [] for another name."""
    if family_name.lower() not in _FAMILIES or given_name.lower() in _WESTERN:
        return []
    match = _ONE_OR_TWO_SYLLABLES.fullmatch(given_name.lower())
    return [part for part in match.groups() if part] if match else []
