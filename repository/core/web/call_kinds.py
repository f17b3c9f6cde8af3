"""Kinds of calls, which are limited apart from each other."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])
_NAME = "call_kind"


class CallKind(StrEnum):
    READ = "read"
    SEARCH = "search"
    WRITE = "write"
    EXPORT = "export"
    """harvests, feeds and formats: many records at once"""
    SIGN_IN = "sign-in"
    """whatever takes a password, or a code instead of one"""
    DOWNLOAD = "download"
    """bytes of files: not counted"""


def counted_as(kind: CallKind) -> Callable[[View], View]:
    """Let calls of a view count as `kind`; others count as reading or writing, by their method."""

    def mark(view: View) -> View:
        setattr(view, _NAME, kind)
        return view

    return mark


def kind_of(view: Callable[..., Any] | None, method: str) -> CallKind:
    """Return the kind of a call."""
    reads = method in ("GET", "HEAD", "OPTIONS")
    return getattr(view, _NAME, CallKind.READ if reads else CallKind.WRITE)
