"""What an answer owes to defaults: how far it would move if what nobody stated were otherwise."""

import numpy as np

from estimative.belief import Belief
from estimative.elicitation import Elicitation
from estimative.network.junction_tree import Floats
from estimative.scenario import Scenario
from estimative.speakers import stated_parameters
from estimative.weighted_draws import moved_means


def default_moves(
    scenario: Scenario, given: Elicitation, belief: Belief, weights: Floats, states: Floats
) -> dict[str, tuple[Floats, Floats]]:
    """Return the moves of all probabilities if one unstated thing were half a prior sd off.

    Each default parameter's prior is moved by half its sd, one at a time, by reweighting.

    Parameters
    ----------
    scenario, given, belief
        What the forecast rests on.
    weights : array of float, shape (D,)
        The weight of each draw.
    states : array of float, shape (D, states of all nodes)
        Probabilities.

    Returns
    -------
    dict of str to tuple of two arrays of float, each of shape (states of all nodes,)
        Moves, in probability, and their Monte Carlo standard errors, by the parameter's name
        (`node` or `cause -> effect`).
    """
    if not {"base", "influence"} <= belief.posterior.keys():
        return {}
    base, influence = stated_parameters(scenario, given)
    design = given.parameters
    names = [*np.array(design.base_names)[~base], *np.array(design.influence_names)[~influence]]
    scaled = np.concatenate(
        [
            (belief.posterior["base"] / given.base_sd)[:, ~base],
            (belief.posterior["influence"] / design.influence_sd)[:, ~influence],
        ],
        axis=1,
    )
    tilted = weights[:, None] * np.exp(scaled / 2)
    tilted /= tilted.sum(axis=0)
    moved = zip(*moved_means(tilted.T, weights, states), strict=True)
    return dict(zip(map(str, names), moved, strict=True))


def reliance_on_defaults(
    scenario: Scenario, given: Elicitation, belief: Belief, weights: Floats, states: Floats
) -> Floats:
    """Return how far probabilities would move if all that nobody stated were half a prior sd off.

    Parameters
    ----------
    scenario, given, belief, weights, states
        As in `default_moves`.

    Returns
    -------
    array of float, shape (states of all nodes,)
        Moves, in probability, added in squares, as if the defaults were off independently, less
        what is Monte Carlo error.
    """
    moves = default_moves(scenario, given, belief, weights, states).values()
    squares = sum((move**2 - error**2 for move, error in moves), np.zeros(states.shape[1]))
    return np.sqrt(np.maximum(squares, 0.0))
