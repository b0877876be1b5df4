"""`make bench`: the speed and memory the project promises, each as a ratio to something measured in the same run."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench import desk, emergency, export, indicators, network, roads, structure, study

if __name__ == "__main__":
    # Some figures in processes of their own, so that their peak memory is their own.
    alone = {
        "build": study.build, "page": study.page, "desk": desk.run, "emergency": emergency.run, "export": export.run,
        "roads": roads.run,
    }  # fmt: skip
    if sys.argv[1:]:
        alone[sys.argv[1]]()
    else:
        with tempfile.TemporaryDirectory() as folder:
            environment = os.environ | {"YIDA_HOME": folder}
            root = Path(__file__).resolve().parents[2]
            for name in alone:
                subprocess.run([sys.executable, "-m", "tests.bench", name], cwd=root, env=environment, check=True)
        network.run()
        study.run()
        structure.run()
        indicators.run()
