"""The words of a query that cannot be understood, without what looked like an operator."""

import re

_WORD = re.compile(r"\w+")
_OPERATORS = frozenset({"AND", "OR", "NOT", "TO"})


def plain_words(text: str) -> str:
    """Return the words of `text` with blanks between them: a query that is never refused for its syntax."""
    return " ".join(word for word in _WORD.findall(text) if word not in _OPERATORS)
