"""Replies of CSTR's platform, read leniently: its documents fix the requests and not the replies.

A reply is an envelope ``{"code", "message", "timestamp", "data"}``; its code is 200 (or 0) for success and may be a
failure under a status of 200. The reply to a batch has ``data.task_id``, in some versions at the top or as ``data``
itself. A task is expected as::

    {"task_id", "status": "processing" | "finished" | "failed", "total", "success_num", "fail_num",
     "details": [{"identifier", "status": "success" | "fail", "message"}]}

also with other common names, Chinese words for the states, members in two lists by outcome, identifiers in another case
and with ``CSTR:`` before them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from repository.dataset import cstr
from repository.engines.registrars.http_client import HttpReply, at, words_of
from repository.engines.registrars.port import Stage

_GOOD_CODES = frozenset({None, "", "0", "200", "201", "202", "success", "ok"})
_PASSING_CODES = frozenset({"401", "403", "408", "425", "429"})

_DONE = re.compile(
    r"success(ful|fully)?|succe(ss|eded?)|ok|done|finish(ed)?|complete[d]?|registered|updated|true|成功|已?完成"
)
_REFUSED = re.compile(r"fail(ed|ure)?|error|refused|reject(ed)?|invalid|false|失败|错误|异常")
_PENDING = re.compile(
    r"pend(ing)?|process(ing)?|run(ning)?|wait(ing)?|queu(ed?|ing)|submitted|accepted|created|处理中|等待.*|进行中|排队.*"
)

_DATA = ("data", "result")
_LISTS = ("details", "detail", "results", "items", "list", "records", "metadatas", "members", "data", "result")
_LISTS_OF_DONE = ("success", "successes", "succeeded", "success_list", "successList")
_LISTS_OF_REFUSED = (
    "fail",
    "fails",
    "failed",
    "failures",
    "errors",
    "fail_list",
    "failList",
    "error_list",
    "failed_list",
)
_IDS = ("identifier", "cstr", "pid", "id", "value")
_STATES = ("status", "state", "success", "result", "code")
_CAUSES = ("message", "msg", "error", "errors", "reason", "cause", "fail_reason", "error_msg")
_FAILURES = ("fail_num", "failNum", "fail_count", "failCount", "failed")
_TASK_IDS = ("task_id", "taskId", "taskid")

_ABSENT = re.compile(r"not?[ _-](exist|found)|does(n't| not) exist|不存在|未找到|未注册|没有找到", re.IGNORECASE)
_EXISTS = re.compile(r"exist|already|duplicate|taken|已存在|已注册|重复", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CstrFault:
    """A fault in a reply; it is passing when it lies with the service or with our account."""

    words: str
    is_passing: bool


@dataclass(frozen=True, slots=True)
class Member:
    """The outcome of one member of a batch."""

    stage: Stage
    cause: str = ""


@dataclass(frozen=True, slots=True)
class CstrTask:
    """A batch: known `members` by folded identifier; `failures` is their number if the task counts them."""

    is_over: bool
    has_failed: bool = False
    cause: str = ""
    members: Mapping[str, Member] = field(default_factory=dict)
    failures: int | None = None

    @property
    def names_all_failures(self) -> bool:
        """Whether all others have succeeded: a task may list its failures only."""
        return self.failures == sum(member.stage is Stage.REFUSED for member in self.members.values())

    @property
    def is_silent(self) -> bool:
        """Whether the task only says that it is over."""
        return self.failures is None and not self.members


def folded(identifier: str) -> str:
    """Return a form that is equal for two spellings of one identifier."""
    try:
        return cstr.parse(identifier).folded
    except ValueError:
        return identifier.strip().casefold()


def fault_of(reply: HttpReply) -> CstrFault | None:
    """Return the fault in the status or in the code of the envelope, None for a good reply."""
    code = at(reply.body, "code")
    code_text = "" if code is None else str(code).strip().lower()
    if reply.is_good and code_text in _GOOD_CODES:
        return None
    words = words_of(reply.body)
    text = f"{words} (code {code_text or reply.status})" if words else f"code {code_text or reply.status}"
    is_broken = len(code_text) == 3 and code_text.startswith("5") and not _ABSENT.search(words) and not exists(words)
    return CstrFault(text, is_passing=code_text in _PASSING_CODES or is_broken)


def is_absent(reply: HttpReply) -> bool:
    """Return whether the platform does not know the subject of the request."""
    if reply.status == 404 or str(at(reply.body, "code")) == "404":
        return True
    fault = fault_of(reply)
    if fault is None:
        return isinstance(reply.body, Mapping) and "data" in reply.body and not reply.body["data"]
    return not fault.is_passing and _ABSENT.search(fault.words) is not None


def exists(cause: str) -> bool:
    """Return whether the cause of a refusal is an earlier registration."""
    return _ABSENT.search(cause) is None and _EXISTS.search(cause) is not None


def target_in(body: Any, value: str) -> str | None:
    """Return the first URL of an identifier, empty without one; None for a reply about something else."""
    subject = next((entry for entry in _objects(body) if entry.keys() & {"urls", "url", "identifier"}), None)
    if subject is None or folded(str(subject.get("identifier") or value)) != folded(value):
        return None
    urls = subject.get("urls") or subject.get("url") or ""
    first = urls[0] if isinstance(urls, list) else urls
    return first if isinstance(first, str) else str(at(first, "url") or "")


def task_id_of(body: Any) -> str:
    """Return the id of the task of an accepted batch, empty when the reply has none."""
    for entry in _objects(body):
        for name in _TASK_IDS:
            if isinstance(entry.get(name), str | int) and str(entry[name]).strip():
                return str(entry[name]).strip()
    data = next((at(body, name) for name in _DATA if at(body, name)), None)
    is_word = isinstance(data, str) and not data.strip().isdecimal() and _stage(data) is not None
    return str(data).strip() if isinstance(data, str | int) and data is not True and not is_word else ""


def task_of(body: Any) -> CstrTask | None:
    """Return the task, None for a reply about something else."""
    members = members_of(body)
    stage = _state_of_task(body)
    if stage is None and not members:
        return None
    if stage is None:
        return CstrTask(is_over=all(member.stage is not Stage.PENDING for member in members.values()), members=members)
    causes = (words_of(member) for member in _objects(body) if "status" in member or "state" in member)
    cause = next(filter(None, causes), "")
    failures = _number(body, *_FAILURES)
    return CstrTask(stage is not Stage.PENDING, stage is Stage.REFUSED, cause, members, failures)


def members_of(body: Any) -> dict[str, Member]:
    """Return each member in the reply, by folded identifier."""
    members: dict[str, Member] = {}
    for entry in _objects(body):
        for name in _LISTS:
            members |= _members_in(entry.get(name), None)
        for name in _LISTS_OF_DONE:
            members |= _members_in(entry.get(name), Stage.DONE)
        for name in _LISTS_OF_REFUSED:
            members |= _members_in(entry.get(name), Stage.REFUSED)
    return members


def _objects(body: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a reply, the innermost first: its data, the only entry of a list, the envelope."""
    for name in (*_DATA, "task", "metadata", "detail"):
        inner = at(body, name)
        if isinstance(inner, list) and len(inner) == 1:
            inner = inner[0]
        if isinstance(inner, Mapping):
            yield from _objects(inner)
    if isinstance(body, Mapping):
        yield body


