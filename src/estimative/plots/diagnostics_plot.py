"""Whether sampling can be trusted: R-hat and effective draws of everything, ranks of the worst.

ArviZ computes and draws; the limits are those of the convergence gate (`Belief.failed`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from estimative.days import long_date
from estimative.forecasting import Forecast
from estimative.plots import style
from estimative.plots.abridging import short
from estimative.plots.fonts import BUNDLED
from estimative.plots.lettering import BODY, SMALL, settings
from estimative.plots.style import MARGIN, QUIET, Caption, How, Lines, Pen

if TYPE_CHECKING:
    import xarray as xr

LEAST_WIDTH, LEAST_HEIGHT = 3.4, 0.8  # inches of a panel
LEFT, GUTTER, HEAD, TICKS = 0.62, 0.35, 0.32, 0.42  # inches
LIMITS = {"rhat_rank": 1.01, "ess_bulk": 400.0, "ess_tail": 400.0}
RANKS = "ranks"


@dataclass(frozen=True)
class Plan:
    """Four panels, two by two, in inches from the left and from the top."""

    lines: Lines

    @property
    def panel(self) -> tuple[float, float]:
        """Width and height of a panel."""
        wide = (self.lines.width - 2 * MARGIN - GUTTER) / 2 - LEFT
        tall = (self.lines.body_bottom - self.lines.body_top) / 2 - HEAD - TICKS
        return wide, tall

    @property
    def fits(self) -> bool:
        """Whether the panels can be read at full type size."""
        return self.panel[0] >= LEAST_WIDTH and self.panel[1] >= LEAST_HEIGHT

    def corner(self, number: int) -> tuple[float, float]:
        """Return the upper left corner of a panel.

        Parameters
        ----------
        number : int
            From 0 to 3, along the rows.

        Returns
        -------
        tuple of two float
            Inches.
        """
        row, column = divmod(number, 2)
        wide, tall = self.panel
        left = MARGIN + LEFT + column * (wide + LEFT + GUTTER)
        return left, self.lines.body_top + HEAD + row * (tall + HEAD + TICKS)


def diagnostics(forecast: Forecast, ax: Axes | None = None) -> Axes:
    """Draw R-hat and effective draws of all that was sampled, and how chains rank the worst of it.

    Parameters
    ----------
    forecast : Forecast
        What `estimative.forecast` returns.
    ax : Axes, optional
        Where to draw; default a new 16:9 figure.

    Returns
    -------
    Axes
        The axes given, or new ones; its four panels are axes within them. Along x and y stand
        inches from the left and from the top, at full type size.
    """
    draws, words = _draws(forecast), _words(forecast)
    with settings():
        pen, width, height = style.fit(ax, lambda w, h: Plan(style.lay_out(*words, w, h)).fits)
        plan = Plan(style.lay_out(*words, width, height))
        pen.ax.set(xlim=(0, width), ylim=(height, 0), autoscale_on=False)
        worst, heads = _draw_panels(pen, plan, draws)
        for i, head in enumerate(heads):
            left, top = plan.corner(i)
            pen.write(left - LEFT, top - 0.12, head, BODY, fontweight="bold", va="bottom")
        # marks how far the panels reach, for whoever crops the picture to what is drawn on it
        pen.ax.plot([MARGIN, width - 0.4 * MARGIN], [plan.lines.body_bottom] * 2, linewidth=0)
        alt = f"{words[0]}. {words[1]} Worst: {worst}."
        caption = Caption(words[0], words[2], forecast.record, alt)
        return style.finish(pen, caption, plan.lines)


def _words(forecast: Forecast) -> tuple[str, str, str]:
    """Return title, subtitle and footer."""
    found, failed = forecast.belief.diagnostics, forecast.belief.failed
    title = f"NOT CONVERGED: {failed[0]}" if failed else "Converged"
    if not failed:
        diverged = found["divergences"]
        title += (
            f": R-hat at most {found['rhat']:.3f}, at least"
            f" {min(found['ess_bulk'], found['ess_tail']):,.0f} effective draws,"
            f" {f'{diverged:.1%} diverge' if diverged else 'none diverges'}"
        )
    subtitle = (
        f"{found['chains']} chains of {found['draws']:,} draws; as of"
        f" {long_date(forecast.as_of)}. Curve: the share of all sampled quantities below a"
        " value; dashed: the limit. Ranks: one line a chain; inside the band, chains agree."
    )
    return short(title, 150), subtitle, style.footer(forecast)


def _draws(forecast: Forecast) -> "xr.DataArray":
    """Return everything that was sampled and varies, each under its name: chain, draw, quantity."""
    import xarray as xr

    belief, design = forecast.belief, forecast.given.parameters
    known = {"base": design.base_names, "influence": design.influence_names}
    names, columns = [], []
    for variable, values in (belief.posterior or {"cpt": belief.tables}).items():
        flat = values.reshape(len(values), -1)
        said = known.get(variable, ())
        for i in np.flatnonzero(flat.std(axis=0) > 0):
            label = said[i] if len(said) == flat.shape[1] else f"{variable} {i + 1}"
            names.append(f"influence {label}" if variable == "influence" else label)
            columns.append(flat[:, i])
    chains = int(belief.diagnostics["chains"])
    stack = np.stack(columns, axis=-1).reshape(chains, -1, len(columns))
    return xr.DataArray(
        stack, dims=("chain", "draw", "quantity"), coords={"quantity": names}, name=RANKS
    )


def _draw_panels(pen: Pen, plan: Plan, draws: "xr.DataArray") -> tuple[str, list[str]]:
    """Draw the four panels; return the worst quantity and what stands over each panel."""
    from arviz_plots import PlotCollection, plot_convergence_dist, plot_rank

    data = draws.to_dataset()
    rhat = data.azstats.rhat()[RANKS]
    worst = str(draws.quantity.values[int(np.nan_to_num(rhat.values).argmax())])
    axes = [_panel(pen, plan, i) for i in range(4)]
    line: How = {"color": style.BLUE, "width": 2.2 * pen.scale}
    limit: How = {"color": style.ORANGE, "alpha": 1, "width": 1.6 * pen.scale}
    named = dict(zip(LIMITS, axes, strict=False))
    plot_convergence_dist(
        data,
        diagnostics=list(LIMITS),
        plot_collection=PlotCollection(data, _tree(pen, named), backend="matplotlib"),
        visuals={"dist": line, "ref_line": limit, "title": False, "remove_axis": False},
    )
    for name, panel in named.items():
        low, high = panel.dataLim.intervalx
        edges = min(low, LIMITS[name]), max(high, LIMITS[name])
        spare = 0.06 * (edges[1] - edges[0])
        panel.set(xlim=(edges[0] - spare, edges[1] + spare), ylim=(0, 1.02))
        panel.set_yticks((0, 0.5, 1), ("0%", "50%", "100%"))
        panel.xaxis.set_major_locator(MaxNLocator(4))
        panel.xaxis.set_major_formatter("{x:.3f}" if name == "rhat_rank" else "{x:,.0f}")
    one = draws.sel(quantity=worst).drop_vars("quantity").to_dataset()
    chains = [style.BLUE, style.ORANGE, style.MIDDLE_BLUE, QUIET]
    colours = {"color": [chains[i % len(chains)] for i in range(one.sizes["chain"])]}
    plot_rank(
        one,
        method="envelope",
        envelope_prob=0.99,
        plot_collection=PlotCollection(
            one, _tree(pen, {RANKS: axes[3]}), backend="matplotlib",
            aes={"color": ["chain"], "overlay": ["chain"]}, **colours,
        ),
        visuals={
            "ecdf_lines": {"width": 1.6 * pen.scale},
            "credible_interval": {"color": style.PALE_BLUE, "alpha": 0.5},
            "xlabel": False,
            "title": False,
            "remove_axis": False,
        },
    )  # fmt: skip
    axes[3].set_xticks((0, 0.5, 1), ("lowest", "ranks", "highest"))
    for panel in axes:
        _dress(panel, pen)
    count = draws.sizes["quantity"]
    heads = [
        f"R-hat of {count} quantities",
        "Effective draws, bulk",
        "Effective draws, tail",
        f"Ranks of the worst: {short(worst, 40)}",
    ]
    return worst, heads


def _panel(pen: Pen, plan: Plan, number: int) -> Axes:
    """Return axes within the axes, at the place of a panel."""
    (left, top), (wide, tall) = plan.corner(number), plan.panel
    width, height = plan.lines.width, plan.lines.height
    place = left / width, 1 - (top + tall) / height, wide / width, tall / height
    panel = pen.ax.inset_axes(place)
    panel.set_in_layout(False)  # as all that stands inside the axes
    return panel


def _tree(pen: Pen, axes: Mapping[str, Axes]) -> Any:  # noqa: ANN401 - as ArviZ takes it
    """Return the axes in the form in which ArviZ looks them up, by variable."""
    import xarray as xr

    def held(thing: object) -> Any:  # noqa: ANN401 - an array without axes
        holder = np.empty((), dtype=object)
        holder[()] = thing
        return holder

    found = xr.Dataset({name: ((), held(panel)) for name, panel in axes.items()})
    root = xr.Dataset({"figure": ((), held(pen.ax.get_figure(root=True)))})
    return xr.DataTree(root, children={"plot": xr.DataTree(found)})


def _dress(panel: Axes, pen: Pen) -> None:
    """Give a panel the look of the others: few, quiet lines, and type of the right size."""
    panel.set(xlabel="", ylabel="", facecolor="none")
    panel.spines[["top", "right"]].set_visible(False)
    panel.spines[["left", "bottom"]].set(color=QUIET, linewidth=0.8 * pen.scale)
    size = SMALL * pen.scale
    panel.tick_params(
        labelsize=size, labelfontfamily=BUNDLED, labelcolor=QUIET, color=QUIET,
        width=0.8 * pen.scale, length=3.5 * pen.scale, pad=3 * pen.scale, which="both",
    )  # fmt: skip
    panel.tick_params(axis="x", pad=7 * pen.scale)  # clear of the lowest label on the other axis
    panel.grid(axis="y", color=style.HAIR, linewidth=0.8 * pen.scale)
