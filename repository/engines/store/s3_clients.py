"""Connections to an S3 server, with their timeouts."""

from dataclasses import dataclass
from typing import Any

from boto3.session import Session
from botocore.config import Config

from repository.engines.store.s3_address import S3Address

CONNECT_SECONDS = 3
ANSWER_SECONDS = 4
CONNECTIONS = 64
"""More than a process needs: by default eight threads that send four parts at a time."""


@dataclass(frozen=True, slots=True)
class S3Clients:
    """Four clients of one server, by their patience.

    `patient` tries twice and gives up a dead or silent server after at most 15 seconds.  `brief` tries once, after a
    failure or where an answer must be quick.  `steady` sends streams, which cannot be sent again, and so waits in its
    only try as long as `patient` in two.  All wait for the next bytes, not for a whole answer.  `signer` sends nothing:
    it makes addresses for readers.
    """

    patient: Any
    brief: Any
    steady: Any
    signer: Any

    def close(self) -> None:
        """Close connections."""
        for client in (self.patient, self.brief, self.steady, self.signer):
            client.close()


def s3_clients(address: S3Address) -> S3Clients:
    """Return the clients of `address`; raises `ValueError` if there are no credentials."""
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
    """Let the checksum follow the bytes (``aws-chunked``), as botocore does by itself with TLS.

    Without TLS it would read all bytes beforehand in order to sign them; here they are not signed.
    """
    if checksum := params["context"].get("checksum", {}).get("request_algorithm"):
        checksum["in"] = "trailer"


def _config(style: str, attempts: int, patience: int) -> Config:
    return Config(
        signature_version="s3v4",
        # Botocore's own describes machine and features, made up twice for every request: a tenth of what one costs.
        user_agent="repository",
        # the parameters are ours, and the server checks them anyway
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
