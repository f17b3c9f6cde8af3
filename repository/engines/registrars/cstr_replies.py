"""What CSTR's platform answers, read leniently: its documents fix the requests and not the replies.

An answer is an envelope ``{"code", "message", "timestamp", "data"}``, whose code is 200 (or 0) for success and may be
a failure under a status of 200.  A batch is answered with ``data.task_id``, at the top or as ``data`` itself with some
clients' versions.  A task is expected as::

    {"task_id", "status": "processing" | "finished" | "failed", "total", "success_num", "fail_num",
     "details": [{"identifier", "status": "success" | "fail", "message"}]}

with other common names for the same, Chinese words for the states, members in two lists by outcome, identifiers in
another case and with ``CSTR:`` before them.
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
    """What an answer says is wrong; it is passing when it lies with the service or with our account."""

    words: str
    is_passing: bool


@dataclass(frozen=True, slots=True)
class Member:
    """What became of one member of a batch."""

    stage: Stage
    cause: str = ""


@dataclass(frozen=True, slots=True)
class CstrTask:
    """A batch; `members` by folded identifier, as far as it says, `failures` how many there are if it counts them."""

    is_over: bool
    has_failed: bool = False
    cause: str = ""
    members: Mapping[str, Member] = field(default_factory=dict)
    failures: int | None = None

    @property
    def names_all_failures(self) -> bool:
        """Whoever is not named has succeeded: a task may list its failures only."""
        return self.failures == sum(each.stage is Stage.REFUSED for each in self.members.values())

    @property
    def is_silent(self) -> bool:
        """It says that it is over, and nothing else."""
        return self.failures is None and not self.members


def folded(identifier: str) -> str:
    """What two ways to write one identifier have in common."""
    try:
        return cstr.parse(identifier).folded
    except ValueError:
        return identifier.strip().casefold()


def fault_of(answer: HttpReply) -> CstrFault | None:
    """What is wrong by the status or by the code in the envelope, None when nothing is."""
    code = at(answer.body, "code")
    written = "" if code is None else str(code).strip().lower()
    if answer.is_good and written in _GOOD_CODES:
        return None
    words = words_of(answer.body)
    told = f"{words} (code {written or answer.status})" if words else f"code {written or answer.status}"
    is_broken = len(written) == 3 and written.startswith("5") and not _ABSENT.search(words) and not exists(words)
    return CstrFault(told, is_passing=written in _PASSING_CODES or is_broken)


def is_absent(answer: HttpReply) -> bool:
    """It does not know what it was asked for."""
    if answer.status == 404 or str(at(answer.body, "code")) == "404":
        return True
    fault = fault_of(answer)
    if fault is None:
        return isinstance(answer.body, Mapping) and "data" in answer.body and not answer.body["data"]
    return not fault.is_passing and _ABSENT.search(fault.words) is not None


def exists(cause: str) -> bool:
    """Whether it was refused because it is registered already."""
    return _ABSENT.search(cause) is None and _EXISTS.search(cause) is not None


def target_in(body: Any, value: str) -> str | None:
    """The first of the URLs of an identifier, empty where it has none; None for what does not speak of `value`."""
    found = next((each for each in _objects(body) if "urls" in each or "url" in each or "identifier" in each), None)
    if found is None or folded(str(found.get("identifier") or value)) != folded(value):
        return None
    urls = found.get("urls") or found.get("url") or ""
    first = urls[0] if isinstance(urls, list) else urls
    return first if isinstance(first, str) else str(at(first, "url") or "")


def task_id_of(body: Any) -> str:
    """The id of the task that an accepted batch became, empty where none is named."""
    for each in _objects(body):
        for name in _TASK_IDS:
            if isinstance(each.get(name), str | int) and str(each[name]).strip():
                return str(each[name]).strip()
    said = next((at(body, name) for name in _DATA if at(body, name)), None)
    is_word = isinstance(said, str) and not said.strip().isdecimal() and _stage(said) is not None
    return str(said).strip() if isinstance(said, str | int) and said is not True and not is_word else ""


def task_of(body: Any) -> CstrTask | None:
    """None for what does not speak of a task."""
    members = members_of(body)
    word = _state_of_task(body)
    if word is None and not members:
        return None
    if word is None:
        return CstrTask(is_over=all(each.stage is not Stage.PENDING for each in members.values()), members=members)
    causes = (words_of(each) for each in _objects(body) if "status" in each or "state" in each)
    cause = next(filter(None, causes), "")
    failures = _number(body, *_FAILURES)
    return CstrTask(word is not Stage.PENDING, word is Stage.REFUSED, cause, members, failures)


def members_of(body: Any) -> dict[str, Member]:
    """Each member that the answer speaks of, by folded identifier."""
    found: dict[str, Member] = {}
    for each in _objects(body):
        for name in _LISTS:
            found |= _listed(each.get(name), None)
        for name in _LISTS_OF_DONE:
            found |= _listed(each.get(name), Stage.DONE)
        for name in _LISTS_OF_REFUSED:
            found |= _listed(each.get(name), Stage.REFUSED)
    return found


def _objects(body: Any) -> Iterator[Mapping[str, Any]]:
    """The innermost object of an answer first: its data, the one thing that is listed there, the envelope."""
    for name in (*_DATA, "task", "metadata", "detail"):
        inner = at(body, name)
        if isinstance(inner, list) and len(inner) == 1:
            inner = inner[0]
        if isinstance(inner, Mapping):
            yield from _objects(inner)
    if isinstance(body, Mapping):
        yield body


def _listed(listed: Any, stage: Stage | None) -> dict[str, Member]:
    """Members of a list of objects or of bare identifiers, or of an object from identifier to what became of it."""
    if isinstance(listed, Mapping) and not any(name in listed for name in (*_IDS, *_STATES, *_TASK_IDS, *_LISTS)):
        listed = [{"identifier": key, **_as_object(value)} for key, value in listed.items()]
    if not isinstance(listed, list):
        return {}
    members = (_member(each, stage) for each in listed)
    return {identifier: member for identifier, member in members if identifier}


def _member(said: Any, stage: Stage | None) -> tuple[str, Member]:
    if isinstance(said, str):
        return (folded(said), Member(stage)) if stage else ("", Member(Stage.PENDING))
    identifier = next((str(said[name]) for name in _IDS if at(said, name)), "")
    told = stage or next((state for name in _STATES if (state := _stage(at(said, name)))), None)
    if told is None:
        return "", Member(Stage.PENDING)
    cause = next((_text(said[name]) for name in _CAUSES if at(said, name)), "") if told is Stage.REFUSED else ""
    return folded(identifier), Member(told, cause)


def _as_object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {"status": value, "message": value}


def _stage(word: Any) -> Stage | None:
    """Numbers are codes of HTTP's kind where they are anything that can be known."""
    text = str(word).strip().lower()
    if text.isdecimal():
        number = int(text)
        return Stage.DONE if 200 <= number < 300 else Stage.REFUSED if 400 <= number < 600 else None
    for pattern, stage in ((_DONE, Stage.DONE), (_REFUSED, Stage.REFUSED), (_PENDING, Stage.PENDING)):
        if pattern.fullmatch(text):
            return stage
    return None


def _state_of_task(body: Any) -> Stage | None:
    """By its word, else by its numbers: it is over when as many succeeded or failed as there are."""
    words = (each.get(name) for each in _objects(body) for name in ("status", "state", "task_status", "taskStatus"))
    told = next((stage for word in words if word is not None and (stage := _stage(word))), None)
    total = _number(body, "total", "total_num", "totalNum", "count")
    if told is not None or total is None:
        return told
    done = _number(body, "success_num", "successNum", "success_count", "successCount") or 0
    refused = _number(body, *_FAILURES) or 0
    return Stage.DONE if done + refused >= total > 0 else Stage.PENDING


def _number(body: Any, *names: str) -> int | None:
    numbers = (each.get(name) for each in _objects(body) for name in names)
    return next((number for number in numbers if type(number) is int), None)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else words_of({"errors": value}) or str(value)
