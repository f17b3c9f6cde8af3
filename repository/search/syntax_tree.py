"""The grammar of the search box and the trees that it makes, for records and for vocabularies."""

from functools import cache
from pathlib import Path

from lark import Lark, Token, Tree

from repository.search.syntax_words import read_phrase, read_word

SyntaxTree = Tree[Token]

_BREAKS = (
    r"\u3001-\u3004\u3008-\u3020\u201a\u201c-\u201f\u2026"
    r"\uff01-\uff06\uff08-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\x00-\x1f\x7f"
)
"""Chinese and typographic punctuation and control characters separate words; ’ and ‘ do not (O’Brien)."""


@cache  # its expressions take a fifth of a second to compile
def parser_of(names: str) -> Lark:
    """Return the parser in which the regular expression `names` tells what is a path."""
    grammar = Path(__file__).with_name("query.lark").read_text("utf-8")
    grammar = grammar.replace("@NAMES@", names).replace("@BREAKS@", _BREAKS)
    return Lark(grammar, parser="lalr", lexer="contextual", maybe_placeholders=False)


def parts(tree: SyntaxTree) -> list[SyntaxTree]:
    return [child for child in tree.children if isinstance(child, Tree)]


def tokens(tree: SyntaxTree) -> list[Token]:
    return [child for child in tree.children if isinstance(child, Token)]


def is_negated(clause: SyntaxTree) -> bool:
    """Return whether the signs before a clause exclude it: two of them cancel each other."""
    return sum(sign.type == "NOT" for sign in tokens(clause)) % 2 == 1


def path_after_exists(value: SyntaxTree) -> tuple[str, Token]:
    """Return the path behind ``_exists_:``, a word or a phrase, and where it stands."""
    token = tokens(value)[0]
    return read_phrase(token) if value.data == "phrase" else read_word(token).text, token
