"""Days, durations, probabilities and ratios: the texts an analyst writes, turned into values once.

Each function takes one node of a file and returns its value, or raises a `Fault` that says what
came, what is allowed and the cure (tests/unit/test_reading.py, tests/unit/test_bad_inputs.py).
"""

import datetime as dt
import math
import re

from estimative.lexicon import diagnosticity
from estimative.names import did_you_mean
from estimative.news_items import Ratio
from estimative.reading._entries import Fault, described, entries_of, text
from estimative.reading._yaml_documents import Listing, Node, Scalar, Table, core_value
from estimative.statements import Chance

DAYS_IN = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}
"""Mean length of each unit of a duration, in days."""

LONGEST = 1000 * DAYS_IN["year"]

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})")
_YEAR_LAST = re.compile(r"\d{1,2}[-./]\d{1,2}[-./]\d{2,4}")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")
_AMOUNT = r"(\d+(?:\.\d*)?|\.\d+)"
_RANGE = re.compile(rf"{_AMOUNT}\s*(%?)\s*(?:-|–|—|to)\s*{_AMOUNT}\s*(%?)")
_CHANCE_FORMS = "70%, 0.7, a range such as 60-80%, or a phrase of the lexicon"


def day(node: Node) -> dt.date:
    """Read a day, written as 2023-09-13."""
    written = text(node)
    if _DAY.fullmatch(written):
        if written >= "3000":  # days are added to it later
            raise Fault(node, f"{written} is after the year 2999; mend it")
        try:
            return dt.date.fromisoformat(written)
        except ValueError:
            raise Fault(node, f"there is no day {written} in the calendar; mend it") from None
    cure = "write it as year-month-day, such as 2023-09-13"
    if (found := _YEAR_FIRST.fullmatch(written)) is not None:
        year, month, date = found.groups()
        raise Fault(node, f"'{written}' is written {year}-{month:0>2}-{date:0>2}")
    if _YEAR_LAST.fullmatch(written):
        raise Fault(node, f"'{written}' can be read as more than one day; {cure}")
    raise Fault(node, f"{described(node)} is not a day; {cure}")


def period(node: Node) -> tuple[dt.date, dt.date]:
    """Read a day, or two as `2023-09-07 to 2023-10-01`; both ends belong to it."""
    written = text(node)
    ends = [part.strip() for part in written.split(" to ")]
    if len(ends) > 2:
        raise Fault(node, f"'{written}' names more than two days; write 2023-09-07 to 2023-10-01")
    days = [day(Scalar(node.line, end, plain=True)) for end in ends]
    if days[0] > days[-1]:
        raise Fault(node, f"'{written}' ends before it starts; exchange the two days")
    return days[0], days[-1]


def duration(node: Node) -> float:
    """Read a duration in days, written as 90 days, 6 months or 1 year."""
    written = text(node)
    cure = "write a number and a unit, such as 90 days, 6 months or 1 year"
    found = _DURATION.fullmatch(written.lower())
    if found is None:
        raise Fault(node, f"{described(node)} is not a duration; {cure}")
    amount, unit = float(found[1]), found[2].removesuffix("s")
    if not unit:
        raise Fault(node, f"'{written}' has no unit; write {written} days, or months, or years")
    if unit not in DAYS_IN:
        hint = did_you_mean(found[2], [f"{name}s" for name in DAYS_IN])
        raise Fault(node, f"'{found[2]}' is not a unit of time{hint or '; ' + cure}")
    if (days := amount * DAYS_IN[unit]) > LONGEST:
        raise Fault(node, f"'{written}' is longer than a thousand years; mend it")
    return days


def length(node: Node) -> float:
    """Read a duration longer than nothing, in days."""
    days = duration(node)
    if days <= 0:
        raise Fault(node, f"'{text(node)}' is no time at all; write how long it is, such as 1 year")
    return days


def whole_days(node: Node) -> int:
    """Read a duration as a whole number of days."""
    return round(duration(node))


def number(node: Node, example: str = "0.5") -> float:
    """Read a finite number with a decimal point."""
    if isinstance(node, Scalar):
        value = core_value(node)
        if isinstance(value, int | float) and not isinstance(value, bool):
            if math.isfinite(value):
                return float(value)
            raise Fault(node, f"'{node.text}' is too large; write a number that can be meant")
        if node.text.lstrip("+-").lower() in (".inf", "inf", ".nan", "nan", "infinity"):
            raise Fault(node, f"'{node.text}' is not a finite number; write one that is")
        if re.fullmatch(r"[-+]?\d+,\d+", node.text):
            written = node.text.replace(",", ".")
            raise Fault(node, f"'{node.text}' has a decimal comma; write {written}")
        if not node.plain and re.fullmatch(r"[-+.\d]+", node.text):
            raise Fault(node, f"'{node.text}' in quotes is a text; write {node.text} without them")
    raise Fault(node, f"{described(node)} is not a number; write one such as {example}")


def count(node: Node) -> int:
    """Read a whole number, 0 or more."""
    value = number(node)
    if value != int(value) or value < 0:
        raise Fault(node, f"{described(node)} is not a count; write a whole number such as 0 or 5")
    return int(value)


def weight(node: Node) -> float:
    """Read a weight in [0, 1]."""
    value = number(node)
    if not 0 <= value <= 1:
        raise Fault(node, f"{described(node)} is outside 0 to 1; 1 counts in full, 0 as never said")
    return value


