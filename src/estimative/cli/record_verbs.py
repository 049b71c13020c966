"""The verbs about track records: they read tables of past forecasts, no scenario."""

import os
from pathlib import Path
from typing import Annotated

import typer

from estimative.cli.asking import AsCsv, AsJson, check_form, refusing
from estimative.output import print_answer, print_csv, print_json, say


def backtest(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A table of past forecasts, .csv or .xlsx.")
    ],
    history: Annotated[
        Path | None,
        typer.Option(metavar="EARLIER", help="A table of questions known beforehand."),
    ] = None,
    method: Annotated[
        str,
        typer.Option(metavar="METHOD", help="default, learned, the name of a pool, or model:NAME."),
    ] = "default",
    min_experts: Annotated[
        int, typer.Option(min=1, help="Leave out questions of fewer experts.")
    ] = 5,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same numbers.")] = 1,
    plot: Annotated[
        Path | None,
        typer.Option(
            "--plot", "-o", metavar="FILE", help="Also draw a .png, .svg, .pdf or .pptx file."
        ),
    ] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Score a method on past questions, beside every pool.

    Each question is answered from what was resolved strictly before it was asked, on the day of its
    first forecast.
    """
    from estimative.backtesting import backtest as compute
    from estimative.backtesting import check_method

    check_form(as_json, as_csv)
    with refusing("--method"):
        check_method(method)
    if plot is not None:
        from estimative.exporting import KINDS

        if plot.suffix.lower() not in KINDS:
            meant = f"'{plot}' must end in one of {', '.join(KINDS)}"
            raise typer.BadParameter(meant, param_hint="--plot")
    found = compute(
        file, method=method, history=history, min_experts=min_experts, seed=seed, tell=say
    )
    if plot is not None:
        import matplotlib

        matplotlib.use("agg")
        from estimative import plots
        from estimative.exporting import export

        say(f"drew {export(plots.backtest(found), plot)}")
    if as_json:
        print_json(found.to_dict())
    elif as_csv:
        print_csv([row | row.pop("pools") for row in found.records()])
    else:
        print_answer(found)


def learn_weights(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SOURCE",
            help="A table of past forecasts, .csv or .xlsx, or a folder of a workspace.",
        ),
    ],
    save: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Also write it where scenarios can take it by name."),
    ] = None,
    interval: Annotated[
        float, typer.Option(metavar="MASS", help="Of the central intervals, such as 0.9.")
    ] = 0.9,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same numbers.")] = 1,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Learn from resolved questions how much each expert is to weigh.

    What it finds are proposals: no scenario is changed, not even by --save.
    """
    from estimative.learning import check_interval
    from estimative.learning import learn_weights as compute
    from estimative.record_files import check_name

    check_form(as_json, as_csv)
    with refusing("--interval"):
        check_interval(interval)
    if save is not None:
        with refusing("--save"):
            check_name(save)
    found = compute(source, seed=seed, interval=interval, tell=say)
    if save is not None:
        file = os.path.relpath(found.save(save))
        say(f"wrote {file}; a scenario takes it with `track_record: {save}`")
    if as_json:
        print_json(found.to_dict())
    else:
        print_answer(found, as_csv=as_csv)
