"""Debian's Chromium: where it is, and one that runs."""

import shutil

from playwright.sync_api import Browser, Playwright


def chromium() -> str | None:
    """Return the path of the browser, if there is one (``make browser``)."""
    return next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)


def launched(playwright: Playwright) -> Browser:
    """Return a browser that the caller closes; raises `RuntimeError` if there is none."""
    path = chromium()
    if path is None:
        raise RuntimeError("there is no Chromium (make browser)")
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
