"""What an S3 server can do beyond the least: learned from its refusals, and done without from then on.

Servers differ, and say so in many ways: 501, but also 400, 403, 405, 411 or 412.  So a request with something optional
that is refused is sent again without it.  Only if that succeeds, the optional thing was the reason.
"""

import base64
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

import structlog
from botocore.exceptions import ClientError

from repository.engines.store.s3_errors import is_refusal, refusal_of

log = structlog.get_logger()
T = TypeVar("T")


class Ability(StrEnum):
    """Something that the store uses where a server has it."""

    CONDITIONS = "conditions (If-None-Match)"
    CHECKSUMS = "checksums (x-amz-checksum-…)"
    MD5 = "Content-MD5"
    STREAMS = "bytes that are sent as they come (aws-chunked with a trailer)"
    MANY_REMOVALS = "the removal of several objects at once"


WORKED_ROUND: Mapping[Ability, str] = {
    Ability.CONDITIONS: "before each write it is asked whether the name is free",
    Ability.CHECKSUMS: "Content-MD5 is sent instead",
    Ability.MD5: "tags are compared, or the bytes are read back",
    Ability.STREAMS: "files of more than 8 MiB are sent in parts",
    Ability.MANY_REMOVALS: "objects are removed one by one",
}


class Abilities:
    """What one server has not refused yet; shared by threads, which may learn the same thing twice."""

    def __init__(self) -> None:
        self._lacking: set[Ability] = set()

    def has(self, ability: Ability) -> bool:
        """Return whether the server has it, as far as is known."""
        return ability not in self._lacking

    @property
    def compares(self) -> bool:
        """Whether the server compares what comes with any digest."""
        return self.has(Ability.CHECKSUMS) or self.has(Ability.MD5)

    def lose(self, ability: Ability, refusal: ClientError | None) -> None:
        """Do without `ability` from now on, and log once what was refused, or (None) is not done rightly."""
        if self.has(ability):
            self._lacking.add(ability)
            fault = f"is refused ({refusal_of(refusal)})" if refusal else "cannot be checked by its tag"
            log.warning("the store's server lacks something", lack=f"{ability} {fault}: {WORKED_ROUND[ability]}")

    def use(self, ability: Ability, call: Callable[[bool], T]) -> T:
        """Return what `call` returns, with `ability` (True) or, where the server refuses it, without."""
        if not self.has(ability):
            return call(False)
        try:
            return call(True)
        except ClientError as error:
            if not is_refusal(error):
                raise
            refusal = error
        answer = call(False)
        self.lose(ability, refusal)
        return answer

    def compared(self, call: Callable[..., T], checksum: Mapping[str, str], md5: Callable[[], str]) -> T:
        """Return what `call` returns with the `checksum`, else with the `md5` (hexadecimal), else with neither."""

        def without(knows_checksums: bool) -> T:
            return call(**checksum) if knows_checksums else self.with_md5(call, md5)

        return self.use(Ability.CHECKSUMS, without)

    def with_md5(self, call: Callable[..., T], md5: Callable[[], str]) -> T:
        """Return what `call` returns with the `md5` (hexadecimal), else without."""
        return self.use(Ability.MD5, lambda knows_md5: call(**expected(md5())) if knows_md5 else call())


def expected(md5: str | None) -> Mapping[str, str]:
    """Return the parameter by which a server compares the bytes with their MD5 (hexadecimal)."""
    return {} if md5 is None else {"ContentMD5": base64.b64encode(bytes.fromhex(md5)).decode()}
