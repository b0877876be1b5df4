"""`make bench`: the speed and memory the project promises, each as a ratio to something measured in the same run."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench import network, study

if __name__ == "__main__":
    if sys.argv[1:] == ["build"]:  # in a process of its own, so that its peak memory is its own
        study.build()
    else:
        with tempfile.TemporaryDirectory() as folder:
            environment = os.environ | {"YIDA_HOME": folder}
            root = Path(__file__).resolve().parents[2]
            subprocess.run([sys.executable, "-m", "tests.bench", "build"], cwd=root, env=environment, check=True)
        network.run()
        study.run()
