from __future__ import annotations

import typer

app = typer.Typer()


@app.command("open")
def open_case() -> None:
    raise NotImplementedError
