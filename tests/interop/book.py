"""Runs what the pages of `docs/how-to` show: their commands and their Python, in the order in which they stand."""

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

PAGES = Path(__file__).parents[2] / "docs" / "how-to"
BLOCK = re.compile(r"^```(sh|python)(?: (\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS = 120


def pages() -> list[Path]:
    """The pages that show Python; the others are run by the tests of the command line."""
    return sorted(page for page in PAGES.glob("*.md") if "```python" in page.read_text(encoding="utf-8"))


def run(page: Path, program: Path) -> Iterator[str]:
    """Runs a page in a folder of its own; what went wrong, and what was left out because a package is not there."""
    path = os.pathsep.join([str(program.parent), os.environ.get("PATH", "")])
    with tempfile.TemporaryDirectory(prefix="lanceq-book-") as folder:
        for language, package, code in BLOCK.findall(page.read_text(encoding="utf-8")):
            if package and importlib.util.find_spec(package) is None:
                print(f"skipped: {page.name} needs {package}", flush=True)
                continue
            command = ["sh", "-e", "-c", code] if language == "sh" else [sys.executable, "-c", code]
            done = subprocess.run(
                command, cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False
            )
            if done.returncode != 0:
                yield f"{page.name}: {code}\n{done.stderr[-800:]}"
