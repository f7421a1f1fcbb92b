"""The command line: one file a command, output in ``output``. A command imports most of what it needs when it runs."""

from __future__ import annotations

from typing import Annotated

from process.extras import needed_by

with needed_by("process.cli", "typer", extra="cli"):
    import typer

from process.cli import audit, case, check, demo, draw, run, scenarios, show, walk
from process.cli.options import PROGRAM
from process.cli.output.streams import say
from process.cli.usage import Command, Program

app = typer.Typer(
    name=PROGRAM,
    cls=Program,
    help="取消分期与人脸验证的流程。\n\n"
    "Cancelling an installment plan and its face verification.\n\n"
    "每个命令都可加 --lang zh 或 en；命令 --help 说明该命令。\n\n"
    "Every command takes --lang zh or en; COMMAND --help describes the command.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _print_version(asked: bool) -> None:
    if asked:
        import platform
        from importlib.metadata import version

        from process.model import MODEL_VERSION

        say(f"{PROGRAM} {version(PROGRAM)} (model {MODEL_VERSION}, Python {platform.python_version()})")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="显示版本。\n\nPrint the version.")
    ] = False,
) -> None:
    """Options of the program itself."""


for _name, _run, _help in (
    ("demo", demo.play_demo, "先看三个示例 · Three worked examples: run this first."),
    ("run", run.run_file, "按文件中的事件办理 · Replay a file of events."),
    ("walk", walk.walk_case, "逐步办理一次 · Step through a case by hand."),
    ("show", show.show_model, "列出模型 · Print the model: states, events, transitions."),
    ("draw", draw.draw_flow, "画出流程图 · Draw the flow."),
    ("check", check.check_model, "验证全部要求 · Verify the requirements."),
    ("audit", audit.audit_log, "审计事件日志 · Audit an event log against the model."),
    ("scenarios", scenarios.list_scenarios, "列出最少的测试路径 · Print a minimal set of scenarios."),
):
    app.command(_name, cls=Command, short_help=_help)(_run)
app.add_typer(case.app, name="case", short_help="保存在数据库中的办理 · Cases stored in a database.")