def _members_in(entries: Any, stage: Stage | None) -> dict[str, Member]:
    """Return members of a list of objects or identifiers, or of an object from identifier to outcome."""
    if isinstance(entries, Mapping) and not any(name in entries for name in (*_IDS, *_STATES, *_TASK_IDS, *_LISTS)):
        entries = [{"identifier": key, **_as_object(value)} for key, value in entries.items()]
    if not isinstance(entries, list):
        return {}
    members = (_member(entry, stage) for entry in entries)
    return {identifier: member for identifier, member in members if identifier}


def _member(entry: Any, stage: Stage | None) -> tuple[str, Member]:
    if isinstance(entry, str):
        return (folded(entry), Member(stage)) if stage else ("", Member(Stage.PENDING))
    identifier = next((str(entry[name]) for name in _IDS if at(entry, name)), "")
    outcome = stage or next((state for name in _STATES if (state := _stage(at(entry, name)))), None)
    if outcome is None:
        return "", Member(Stage.PENDING)
    cause = next((_text(entry[name]) for name in _CAUSES if at(entry, name)), "") if outcome is Stage.REFUSED else ""
    return folded(identifier), Member(outcome, cause)


def _as_object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {"status": value, "message": value}


def _stage(word: Any) -> Stage | None:
    """Return the stage for a word; numbers are read as HTTP codes if they can be."""
    text = str(word).strip().lower()
    if text.isdecimal():
        number = int(text)
        return Stage.DONE if 200 <= number < 300 else Stage.REFUSED if 400 <= number < 600 else None
    for pattern, stage in ((_DONE, Stage.DONE), (_REFUSED, Stage.REFUSED), (_PENDING, Stage.PENDING)):
        if pattern.fullmatch(text):
            return stage
    return None


def _state_of_task(body: Any) -> Stage | None:
    """Return the stage by its word, else by its numbers: it is over when all members succeeded or failed."""
    words = (entry.get(name) for entry in _objects(body) for name in ("status", "state", "task_status", "taskStatus"))
    stage = next((stage for word in words if word is not None and (stage := _stage(word))), None)
    total = _number(body, "total", "total_num", "totalNum", "count")
    if stage is not None or total is None:
        return stage
    done = _number(body, "success_num", "successNum", "success_count", "successCount") or 0
    refused = _number(body, *_FAILURES) or 0
    return Stage.DONE if done + refused >= total > 0 else Stage.PENDING


def _number(body: Any, *names: str) -> int | None:
    numbers = (entry.get(name) for entry in _objects(body) for name in names)
    return next((number for number in numbers if type(number) is int), None)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else words_of({"errors": value}) or str(value)
