"""The WSGI entry: ``gunicorn repository.wsgi:application``.

In embedded mode jobs run in threads of every process that serves.
"""

from config.logging import configure_logging
from config.settings import read_settings
from repository.app import create_app
from repository.bootstrap import facilities_of
from workers.embedded import start_jobs

_settings = read_settings()
configure_logging(_settings.log_level)
_facilities = facilities_of(_settings)
start_jobs(_facilities)
application = create_app(_facilities)
