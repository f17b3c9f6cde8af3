"""When Python looks for circles among what a process has made."""

import gc

OBJECTS = 50_000
"""made and not yet gone, before the young ones are looked through; Python's own 700 are fewer than one request makes"""


def collect_rarely() -> None:
    """Leave alone what is there, which stays until the process ends, and look through the rest now and then.

    Requests and jobs leave hardly any circles behind, and looking for them was a tenth of the web processes' time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS, 20, 20)
