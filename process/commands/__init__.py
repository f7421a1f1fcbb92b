"""The command line: one command a file. What a command needs beyond the model it imports when it runs."""

from __future__ import annotations

import typer

from process.commands import case, check, demo, draw, run, show, trips, walk

app = typer.Typer(
    name="process",
    help="取消分期与人脸验证的流程 · Cancelling an installment plan and its face verification.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("walk")(walk.walk)
app.command("show")(show.show)
app.command("draw")(draw.draw)
app.command("check")(check.check)
app.command("trips")(trips.trips)
app.add_typer(case.app, name="case")
