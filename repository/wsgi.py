"""The WSGI entry: ``gunicorn -c python:config.gunicorn repository.wsgi:application``.

Each serving process imports it after the fork, so that connections and threads begin there.
"""

from config.log_outlet import OUTLET
from config.logging import configure_logging
from config.settings import read_settings
from repository import __version__
from repository.app import create_app
from repository.bootstrap import open_services
from workers.embedded_jobs import start_jobs
from workers.gauges import Gauges
from workers.log_losses import lost_lines

EMBEDDED = "embedded:"

_settings = read_settings()
configure_logging(_settings.log_level, __version__)
OUTLET.when_lost(lost_lines.inc)
_services = open_services(_settings)
if _settings.queue_url.startswith(EMBEDDED):
    start_jobs(_services)
application = create_app(_services, Gauges(_services.database))
