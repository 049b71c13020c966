"""A hook of mkdocs: a link that leaves docs/ for the checkout becomes the name of the file."""

import posixpath
import re

LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(((?:\.\./)+[^)\s]+)\)")


def on_page_markdown(markdown: str, page: object, **_: object) -> str:
    """Return a page whose links all stay on the site.

    Parameters
    ----------
    markdown : str
        The page as it is written, for readers of the checkout, too.
    page : mkdocs.structure.pages.Page
        Where it stands.
    **_
        What else mkdocs hands over.

    Returns
    -------
    str
        The page.
    """
    folder = posixpath.dirname(page.file.src_uri)  # type: ignore[attr-defined]

    def kept(link: re.Match[str]) -> str:
        """Return a link that stays, or its words and the file it leads to.

        Parameters
        ----------
        link : re.Match
            Its words and where it leads.

        Returns
        -------
        str
            Markdown.
        """
        to = posixpath.normpath(posixpath.join(folder, link[2].partition("#")[0]))
        if not to.startswith("../"):
            return link[0]
        file = to.removeprefix("../")
        return f"`{file}`" if link[1].strip("`") in file else f"{link[1]} (`{file}`)"

    return LINK.sub(kept, markdown)
