"""The command line: one command a file. What a command needs beyond the model it imports when it runs."""

from __future__ import annotations

import typer

from process.cli import case, check, demo, draw, run, show, trips, walk
from process.cli.usage import Program

app = typer.Typer(
    name="process",
    cls=Program,
    help="取消分期与人脸验证的流程。每个命令都可加 --lang zh 或 en。\n\n"
    "Cancelling an installment plan and its face verification. Every command takes --lang zh or en.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo", short_help="先看三次真实办理 · Three real trips: run this first.")(demo.demo)
app.command("run", short_help="按文件中的事件办理 · Run the cases of a file on its events.")(run.run)
app.command("walk", short_help="逐步办理一次 · Step through a case by hand.")(walk.walk)
app.command("show", short_help="列出模型 · Print the model: states, events, transitions.")(show.show)
app.command("draw", short_help="画出流程图 · Draw the flow.")(draw.draw)
app.command("check", short_help="验证全部要求 · Prove the requirements.")(check.check)
app.command("trips", short_help="列出办理路径 · List trips through the process.")(trips.trips)
app.add_typer(case.app, name="case", short_help="保存在数据库中的办理 · Cases kept in a database.")
