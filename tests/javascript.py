"""JavaScript run outside a browser, by the node that Playwright brings: no test needs one of the machine's own."""

import subprocess
import sys
from pathlib import Path

import playwright

NODE = Path(playwright.__file__).parent / "driver" / ("node.exe" if sys.platform == "win32" else "node")


def run_javascript(program: str, told: str = "") -> str:
    """What a program writes to standard output; it reads `told`. Raises CalledProcessError when it fails."""
    done = subprocess.run([NODE, "-e", program], input=told, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout
