"""Connections to an S3 server, with their timeouts."""

from dataclasses import dataclass
from typing import Any

from boto3.session import Session
from botocore.config import Config

from repository.engines.store.s3_address import S3Address

CONNECT_SECONDS = 3
ANSWER_SECONDS = 4
CONNECTIONS = 64
"""More than the threads of a process with the parts that each sends at a time: eight times four by default."""


@dataclass(frozen=True, slots=True)
class S3Clients:
    """Four ways to ask one server.

    `patient` tries twice, so that a server that is dead or stays silent is given up after 15 seconds at the latest;
    `brief` tries once, for questions that come after a failure or have to be quick.  `steady` sends what cannot be sent
    again, and so waits as long in its only try as `patient` in two.  All wait for the next bytes, not for the whole of
    an answer.  `signer` never asks: it makes addresses that readers use.
    """

    patient: Any
    brief: Any
    steady: Any
    signer: Any

    def close(self) -> None:
        """Let go of connections."""
        for each in (self.patient, self.brief, self.steady, self.signer):
            each.close()


def s3_clients(address: S3Address) -> S3Clients:
    """Clients for `address`; raises `ValueError` when there are no credentials."""
    session = Session(region_name=address.region)
    if session.get_credentials() is None:
        raise ValueError("there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")

    def client(endpoint: str | None, attempts: int, patience: int = 1) -> Any:
        return session.client("s3", endpoint_url=endpoint, config=_config(address.style, attempts, patience))

    steady = client(address.endpoint, 1, patience=2)
    steady.meta.events.register("before-call.s3.PutObject", _tell_checksum_last)
    return S3Clients(
        patient=client(address.endpoint, 2),
        brief=client(address.endpoint, 1),
        steady=steady,
        signer=client(address.public or address.endpoint, 1),
    )


def _tell_checksum_last(params: dict[str, Any], **_: object) -> None:
    """Let the checksum of what is sent follow it (``aws-chunked``), as botocore does by itself where TLS is spoken.

    Without TLS it would want to read all of it beforehand, in order to sign it; nothing is signed here.
    """
    if checksum := params["context"].get("checksum", {}).get("request_algorithm"):
        checksum["in"] = "trailer"


def _config(style: str, attempts: int, patience: int) -> Config:
    return Config(
        signature_version="s3v4",
        # Botocore's own describes machine and features, made up twice for every request: a tenth of what one costs.
        user_agent="repository",
        # what is sent is ours, and the server looks at it anyway
        parameter_validation=False,
        connect_timeout=patience * CONNECT_SECONDS,
        read_timeout=patience * ANSWER_SECONDS,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=CONNECTIONS,
        # Checksums of the bytes are given and signed with each write, so that signing need not digest them once more.
        s3={"addressing_style": style, "payload_signing_enabled": False},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
