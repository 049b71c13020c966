"""What all pictures share: colours, a pen, room to draw in, and the caption that travels with it.

A picture is planned in inches at full type size and then fitted to the axes it is given, so words
neither overlap nor leave the axes, however small these are; matplotlib's own settings stay as they
are. The colours are those of `estimative.mplstyle`, which a user's own pictures may follow too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib import rc_params_from_file
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from estimative.forecasting import Forecast
from estimative.plots.fonts import families, warn_of_boxes
from estimative.plots.lettering import (
    BODY,
    SMALL,
    SPACING,
    TIED,
    TITLES,
    balance,
    text_size,
    tidy,
    unturned,
    wrap,
)
from estimative.results import mass
from estimative.scenario import Scenario

SLIDE = (40 / 3, 7.5)  # inches, 16:9
SHEET = rc_params_from_file(
    Path(__file__).with_name("estimative.mplstyle"), use_default_template=False
)
INK, QUIET, HAIR = (str(SHEET[key]) for key in ("text.color", "xtick.color", "grid.color"))
BLUE, ORANGE, MIDDLE_BLUE, *_ = map(str, SHEET["axes.prop_cycle"].by_key()["color"])
# of large areas only, each as light as the other
PALE_BLUE, PALE_ORANGE, FAINT = "#8fc1e3", "#f5c4a3", "#eef1f4"
MARGIN = 0.35  # inches at the edge of a picture
ZOOM = 1.02  # step by which type gives way until everything fits
MOST_STEPS = 200  # fifty times as wide: nothing could be read, but nothing breaks either
LARGEST = ZOOM**13  # factor by which type grows where there is room
How = dict[str, Any]  # what matplotlib takes as keywords


@dataclass(frozen=True)
class Caption:
    """What a picture says in words; it travels with the axes, so that an export can print it.

    Attributes
    ----------
    title : str
        The headline.
    footer : str
        The line at the bottom.
    record : str or None
        Id of the forecast shown.
    alt : str
        The picture's content for those who cannot see it.
    """

    title: str
    footer: str
    record: str | None
    alt: str


@dataclass(frozen=True)
class Lines:
    """Title, subtitle and footer, wrapped, and where they stand in inches from the top."""

    width: float
    height: float
    title: str
    title_size: float
    subtitle: str
    footer: str
    title_top: float
    subtitle_top: float
    footer_top: float
    body_top: float
    body_bottom: float


@dataclass(frozen=True)
class Pen:
    """Axes, and the factor by which type and strokes are set larger or smaller on them."""

    ax: Axes
    scale: float

    def write(self, x: float, y: float, text: str, size: float = SMALL, **how: Any) -> None:  # noqa: ANN401
        """Write a text.

        Parameters
        ----------
        x, y : float
            Data coordinates, of its left edge and its middle unless told otherwise.
        text : str
            Wrapped already.
        size : float
            Points, at full type size.
        **how
            As `Axes.text` takes it.
        """
        usual: How = {"color": INK, "va": "center", "linespacing": SPACING}
        text = unturned(text)
        usual["family"] = families(text)
        self.ax.text(x, y, text, fontsize=size * self.scale, **usual | how)

    def dot(self, x: float, y: float, size: float, **how: Any) -> None:  # noqa: ANN401
        """Draw a dot.

        Parameters
        ----------
        x, y : float
            Data coordinates.
        size : float
            Width in points, at full type size.
        **how
            As `Axes.scatter` takes it.
        """
        self.ax.scatter([x], [y], s=(size * self.scale) ** 2, **how)

    def rules(self, heights: Sequence[float], left: float, right: float) -> None:
        """Draw hairlines across.

        Parameters
        ----------
        heights : sequence of float
            How far down, in data coordinates.
        left, right : float
            Their ends, in data coordinates.
        """
        width = 0.8 * self.scale
        self.ax.hlines(heights, left, right, color=HAIR, linewidth=width, zorder=0.5, gid="rule")


def attach(ax: Axes, caption: Caption) -> None:
    """Let axes carry a caption.

    Parameters
    ----------
    ax : Axes
        What carries it; a caption it had is replaced.
    caption : Caption
        The picture in words.
    """
    vars(ax)["estimative"] = caption


def caption_of(ax: Axes) -> Caption | None:
    """Return the caption that axes carry, if they are one of our pictures.

    Parameters
    ----------
    ax : Axes
        Any axes.

    Returns
    -------
    Caption or None
        What `attach` gave them; None if nothing.
    """
    found = vars(ax).get("estimative")
    return found if isinstance(found, Caption) else None


def footer(subject: Forecast | Scenario) -> str:
    """Return the line that stands under a picture: where its numbers are from.

    Parameters
    ----------
    subject : Forecast or Scenario
        What is shown.

    Returns
    -------
    str
        Sentences.
    """
    scenario = subject if isinstance(subject, Scenario) else subject.scenario
    parts = [f"Scenario {scenario.slug}, as of {scenario.date}"]
    if isinstance(subject, Forecast):
        parts += [f"Intervals: central {mass(subject.interval)}", f"Record {subject.record}"]
        parts += ["NOT CONVERGED"] * bool(subject.belief.failed)
    if scenario.hindsight:
        parts.append("With hindsight: coded after its window had closed")
    return ". ".join(parts) + "."


def fit(ax: Axes | None, fits: Callable[[float, float], bool]) -> tuple[Pen, float, float]:
    """Return a pen on axes with room for a picture, and that room.

    Parameters
    ----------
    ax : Axes or None
        The axes to use; None makes a 16:9 figure of its own, larger than a slide if it must be.
    fits : callable
        Told width and height in inches, says whether everything fits at full type size.

    Returns
    -------
    tuple of Pen and two float
        The pen; width and height in inches at full type size.
    """
    if ax is None:
        import matplotlib.pyplot as plt

        width, height = _grown(SLIDE[0] / LARGEST, SLIDE[1] / LARGEST, fits)
        size = max(width, SLIDE[0])
        figure = plt.figure(figsize=(size, size * height / width), facecolor="white")
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set_axis_off()
        return Pen(ax, size / width), width, height
    root = ax.get_figure(root=True)
    assert root is not None
    ax.set_axis_off()
    engine = root.get_layout_engine()
    if engine is not None:
        engine.execute(root)
        # type is fitted to this room, so a later layout must not change it
        ax.set_position(ax.get_position())
    box = ax.get_window_extent()
    wide, high = box.width / root.dpi, box.height / root.dpi
    scale = min(LARGEST, wide / (0.6 * SLIDE[0]))
    width, height = _grown(wide / scale, high / scale, fits)
    return Pen(ax, wide / width), width, height


def lay_out(title: str, subtitle: str, footer: str, width: float, height: float) -> Lines:
    """Return the words around a picture, wrapped, and the room that they leave.

    Parameters
    ----------
    title, subtitle, footer : str
        The words.
    width, height : float
        Of the picture, in inches.

    Returns
    -------
    Lines
        What to write where.
    """
    room = width - 2 * MARGIN
    few = (s for s in TITLES if wrap(title, room, s, "bold").count("\n") < 2)
    size = next(few, TITLES[-1])
    title, subtitle = balance(title, room, size, "bold"), tidy(subtitle, room, BODY)
    footer = tidy(footer.replace("Record ", f"Record{TIED}"), room, SMALL)
    title_top = 0.8 * MARGIN
    subtitle_top = title_top + text_size(title, size, "bold", 1.1)[1] + 0.08
    footer_top = height - 0.6 * MARGIN - text_size(footer, SMALL)[1]
    body_top = subtitle_top + text_size(subtitle, BODY)[1] + 0.12
    tops = (title_top, subtitle_top, footer_top, body_top, footer_top - 0.12)
    return Lines(width, height, title, size, subtitle, footer, *tops)


def finish(pen: Pen, caption: Caption, lines: Lines) -> Axes:
    """Write title, subtitle and footer, and let the axes carry the caption.

    Parameters
    ----------
    pen : Pen
        On the axes.
    caption : Caption
        What they are to carry.
    lines : Lines
        The same in lines.

    Returns
    -------
    Axes
        The axes.
    """

    def put(top: float, text: str, size: float, **how: Any) -> None:  # noqa: ANN401
        """Write a text at the left margin.

        Parameters
        ----------
        top : float
            Inches from the top, at full type size.
        text : str
            Wrapped already.
        size : float
            Points, at full type size.
        **how
            As `Axes.text` takes it.
        """
        place = MARGIN / lines.width, 1 - top / lines.height
        pen.write(*place, text, size, transform=pen.ax.transAxes, va="top", **how)

    bold = {"fontweight": "bold", "linespacing": 1.1, "gid": "estimative-title"}
    put(lines.title_top, lines.title, lines.title_size, **bold)
    put(lines.subtitle_top, lines.subtitle, BODY, color=QUIET)
    put(lines.footer_top, lines.footer, SMALL, color=QUIET, gid="estimative-footer")
    attach(pen.ax, caption)
    warn_of_boxes(text.get_text() for text in pen.ax.texts)
    for artist in artists(pen.ax):
        artist.set_in_layout(False)  # all stands inside the axes, so no layout need make room
    return pen.ax


def artists(ax: Axes) -> list[Artist]:
    """Return what is drawn on axes.

    Parameters
    ----------
    ax : Axes
        Any axes.

    Returns
    -------
    list of Artist
        Texts, lines, patches and collections, kind by kind.
    """
    return [*ax.texts, *ax.lines, *ax.patches, *ax.collections]


def share_out(needs: Sequence[float], room: float, most: float) -> tuple[float, ...]:
    """Return heights that fill a room as evenly as their needs allow; none if it is too small.

    Parameters
    ----------
    needs : sequence of float
        What each needs at least.
    room : float
        For all.
    most : float
        To which height one grows that needs less.

    Returns
    -------
    tuple of float
        Heights, in the unit of the needs.
    """
    if not needs or sum(needs) > room:
        return ()
    level = min(most, room / len(needs))
    while sum(max(level, need) for need in needs) > room + 1e-9:
        high = [need for need in needs if need > level]
        level = (room - sum(high)) / (len(needs) - len(high))
    return tuple(max(level, need) for need in needs)


def _grown(
    width: float, height: float, fits: Callable[[float, float], bool]
) -> tuple[float, float]:
    """Return the first size, growing in proportion, at which everything fits."""

    def grown(steps: int) -> tuple[float, float]:
        """Return the size after so many steps.

        Parameters
        ----------
        steps : int
            How many.

        Returns
        -------
        tuple of two float
            Inches.
        """
        return ZOOM**steps * width, ZOOM**steps * height

    too_few, enough = -1, 0
    while not fits(*grown(enough)):
        if enough == MOST_STEPS:
            raise ValueError("there is more to draw than any picture holds; draw a part of it")
        too_few, enough = enough, min(2 * enough + 1, MOST_STEPS)
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if fits(*grown(middle)) else (middle, enough)
    return grown(enough)
