"""`python -m geo.cli` is `yida`. Beside the rooms."""

import sys

from geo.cli import main

sys.exit(main())
