"""The WSGI entry: ``gunicorn -c python:config.gunicorn repository.wsgi:application``.

Each serving process imports it after the fork, so that connections and threads begin there.
"""

import os
from pathlib import Path

from config.log_outlet import OUTLET
from config.logging import configure_logging
from config.settings import read_settings
from repository import __version__
from repository.app import create_app
from repository.bootstrap import open_services
from repository.core.private_files import keep_private
from workers.embedded_jobs import start_jobs
from workers.gauges import Gauges
from workers.log_losses import lost_lines
from workers.site_conditions import SiteConditions
from workers.use_writer import start_writing_uses

EMBEDDED = "embedded:"

keep_private()
_settings = read_settings()
configure_logging(_settings.log_level, __version__)
OUTLET.when_lost(lost_lines.inc)
_together = os.environ.get("PROMETHEUS_MULTIPROC_DIR")  # the folder of all processes of this server
_services = open_services(_settings, Path(_together) if _together else None)
if _settings.queue_url.startswith(EMBEDDED):
    start_jobs(_services)
start_writing_uses(_services)
_conditions = SiteConditions(_services, lambda: OUTLET.seconds_since_loss)
application = create_app(_services, Gauges(_services.database, _conditions), _conditions.told)
