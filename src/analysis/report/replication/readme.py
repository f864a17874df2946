"""The bundle's README: what it is, how to run it, what was changed, in the client's language and in English."""

import platform
from importlib.metadata import version

from analysis import __version__
from analysis.document.translate import Translator
from analysis.messages import Message
from analysis.params.base import Language
from analysis.params.model import ClientParams
from analysis.report.replication import wording
from analysis.report.replication.extract import Release

LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels")


def render_readme(release: Release, params: ClientParams, agreement: Message) -> str:
    """Return README.md."""
    languages: tuple[Language, ...] = ("en",) if params.language == "en" else (params.language, "en")
    return "\n".join(_page(release, params, agreement, Translator(language)) for language in languages)


def _page(release: Release, params: ClientParams, agreement: Message, t: Translator) -> str:
    versions = [f"relationship-audit {__version__}", f"Python {'.'.join(platform.python_version_tuple()[:2])}"]
    versions += [f"{name} {version(name)}" for name in LIBRARIES]
    changes = [*wording.describe_changes(release, params), *wording.describe_risks(release, params)]
    parts: list[tuple[Message, list[str]]] = [
        (wording.CONTENT, [f"- `{name}`: {t(what)}" for name, what in wording.FILES]),
        (wording.RUN, [t(wording.HOW)]),
        (wording.AGREEMENT, [t(agreement)]),
        (wording.CHANGES, [f"- {t(change)}" for change in changes]),
        (wording.VERSIONS, [", ".join(versions)]),
        (wording.LICENCE, [t(wording.LICENCE_NOTE)]),
    ]
    lines = [f"# {t(wording.TITLE)}", ""]
    for heading, body in parts:
        lines += [f"## {t(heading)}", "", *body, ""]
    return "\n".join(lines)
