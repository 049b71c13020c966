"""Files put in place together: all of them, or, if one cannot be, none."""

import errno
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path


def write_together(
    file: Path, content: bytes, before: bytes, items: Mapping[Path, str]
) -> tuple[Path, ...]:
    """Write all files beside first, then put them in place; undo it all if one cannot be.

    Parameters
    ----------
    file : Path
        A file that is there.
    content, before : bytes
        What it is to hold, and what it holds.
    items : mapping of Path to str
        Texts of files that are not there yet.

    Returns
    -------
    tuple of Path
        The files that were changed or made.

    Raises
    ------
    OSError
        If one cannot be written, or is there already; then nothing has changed.
    """
    token = uuid.uuid4().hex
    contents = {file: content} if content != before else {}
    contents |= {place: text.encode("utf-8") for place, text in items.items()}
    beside = {
        place: place.with_name(f".writing-{token}-{i}.yaml") for i, place in enumerate(contents)
    }
    made: list[Path] = []
    try:
        for place, part in beside.items():
            part.parent.mkdir(exist_ok=True)
            with part.open("xb") as stream:
                stream.write(contents[place])
                stream.flush()
                os.fsync(stream.fileno())
            if place == file:
                shutil.copymode(file, part)
        for place, part in beside.items():
            if place != file and place.exists():
                raise FileExistsError(errno.EEXIST, "is there already", str(place))
            os.replace(part, place)
            made.append(place)
    except BaseException:
        for place in reversed(made):
            if place == file:
                file.write_bytes(before)
            else:
                place.unlink(missing_ok=True)
        raise
    finally:
        for part in beside.values():
            part.unlink(missing_ok=True)
    return tuple(made)
