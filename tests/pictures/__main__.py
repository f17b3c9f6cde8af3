"""``python -m tests.pictures``."""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from config.logging import configure_logging
from tests import pictures
from tests.browser.chromium import launched
from tests.pictures.camera import LOOKS, take
from tests.pictures.scenes import SCENES
from tests.pictures.sheet import write_sheet
from tests.pictures.stage import stage


def main() -> None:
    parser = argparse.ArgumentParser(description=pictures.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help="names of scenes; all if none is given")
    parser.add_argument("--to", type=Path, default=Path("var/pictures"), help="the folder of the pictures")
    wanted = parser.parse_args()
    if unknown := set(wanted.scenes) - {scene.name for scene in SCENES}:
        parser.error(f"there is no scene {', '.join(sorted(unknown))}")
    chosen = [scene for scene in SCENES if not wanted.scenes or scene.name in wanted.scenes]
    configure_logging("ERROR")
    wanted.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder)) as opened, sync_playwright() as playwright:
        browser = launched(playwright)
        taken = {
            scene.name: [take(browser, opened, scene, wanted_look, wanted.to) for wanted_look in LOOKS]
            for scene in chosen
        }
        browser.close()
    print(write_sheet(wanted.to, taken, chosen))


if __name__ == "__main__":
    main()
