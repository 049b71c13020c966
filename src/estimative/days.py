"""Days as people say them, in English whatever the locale."""

import datetime as dt

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def long_date(day: dt.date) -> str:
    """Return a day as people say it: 13 September 2023.

    Parameters
    ----------
    day : date
        The day.

    Returns
    -------
    str
        Day, month in English, year.
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_date(day: dt.date) -> str:
    """Return a day in few letters: 13 Sep 2023.

    Parameters
    ----------
    day : date
        The day.

    Returns
    -------
    str
        Day, the first three letters of the month in English, year.
    """
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"
