"""Files of office programs are zip archives; ours bear no clock, so that they are the same bytes.

They say that they were made on the first day that such an archive can name
(tests/unit/test_deck.py, tests/unit/test_report.py).
"""

import datetime as dt
import io
import zipfile

LONG_AGO = dt.datetime(1980, 1, 1)


def undated(archive: bytes) -> bytes:
    """Return a zip archive whose entries bear no clock.

    Parameters
    ----------
    archive : bytes
        As a library wrote it.

    Returns
    -------
    bytes
        The same entries, in the same order.
    """
    target = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(archive))
    with source as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            dated = zipfile.ZipInfo(entry.filename, date_time=LONG_AGO.timetuple()[:6])
            dated.compress_type, dated.create_system = zipfile.ZIP_DEFLATED, 3
            new.writestr(dated, old.read(entry))
    return target.getvalue()
