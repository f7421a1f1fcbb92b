"""``python -m process``: the command line. Needs the extra ``cli``."""

from __future__ import annotations

import sys


def main() -> None:
    try:
        from process.cli import app
    except ModuleNotFoundError as error:
        sys.exit(str(error))
    app()


if __name__ == "__main__":
    main()
