"""The OpenID provider of the package `oidc-provider-mock`, in a thread, and a browser that signs in there."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import authlib.deprecate  # before the filter below: it sets one of its own  # noqa: F401

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it uses parts of authlib that authlib has given up
    from oidc_provider_mock import User, run_server_in_thread


@contextmanager
def real_provider(*people: dict[str, object]) -> Iterator[str]:
    """Run a provider that knows these people by their claims; yields its issuer."""
    users = [User(sub=str(claims["sub"]), claims=claims) for claims in people]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with run_server_in_thread(user_claims=users) as server:
            yield f"http://localhost:{server.server_port}"


def approve(address: str, **form: str) -> str:
    """Submit the provider's form at the address of an authorization request; return where it leads the browser."""
    parts = urlsplit(address)
    browser = HTTPConnection(parts.netloc, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    browser.request("POST", f"{parts.path}?{parts.query}", urlencode(form), headers)
    reply = browser.getresponse()
    reply.read()
    browser.close()
    assert reply.status == 302, reply.status
    return str(reply.getheader("Location"))
