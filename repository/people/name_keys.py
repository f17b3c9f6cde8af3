"""The texts by whose beginnings a person is found: the same for what is kept and what is sought.

A key is in the letters of searches (`engines.search.folding`), its words with single blanks between them.  A name is
kept in several orders of its words: as it is written, and with any one or two of them at the head.  So a search is one
range of an index, for any number of words that somebody types.
"""

import re
from collections.abc import Iterator
from itertools import permutations

from repository.engines.search.folding import fold

LONGEST = 200
MOST_WORDS = 6
"""Words of a name that may stand at the head; more stay where they are."""
LAST = "\U0010ffff"
"""It comes after every other character, in bytes too."""
_WORD = re.compile(r"\w+")
_IDEOGRAPH = re.compile("[\u3400-\u9fff\uac00-\ud7af\u3040-\u30ff]")
_ADDRESS = re.compile(r"\s*https?://orcid\.org/", re.IGNORECASE)


def key_of_text(text: str) -> str:
    """Return the text as keys are written."""
    return " ".join(_WORD.findall(fold(_ADDRESS.sub("", text))))[:LONGEST]


def keys_of_name(name: str) -> set[str]:
    """Return the keys of a name: at most 37."""
    words = key_of_text(name).split()
    orders = {" ".join(order)[:LONGEST] for order in _orders(words)}
    if len(words) > 1 and _IDEOGRAPH.search(name):
        orders.add("".join(words))  # 李 伟 is typed as 李伟
    return orders - {""}


def _orders(words: list[str]) -> Iterator[list[str]]:
    yield words
    places = range(min(len(words), MOST_WORDS))
    for head in [*permutations(places, 1), *permutations(places, 2)]:
        yield [*(words[at] for at in head), *(word for at, word in enumerate(words) if at not in head)]
