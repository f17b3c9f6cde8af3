"""People and organisations of a pasted list, one a line, as rows of a form.

A line is a name, then an ORCID iD and institutions in any order, between commas, semicolons or tabs:
``Li Wei, 0000-0002-1825-0097, Institute of Physics; Academy of Sciences``.  What is guessed, as which part of a name is
the family name, stands in the form afterwards and can be corrected.  E-mail addresses are left out.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from repository.dataset.formats.plain_text import has_cjk

MOST_LINES = 1_000
_ORCID = re.compile(r"(?:https?://)?(?:www\.)?(?:orcid(?:\.org)?[/:]?\s*)?((?:[0-9]{4}-?){3}[0-9]{3}[0-9Xx])", re.I)
_EMAIL = re.compile(r"<?[^\s@<>,;，；]+@[^\s@<>,;，；]+>?")
_BULLET = re.compile(r"^\s*(?:[-*•·]|\(?[0-9]{1,3}[.)、）])\s*")
_AFTER_NAME = re.compile(r"[\s^*†‡§#0-9¹²³⁴⁵⁶⁷⁸⁹]+$")
_INSTITUTION = re.compile(
    r"universit|institut|academ|college|cent(?:re|er)\b|laborator|department|observator|school|minist|faculty|"
    r"大学|学院|研究|中心|实验室|科学院|观测|[局所站院部台]$",
    re.I,
)
_STRONG, _WEAK = re.compile(r"[;；\t|]"), re.compile(r"[,，]")
_TWO_SIGNS = frozenset(("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "司徒", "端木"))
"""Chinese family names of two characters that are met today."""
_CHINESE_NAME = range(2, 5)
"""characters of a Chinese name"""
_FAMILY_NAMES = tuple(
    re.findall(
        "[a-z]+",
        "li wang zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han "
        "tang feng yu dong xiao cheng cao yuan deng fu shen zeng peng lv su lu jiang cai jia ding wei xue ye yan pan "
        "du dai xia zhong tian ren fan fang shi yao tan liao zou xiong jin hao kong bai cui kang mao qiu qin gu hou "
        "shao meng long wan duan qian yin chang",
    )
)
"""Chinese family names in Pinyin, the most frequent first."""


def people_of(text: str) -> list[dict[str, Any]]:
    """Return the people and organisations of a pasted text, at most `MOST_LINES`."""
    return [person for line in _lines(text) if (person := _person(line))][:MOST_LINES]


def orcids_of(rows: object) -> frozenset[str]:
    """Return the ORCID iDs in rows of a form."""
    agents = [row.get("person_or_org") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    entries = [entry for agent in agents if isinstance(agent, dict) for entry in agent.get("identifiers") or ()]
    return frozenset(
        str(entry.get("identifier")) for entry in entries if isinstance(entry, dict) and entry.get("scheme") == "orcid"
    )


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        plain = _BULLET.sub("", _EMAIL.sub("", line)).strip()
        if plain:
            yield from (part.strip() for part in plain.split("、") if part.strip())


def _person(line: str) -> dict[str, Any]:
    orcid = _ORCID.search(line)
    rest = line[: orcid.start()] + ";" + line[orcid.end() :] if orcid else line
    head, *others = [
        part for part in (part.strip(" ()（）") for part in _STRONG.split(rest)) if part.strip(",， ")
    ] or [""]
    name, after = _named([part for part in (part.strip() for part in _WEAK.split(head)) if part])
    places = [*([", ".join(after)] if after else []), *(part.strip(",， ") for part in others)]
    affiliations = [{"name": place} for place in dict.fromkeys(places) if place]
    if orcid:
        name["identifiers"] = [{"scheme": "orcid", "identifier": _grouped(orcid.group(1))}]
        name["type"] = "personal"
    if len(name) == 1 and not affiliations:
        return {}
    return {"person_or_org": name, **({"affiliations": affiliations} if affiliations else {})}


def _grouped(orcid: str) -> str:
    signs = orcid.replace("-", "").upper()
    return "-".join(signs[place : place + 4] for place in range(0, len(signs), 4))


def _named(parts: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the name at the beginning of a line, and what follows it."""
    if not parts:
        return {"type": "personal"}, []
    if _INSTITUTION.search(parts[0]):
        return {"type": "organizational", "name": ", ".join(parts)}, []
    first = _AFTER_NAME.sub("", parts[0])
    second = _AFTER_NAME.sub("", parts[1]) if len(parts) > 1 else ""
    if " " not in first and second and not has_cjk(first) and not _INSTITUTION.search(second):
        return _personal(first, second), list(parts[2:])
    return _personal(*_split(first)), list(parts[1:])


def _personal(family_name: str, given_name: str) -> dict[str, Any]:
    names = {"family_name": family_name, "given_name": given_name}
    return {"type": "personal", **{part: name for part, name in names.items() if name}}


def _split(name: str) -> tuple[str, str]:
    """Return the family name and the given name of a whole name."""
    words = name.split()
    if has_cjk(name) and len(words) == 1:
        size = 2 if name[:2] in _TWO_SIGNS and len(name) > 2 else 1
        return (name[:size], name[size:]) if len(name) in _CHINESE_NAME else (name, "")
    if len(words) < 2:
        return name, ""
    shouted = words[0].isupper() and not words[-1].isupper() and len(words[0]) > 2
    is_first = has_cjk(name) or shouted or _rank(words[0]) < _rank(words[-1])
    return (words[0], " ".join(words[1:])) if is_first else (words[-1], " ".join(words[:-1]))


def _rank(word: str) -> int:
    return _FAMILY_NAMES.index(word.casefold()) if word.casefold() in _FAMILY_NAMES else len(_FAMILY_NAMES)
