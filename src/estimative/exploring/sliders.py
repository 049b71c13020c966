"""Weights of statements under one's fingers: what follows from stored draws, at once.

`tests/unit/test_sensitivity.py` moves them without a browser.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from estimative.exploring.moves import Gauge, Move
from estimative.results import percent, tenths
from estimative.reweighting import Reweighting

if TYPE_CHECKING:
    from ipywidgets import Widget

STEP, MOST = 0.05, 2.0  # of a slider, in multiples of the weight that was given


class Mixer:
    """An outcome's probability under other weights of statements.

    Parameters
    ----------
    reweighting : Reweighting
        The draws.
    gauge : Gauge
        The outcome.
    """

    def __init__(self, reweighting: Reweighting, gauge: Gauge) -> None:
        self.reweighting, self.gauge = reweighting, gauge

    def move(self, factors: Mapping[str, float]) -> Move:
        """Return the move if weights were multiplied.

        Parameters
        ----------
        factors : mapping of str to float
            By the statement's id; 0 takes it out, 1 leaves it.

        Returns
        -------
        Move
            By reweighting.
        """
        said = self.reweighting.scenario.statements
        changed = {}
        for name, factor in factors.items():
            weight = factor * said[name].weight
            changed[name] = said[name].model_copy(update={"weight": weight}) if factor else None
        return self.gauge.move(self.reweighting.log_ratio(self.reweighting.retold(changed)))


def mixing_desk(mixer: Mixer, title: str, labels: Mapping[str, str]) -> "Widget":
    """Return a slider a statement, and below them the chance that follows.

    Parameters
    ----------
    mixer : Mixer
        Computes it.
    title : str
        The outcome's.
    labels : mapping of str to str
        The statements, in words.

    Returns
    -------
    Widget
        To be the last line of a notebook's cell.

    Raises
    ------
    ImportError
        If ipywidgets is not installed.
    """
    try:
        import ipywidgets as widgets
    except ImportError as error:
        raise ImportError("sliders need ipywidgets: pip install 'estimative[notebook]'") from error

    answer = widgets.HTML()
    sliders = {
        name: widgets.FloatSlider(
            value=1.0,
            min=0.0,
            max=MOST,
            step=STEP,
            readout_format=".2f",
            description=label,
            style={"description_width": "34em"},
            layout={"width": "64em"},
        )
        for name, label in labels.items()
    }

    def show(_: Any = None) -> None:  # noqa: ANN401
        """Print the chance under the weights as they stand.

        Parameters
        ----------
        _ : object
            What a slider tells of its change; it does not matter.
        """
        found = mixer.move({name: s.value for name, s in sliders.items()})
        answer.value = written(found, mixer.gauge.now)

    for slider in sliders.values():
        slider.observe(show, names="value")
    show()
    head = widgets.HTML(f"<b>{title}</b><br>Weights, as multiples of those given.")
    return widgets.VBox([head, *sliders.values(), answer])


def written(found: Move, now: float) -> str:
    """Return a move in a sentence.

    Parameters
    ----------
    found : Move
        The move.
    now : float
        The probability from which it starts.

    Returns
    -------
    str
        Says when it is rough.
    """
    rough = "; rough: fit it anew with exact=True" if found.rough else ""
    return (
        f"{percent(now)} -> {percent(found.probability)} ({tenths(found.move)} points,"
        f" ± {100 * found.error:.1f}{rough})"
    )
