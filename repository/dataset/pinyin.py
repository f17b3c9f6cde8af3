"""Chinese names in Hanyu Pinyin without tones (GB/T 28039-2011), as people type them who do not type Chinese.

``pinyin.json`` has the commonest reading of each character of the block CJK Unified Ideographs (ü written v); family
names that are read otherwise stand here.  The readings are those of Unihan (kMandarin) as pypinyin collects them (MIT
License); the library itself would take 57 MB of each process, and reads family names as common words.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import orjson

_FAMILY_NAMES = {
    "单": "shan",
    "單": "shan",
    "曾": "zeng",
    "解": "xie",
    "仇": "qiu",
    "任": "ren",
    "查": "zha",
    "朴": "piao",
    "盖": "ge",
    "蓋": "ge",
    "区": "ou",
    "區": "ou",
    "洗": "xian",
    "翟": "zhai",
    "乐": "yue",
    "樂": "yue",
    "召": "shao",
    "缪": "miao",
    "繆": "miao",
    "黑": "he",
    "秘": "bi",
    "折": "she",
    "种": "chong",
    "员": "yun",
    "員": "yun",
    "覃": "qin",
    "宿": "su",
    "叶": "ye",
    "葉": "ye",
    "沈": "shen",
    "谌": "chen",
    "諶": "chen",
    "车": "che",
    "車": "che",
    "隗": "wei",
    "牟": "mu",
    "郗": "xi",
    "郇": "xun",
    "逄": "pang",
    "贾": "jia",
    "賈": "jia",
    "柏": "bai",
    "万俟": "moqi",
    "尉迟": "yuchi",
    "长孙": "zhangsun",
    "長孫": "zhangsun",
    "尉遲": "yuchi",
    "澹台": "tantai",
}
_COMPOUND = frozenset(
    [
        "欧阳",
        "歐陽",
        "司马",
        "司馬",
        "上官",
        "诸葛",
        "諸葛",
        "皇甫",
        "尉迟",
        "尉遲",
        "公孙",
        "公孫",
        "令狐",
        "慕容",
        "宇文",
        "长孙",
        "長孫",
        "司徒",
        "夏侯",
        "东方",
        "東方",
        "南宫",
        "万俟",
        "司空",
        "澹台",
        "闻人",
        "西门",
        "独孤",
        "呼延",
        "端木",
        "轩辕",
        "钟离",
        "百里",
        "申屠",
        "太史",
    ]
)
_NAME = re.compile("[\u3007\u4e00-\u9fff]{1,8}")
_MOST_SYLLABLES = 6


def pinyin_forms(family_name: str, given_name: str) -> Iterator[str]:
    """Yield the forms of a name in Chinese characters, in both orders, joined and apart; none of another name."""
    family_name, given_name = _divided(family_name.strip(), given_name.strip())
    if not (_NAME.fullmatch(family_name) and _NAME.fullmatch(given_name)):
        return
    families = _spellings(["".join(_family(family_name))])
    for family in families:
        for spelling in _spellings(_syllables(given_name)):
            apart, joined = spelling.title(), spelling.replace(" ", "").capitalize()
            yield f"{family.capitalize()} {joined}"
            yield f"{joined} {family.capitalize()}"
            yield f"{family}{joined}".lower()
            yield f"{joined}{family}".lower()
            if apart != joined:
                yield f"{family.capitalize()} {apart}"


def family_in_pinyin(name: str) -> str:
    """Return the family name of a Chinese name in small letters, ``lv`` for 吕; empty for another name."""
    name = name.strip()
    family_name = name if name in _COMPOUND else _divided(name, "")[0]
    return "".join(_family(family_name)) if _NAME.fullmatch(family_name) else ""


def _family(family_name: str) -> Sequence[str]:
    known = _FAMILY_NAMES.get(family_name)
    return [known] if known else _syllables(family_name)


def _divided(family_name: str, given_name: str) -> tuple[str, str]:
    """Return both parts of a name, also of one that was written as one."""
    if given_name or not 2 <= len(family_name) <= 4:
        return family_name, given_name
    length = 2 if family_name[:2] in _COMPOUND and len(family_name) > 2 else 1
    return family_name[:length], family_name[length:]


def _spellings(syllables: Sequence[str]) -> list[str]:
    """Return syllables with blanks between them; those with ü (here v) in the ways that it is typed."""
    spelt = " ".join(syllables[:_MOST_SYLLABLES])
    return [spelt.replace("v", letters) for letters in ("u", "v", "yu")] if "v" in spelt else [spelt]


def _syllables(characters: str) -> list[str]:
    readings = _readings()
    return [readings[character] for character in characters if character in readings]


@cache
def _readings() -> Mapping[str, str]:
    by_syllable: dict[str, str] = orjson.loads(Path(__file__).with_name("pinyin.json").read_bytes())
    return {character: syllable for syllable, characters in by_syllable.items() for character in characters}
