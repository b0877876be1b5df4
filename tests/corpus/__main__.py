"""`python -m tests.corpus FOLDER` writes the corpus."""

import sys
from pathlib import Path

from tests.corpus import write

if __name__ == "__main__":
    print(len(write(Path(sys.argv[1]))), "files")
