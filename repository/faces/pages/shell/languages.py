"""Words in the languages of the pages: pairs side by side, so that nobody changes one and forgets the other."""

from collections.abc import Mapping

Wording = Mapping[str, tuple[str, str]]
"""Name -> the words in English and in Chinese, some with places for a name or a number."""
Translations = Mapping[str, str]
"""Name -> the words in one language."""
TAGS = ("en", "zh")


def by_language(*tables: Wording) -> Mapping[str, Translations]:
    """Return the words of tables by language; raise `ValueError` for a name that two tables have."""
    pairs: dict[str, tuple[str, str]] = {}
    for table in tables:
        if twice := pairs.keys() & table.keys():
            raise ValueError(f"Two tables of words have {sorted(twice)}.")
        pairs.update(table)
    return {tag: {name: words[place] for name, words in pairs.items()} for place, tag in enumerate(TAGS)}


def in_language(words: Mapping[str, Translations], language: str) -> Translations:
    """Return the words of a language by its tag, as ``zh`` or ``zh-CN``; English for any other."""
    return words.get(language.partition("-")[0].lower(), words[TAGS[0]])


def counted_phrase(words: Translations, name: str, count: int, **places: str) -> str:
    """Return the text `name` for a number of things, in the singular if the language has one."""
    form = f"{name}_one" if count == 1 else name
    return words[form].format(count=f"{count:,}", **places)