def chance(node: Node) -> Chance:
    """Read a probability; a phrase is not looked up here, as that needs the statement's lexicon."""
    written = text(node)
    found = _RANGE.fullmatch(written)
    if found is not None:
        return _range(node, written, found)
    bare = written.removesuffix("%").rstrip()
    if re.fullmatch(r"[-+]?\d+,\d+", bare):
        raise Fault(node, f"'{written}' has a decimal comma; write {written.replace(',', '.')}")
    try:
        value = float(bare)
    except ValueError:
        return _phrase(node, written)
    return Chance(written=written, point=_probability(node, value, written.endswith("%")))


def written_chance(written: str) -> Chance:
    """Return a probability as it would be read in a file.

    Parameters
    ----------
    written : str
        A number, a range or a phrase, which is not looked up here.

    Returns
    -------
    Chance
        The probability.

    Raises
    ------
    ValueError
        If it is none; the message says what is allowed.
    """
    try:
        return chance(Scalar(1, written, plain=True))
    except Fault as fault:
        raise ValueError(str(fault)) from None


def _phrase(node: Node, written: str) -> Chance:
    if re.search(r"\d|%", written):
        raise Fault(node, f"'{written}' is not a probability; write {_CHANCE_FORMS}")
    return Chance(written=written, phrase=" ".join(written.split()))


def _range(node: Node, written: str, found: re.Match[str]) -> Chance:
    first, first_sign, second, second_sign = found.groups()
    if first_sign and not second_sign:
        raise Fault(node, f"'{written}' has a % at one end only; write {first}-{second}%")
    percent = bool(second_sign)
    if not percent and 1 < float(second) <= 100:
        fractions = f"{float(first) / 100:g}-{float(second) / 100:g}"
        raise Fault(node, f"'{written}' is above 1; write {first}-{second}% or {fractions}")
    low, high = (_probability(node, float(end), percent) for end in (first, second))
    if low >= high:
        sign = "%" if percent else ""
        turned = f"{second}-{first}{sign}" if low > high else f"{first}{sign}"
        raise Fault(node, f"'{written}' does not run from low to high; write {turned}")
    return Chance(written=written, low=low, high=high)


def _probability(node: Node, value: float, percent: bool) -> float:
    """Check a number as a probability strictly between 0 and 1."""
    sign = "%" if percent else ""
    shown = f"{value:g}{sign}"
    if not math.isfinite(value):
        raise Fault(node, f"'{shown}' is not a probability; write {_CHANCE_FORMS}")
    probability = value / 100 if percent else value
    if 0 < probability < 1:
        return probability
    if probability in (0, 1):
        sure = "stated as fact" if probability else "denied as fact"
        cure = f"write '{sure}', or a number such as {'99%' if probability else '1%'}"
        raise Fault(node, f"{shown} would leave no doubt at all, whatever else is known; {cure}")
    if not percent and 1 < value <= 100:
        raise Fault(node, f"{shown} is above 1; write {shown}% or {value / 100:g}")
    raise Fault(node, f"{shown} is no probability; it lies between 0 and 1 (0% and 100%)")


def ratio(node: Node) -> Ratio:
    """Read how many times likelier a report is if the state holds than if it does not."""
    if isinstance(node, Table):
        return _ratio_of_chances(node)
    if isinstance(node, Listing):
        if len(node.items) != 3:
            raise Fault(node, f"{len(node.items)} numbers; write three: [low, best, high]")
        low, best, high = (number(item, "4") for item in node.items)
        return _ratio(node, f"[{low:g}, {best:g}, {high:g}]", low, best, high)
    if isinstance(core_value(node), int | float) or re.match(r"[-+.\d]", node.text):
        value = number(node, "4, or [2, 4, 8]")
        return _ratio(node, f"{value:g}", value, value, value)
    try:
        return _ratio(node, text(node), *diagnosticity(text(node)))
    except ValueError as error:
        cure = "; or write a number such as 6, or [3, 6, 12], or {if_true: 60%, if_false: 10%}"
        raise Fault(node, f"{error}{cure}") from None


def _ratio(node: Node, written: str, low: float, best: float, high: float) -> Ratio:
    if min(low, best, high) <= 0:
        raise Fault(node, f"{written}: a ratio is above 0; a report that says nothing has 1")
    if not low <= best <= high:
        raise Fault(node, f"{written} does not rise; write [low, best, high]")
    if best < 1:
        cure = f"favour the other state, with {1 / best:.3g}"
        raise Fault(node, f"{written} is below 1, so the report speaks against the state; {cure}")
    return Ratio(written=written, low=low, best=best, high=high)


def _ratio_of_chances(node: Table) -> Ratio:
    """Divide the chance of the report if the state holds by its chance if it does not."""
    both = ("if_true", "if_false")
    points: list[float] = []
    for key, value in entries_of(node, "ratio", both, required=both).items():
        try:
            stated = chance(value)
        except Fault as fault:
            raise Fault(value, f"{key}: {fault}") from None
        if stated.point is None:
            raise Fault(
                value, f"{key}: '{stated.written}' is not one number; write one such as 60%"
            )
        points.append(stated.point)
    if_true, if_false = points
    best = if_true / if_false
    return _ratio(node, f"{if_true:.6g} / {if_false:.6g}", best, best, best)
