"""Connections to an S3 server, with their timeouts."""

from dataclasses import dataclass
from typing import Any

from boto3.session import Session
from botocore.config import Config

from repository.engines.bytestore.s3_address import S3Address

CONNECT_SECONDS = 3
ANSWER_SECONDS = 4
CONNECTIONS = 64
"""More than the threads of a process with the parts that each sends at a time: eight times four by default."""


@dataclass(frozen=True, slots=True)
class S3Clients:
    """Three ways to ask one server.

    `patient` tries twice, so that a server that is dead or stays silent is given up after 15 seconds at the latest;
    `brief` tries once, for questions that come after a failure or have to be quick.  Both wait for the next bytes, not
    for the whole of an answer.  `signer` never asks: it makes addresses that readers use.
    """

    patient: Any
    brief: Any
    signer: Any

    def close(self) -> None:
        """Let go of connections."""
        for each in (self.patient, self.brief, self.signer):
            each.close()


def s3_clients(address: S3Address) -> S3Clients:
    """Clients for `address`; raises `ValueError` when there are no credentials."""
    session = Session(region_name=address.region)
    if session.get_credentials() is None:
        raise ValueError("there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")

    def client(endpoint: str | None, attempts: int) -> Any:
        return session.client("s3", endpoint_url=endpoint, config=_config(address.style, attempts))

    return S3Clients(
        patient=client(address.endpoint, 2),
        brief=client(address.endpoint, 1),
        signer=client(address.public or address.endpoint, 1),
    )


def _config(style: str, attempts: int) -> Config:
    return Config(
        signature_version="s3v4",
        # Botocore's own describes machine and features, made up twice for every request: a tenth of what one costs.
        user_agent="repository",
        # what is sent is ours, and the server looks at it anyway
        parameter_validation=False,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=ANSWER_SECONDS,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=CONNECTIONS,
        # Checksums of the bytes are given and signed with each write, so that signing need not digest them once more.
        s3={"addressing_style": style, "payload_signing_enabled": False},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
