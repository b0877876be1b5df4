"""The same answers from a terminal: studies, coverage, reach, emergency, the data desk, files. Beside the rooms.

Exit codes: 0 done, 2 wrong words (argparse), 3 an input or study that cannot be used, 4 a question is open; the reason
is on stderr. 141 when whoever reads the answer has stopped reading (`| head`), as other programs end then.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from geo.cli import (
    answers,
    desk,
    emergency,
    export,
    indicators,
    programmes,
    records,
    roads,
    studies,
    tiers,
    versions,
)
from geo.model.errors import YidaError
from geo.output.language import Translate, of_terminal, translator

NOBODY_READS = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    _ = translator(of_terminal())
    options = _parser(_).parse_args(arguments)
    run: Callable[[argparse.Namespace, Translate], int | None] = options.run
    try:
        code = run(options, _)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still unwritten would fail at the exit
        return NOBODY_READS
    except YidaError as error:
        print(f"yida: {error.say(_)}", file=sys.stderr)
        return 3
    return code or 0


def _parser(_: Translate) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="yida",
        description=_("Who reaches care, of which tier, in how many minutes, on real roads."),
        epilog=_("Start with: yida coverage xishui --minutes 15 --by unit"),
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    studies.add(commands, _)
    answers.add(commands, _)
    roads.add(commands, _)
    records.add(commands, _)
    tiers.add(commands, _)
    emergency.add(commands, _)
    indicators.add(commands, _)
    programmes.add(commands, _)
    desk.add(commands, _)
    versions.add(commands, _)
    export.add(commands, _)
    return parser
