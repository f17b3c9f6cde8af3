"""What is wrong with a query, in words for the person who typed it."""

from collections.abc import Sequence

from lark import Token
from lark.exceptions import UnexpectedInput, UnexpectedToken

from repository.core.errors import Invalid


def refused(start: int | None, expectation: str) -> Invalid:
    """Return the error for the field ``q``; `start` counts from 0, people from 1."""
    return Invalid.field("q", f"Syntax error at position {(start or 0) + 1}: {expectation}.")


def refusal(text: str, error: UnexpectedInput) -> Invalid:
    """Return the error that says what was expected where the parser stopped."""
    start = _start(text, error)
    parser = error.interactive_parser
    accepted: set[str] = parser.accepts()  # type: ignore[no-untyped-call]  # lark's own gap
    read = [part for part in parser.parser_state.value_stack if isinstance(part, Token)]
    return refused(start, _expectation(text[start:], accepted, read))


def _start(text: str, error: UnexpectedInput) -> int:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return len(text.rstrip())
    return error.pos_in_stream or 0


def _expectation(rest: str, accepted: set[str], read: Sequence[Token]) -> str:
    """Return what was expected; `rest` is the text not understood, `read` the tokens that wait for a partner."""
    if rest.startswith('"'):
        return 'the quotation mark is never closed, another " was expected'
    if "_TO" in accepted:
        return "TO and the upper end of the range were expected, as in [a TO b]"
    if "CLOSE" in accepted:
        return "] or } was expected to close the range"
    if "VALUE" in accepted:
        return f"a value for the field {read[-1].rstrip(':')} was expected"
    if "BOUND" in accepted:
        return "an end of the range was expected: a value or *"
    return _outside_ranges(rest, accepted, read)


def _outside_ranges(rest: str, accepted: set[str], read: Sequence[Token]) -> str:
    if rest.startswith(")") and not any(token.type == "LPAR" for token in read):
        return "the closing parenthesis has no opening one"
    if "_RPAR" in accepted:
        opened = [token for token in read if token.type == "LPAR"][-1]
        return f") was expected, the parenthesis at position {(opened.start_pos or 0) + 1} is not closed"
    return "a word, a phrase, a field or a group in parentheses was expected"
