"""Where Debian's Chromium is."""

import shutil


def chromium() -> str | None:
    """Return the path of the browser, if there is one (``make browser``)."""
    return next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
