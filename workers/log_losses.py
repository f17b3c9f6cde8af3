"""Lines of the log that could not be written, counted for Prometheus."""

from prometheus_client import Counter

lost_lines = Counter("repository_log_lines_lost", "Lines of the log that could not be made or written.")
