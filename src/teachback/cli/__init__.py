"""The command line: thin doors to the same functions that every other part of Teachback calls."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence  # noqa: TC003  cyclopts reads the annotations when a command runs
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter, Token

from teachback import __version__

USAGE = 2
STANDARD_INPUT = "<standard input>"
"""What a lone - becomes: the parser would take it for an option."""
app = App(
    name="teachback",
    help=(
        "Turn caregiver-training sessions into coded, priced and explained Medicare lines, and lines into claims.\n\n"
        "Exit status of commands that read rows: 0 all read, 1 some refused, 2 nothing read or wrong usage."
    ),
    version=__version__,
    result_action="return_value",
    help_format="plaintext",
)


def whole_number(_type: object, tokens: Sequence[Token]) -> int:
    """A whole number as it was typed: 44.6 minutes are not 45."""
    text = tokens[0].value
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise ValueError(f"{text} is not a whole number")
    return int(text)


Whole = Annotated[int, Parameter(converter=whole_number)]


def main() -> None:
    """Run a command and leave with its exit status; no traceback reaches a user."""
    if sys.stdout is None:
        sys.exit(USAGE)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command that the arguments name, and return its exit status."""
    try:
        tokens = [STANDARD_INPUT if argument == "-" else argument for argument in arguments]
        status = app(tokens, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        command = f" {arguments[0]}" if arguments and arguments[0] in set(app) else ""
        return complain(f"{error}\nTry: teachback{command} --help")
    except KeyboardInterrupt:
        return complain("stopped")
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        return complain(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))
    except Exception as error:
        if os.environ.get("TEACHBACK_TRACEBACK"):
            raise
        return complain(
            f"a fault of Teachback's own stopped this ({type(error).__name__}); your files are unchanged. "
            "Please report it, without patient data; TEACHBACK_TRACEBACK=1 shows where it happened."
        )
    return status if isinstance(status, int) else 0


def printable(text: str) -> str:
    """The text without characters that would steer a terminal or turn the reading direction."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\u{ord(c):04x}" for c in text)


def complain(message: str) -> int:
    """Say what is wrong on standard error; the status of wrong usage."""
    print(f"teachback: {printable(message)}", file=sys.stderr)
    return USAGE


# Commands register themselves with the app above, so they are imported below it.
from teachback.cli import books as _books  # noqa: E402
from teachback.cli import claims as _claims  # noqa: E402
from teachback.cli import corrections as _corrections  # noqa: E402
from teachback.cli import money as _money  # noqa: E402
from teachback.cli import sessions as _sessions  # noqa: E402
from teachback.cli import settlements as _settlements  # noqa: E402

_DECLARED = (_sessions, _claims, _corrections, _money, _settlements, _books)
