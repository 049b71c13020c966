"""What an expert is told before he answers, and the words that he may choose from."""

from collections.abc import Mapping

from estimative.lexicon import read_lexicon, read_table
from estimative.scenario import Scenario
from estimative.sheets.tables import ANSWERS


def instructions(scenario: Scenario, head: Mapping[str, str], links: bool) -> list[str]:
    """Return what an expert is told before he answers.

    Parameters
    ----------
    scenario : Scenario
        What is asked.
    head : mapping of str to str
        What stands above the questions.
    links : bool
        Whether influences are asked for.

    Returns
    -------
    list of str
        Sentences; those that begin with a tab are subordinate.
    """
    lexicon = read_lexicon(scenario.lexicon)
    lines = [
        f"This sheet asks for your judgement as of {head['As of']}: what you would say with what"
        " was known by the end of that day.",
        "Answer by yourself. Please talk to nobody about the questions or your answers until all"
        " sheets are back: answers given independently are worth more than answers agreed upon.",
    ]
    if head["Round"] == "1":
        lines.append("You are shown no other answer and no forecast, so that none can lead you.")
    else:
        lines.append(
            "Column 'First round' shows how the answers of the first round were spread, without"
            " names. Change your answer if you see reason to, and keep it if you do not; either"
            " way, say why in column 'Reason'."
        )
    lines += [
        f"Fill in the yellow cells of the worksheet '{ANSWERS}'. Your name, and the day on which"
        " you answer, written year-month-day, stand above the table. Leave empty what you cannot"
        " judge: no answer is better than a guess out of politeness.",
        "Probability: a number in per cents, such as 4%, 35% or 80%. Read the definition first; it"
        " says what must be seen, and by whom. 0% and 100% leave no room for surprise and are not"
        " taken.",
        "Low and High, if you like: your 90% interval. Thinking longer, and knowing what your best"
        " colleagues know, you would still answer inside it nine times in ten.",
        "Words, if you prefer them to a number: choose from the list. They are read by"
        f" {lexicon.title}:",
        *(f"\t{_band(word, lexicon.ranges)}" for word in likelihood_words(scenario)),
    ]
    if links:
        lines.append(
            "The last rows ask what one thing does to another: choose in column 'Words' whether it"
            " raises or lowers the chance, and how strongly."
        )
    lines.append(
        "Reason and Source: a sentence on why, and what you rely on; both are kept with your"
        " answer."
    )
    lines.append(f"Please send the file back as it is, under any name (sheet {head['Sheet']}).")
    return lines


def likelihood_words(scenario: Scenario) -> list[str]:
    """Return the head words of the scenario's lexicon, bare certainty left out.

    Parameters
    ----------
    scenario : Scenario
        Chooses the lexicon.

    Returns
    -------
    list of str
        From the least likely to the likeliest.
    """
    lexicon = read_lexicon(scenario.lexicon)
    certain = read_table("certainty")["phrases"]
    heads = dict.fromkeys(lexicon.headwords.values())
    return sorted(
        (word for word in heads if word not in certain), key=lambda w: lexicon.meaning(w).mean
    )


def _band(word: str, ranges: Mapping[str, tuple[float, float]]) -> str:
    if word not in ranges:
        return word
    low, high = ranges[word]
    return f"{word}: {100 * low:g} to {100 * high:g}%"


def strength_words() -> list[str]:
    """Return the words for what a link does.

    Returns
    -------
    list of str
        From what raises most to what lowers most.
    """
    table = read_table("strengths")["influence"]
    return sorted(table, key=lambda word: -float(table[word]["mean"]))
