"""The clock of another person: a process that finds this module is `DRILL_DAYS` ahead of the world."""

import os
from datetime import UTC, datetime, timedelta

import time_machine

time_machine.travel(datetime.now(UTC) + timedelta(days=int(os.environ["DRILL_DAYS"])), tick=True).start()
