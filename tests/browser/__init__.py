"""What people see and do in a browser: Debian's Chromium, driven by Playwright.

`conftest` the browser, a site at an address, people who are signed in · `looking` what every page has to be.  Without
Chromium the tests are left out and counted; with ``REQUIRE_BROWSER=1`` the run fails.
"""
