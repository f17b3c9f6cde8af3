"""Queries over a vocabulary: the language of the search box over the paths of a term."""

import re
from collections.abc import Callable, Iterable

from lark import Token
from lark.exceptions import UnexpectedInput

from repository.dataset.vocabularies import VocabularyEntry, fold
from repository.engines.search.tokenizer import like
from repository.search.syntax_errors import refusal, refused
from repository.search.syntax_tree import SyntaxTree, is_negated, parser_of, parts, path_after_exists, tokens
from repository.search.syntax_words import fuzziness, read_phrase, read_word

_PATH = r"_exists_|id|tags|type|(?:title|description|props)(?:\.(?:[\w-]+(?:\.[\w-]+)*|\\?\*))?|[a-z_]+\.[\w.]+(?=:)"
_KNOWN = re.compile(r"id|tags|type|(?:title|description|props)(?:\..+)?")
_OPERATORS = re.compile(r'[:"*?()\[\]{}~^]|(?:^|\s)[+!-]\S|\b(?:AND|OR|NOT)\b|&&|\|\||^/|\s/')

Matches = Callable[[str], bool]


def is_plain(text: str) -> bool:
    """Return whether `text` is words and nothing else."""
    return not _OPERATORS.search(text)


def terms_matching(text: str, kind: str, terms: Iterable[VocabularyEntry]) -> list[VocabularyEntry]:
    """Return the terms that match a query; raise `Invalid` on ``q`` with the place of what is wrong."""
    try:
        tree = parser_of(_PATH).parse(text)
    except UnexpectedInput as error:
        raise refusal(text, error) from error
    if not tree.children:
        return list(terms)
    query = parts(tree)[0]
    return [term for term in terms if _matches(query, _Term(term, kind), "")]


class _Term:
    """The values of a term by path."""

    def __init__(self, term: VocabularyEntry, kind: str) -> None:
        self.term, self.kind = term, kind

    def values(self, path: str) -> list[str]:
        """Return the folded values of `path`; ids and titles for none."""
        term, (name, _, below) = self.term, path.replace("\\", "").partition(".")
        if not path:
            return [fold(value) for value in (term.id, *term.title.values())]
        if name in ("id", "type", "tags"):
            exact = {"id": (term.id,), "type": (self.kind,), "tags": term.tags}[name]
            return [fold(value) for value in exact]
        texts = {"title": term.title, "description": term.description, "props": term.props}[name]
        every = below in ("", "*")
        return [fold(value) for key, value in texts.items() if every or key == below]


def _matches(tree: SyntaxTree, term: _Term, path: str) -> bool:
    match tree.data:
        case "any":
            return any(_each(tree, term, path))
        case "all":
            return all(_each(tree, term, path))
        case "clause":
            return _matches(parts(tree)[0], term, path) is not is_negated(tree)
        case "group":
            return _matches(parts(tree)[0], term, path)
        case "fielded":
            return _fielded(tree, term)
    return _leaf(tree, term, path)


def _each(tree: SyntaxTree, term: _Term, path: str) -> list[bool]:
    """Return whether each part matches; all are read, so that a fault in any of them is told."""
    return [_matches(part, term, path) for part in parts(tree)]


def _fielded(tree: SyntaxTree, term: _Term) -> bool:
    name, value = tokens(tree)[0], parts(tree)[0]
    path = name.rpartition(":")[0]
    if path != "_exists_":
        return _matches(value, term, _known(path, name))
    return bool(term.values(_known(*path_after_exists(value))))


def _known(path: str, token: Token) -> str:
    if not _KNOWN.fullmatch(path):
        raise refused(token.start_pos, f"the path {path} cannot be searched: id, title, description, props, tags can")
    return path


def _leaf(tree: SyntaxTree, term: _Term, path: str) -> bool:
    token = tokens(tree)[0]
    if tree.data not in ("word", "value", "phrase") or (tree.data != "phrase" and fuzziness(token) is not None):
        raise refused(token.start_pos, "a word, a phrase, or a word with * or ? was expected")
    values = term.values(path)
    if tree.data == "phrase":
        phrase = fold(read_phrase(token))
        return any(f" {phrase} " in f" {value} " for value in values)
    word = read_word(token)
    exact = path.startswith(("id", "type", "tags", "props"))
    if word.wild:
        pattern = fold(word.pattern)
        return any(like(part, pattern) for value in values for part in ([value] if exact else [value, *value.split()]))
    text = fold(word.text)
    return any(text == value if exact else text in value for value in values)
