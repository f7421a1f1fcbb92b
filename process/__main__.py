"""``python -m process``: the command line. Needs the extra ``cli``."""

from __future__ import annotations

import sys


def main() -> None:
    try:
        from process.cli import app
    except ModuleNotFoundError as error:
        if error.name not in ("typer", "rich", "click"):
            raise
        sys.exit('The command line needs one more package: pip install "installment-cancellation[cli]"')
    app()


if __name__ == "__main__":
    main()
