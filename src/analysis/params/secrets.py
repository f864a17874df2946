"""Environment variables in a parameter file: put in where they are named, and taken out of whatever is shown."""

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from urllib.parse import parse_qsl, unquote, urlsplit

from analysis.errors import Fault
from analysis.params.tree import Entry, KeyPath, path_text

CLIENT = "CLIENT"
"""The one name that is not looked up in the environment: the client's id."""
SHORT = 4
"""Values shorter than this, and numbers, are taken out only where they stand alone: a "3" is inside many a number."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[\d.,+-]+")
_REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_PASSWORD_KEYS = frozenset({"password", "passwd", "pwd", "sslpassword", "token"})


def expand(
    entry: Entry, client: str, environ: Mapping[str, str]
) -> tuple[Entry, dict[str, str], dict[KeyPath, list[Fault]]]:
    """Return the entry with every ``${NAME}`` replaced, the values used by name, and the faults by path.

    A reference that cannot be replaced stays as it is written, so that reading can go on and find the other faults.
    """
    used: dict[str, str] = {}
    faults: dict[KeyPath, list[Fault]] = {}

    def filled(path: KeyPath, scalar: Entry) -> Entry:
        text = scalar.value
        if not isinstance(text, str) or "${" not in text:
            return scalar
        for name in dict.fromkeys(_REFERENCE.findall(text)):
            if name == CLIENT:
                continue
            if environ.get(name):
                used[name] = environ[name]
            else:
                faults.setdefault(path, []).append(_unset(name, path, scalar, environ))
        known = used | {CLIENT: client}
        return replace(scalar, value=_REFERENCE.sub(lambda match: known.get(match[1], match[0]), text))

    def walk(path: KeyPath, node: Entry) -> Entry:
        if isinstance(node.value, dict):
            return replace(node, value={key: walk((*path, key), below) for key, below in node.value.items()})
        if isinstance(node.value, list):
            return replace(node, value=[walk((*path, i), below) for i, below in enumerate(node.value)])
        return filled(path, node)

    return walk((), entry), used, faults


def _unset(name: str, path: KeyPath, entry: Entry, environ: Mapping[str, str]) -> Fault:
    if not _NAME.fullmatch(name):
        rule, found, hint = "must name environment variables as ${NAME}", f"${{{name}}}", "letters, digits and _ only"
    else:
        rule = "names an environment variable, which must be set"
        found = f"${{{name}}}, which is " + ("empty" if name in environ else "not set")
        close = get_close_matches(name, [*environ, CLIENT], n=1, cutoff=0.8)
        hint = f"did you mean '{close[0]}'?" if close and close[0] != name else f"set it first: export {name}=..."
    return Fault(what=path_text(path), rule=rule, found=found, where=str(entry.place), hint=hint)


def passwords_of(url: str) -> set[str]:
    """Return the passwords inside a URL, as written and decoded; none where it is no URL or holds none."""
    if "://" not in url:
        return set()
    try:
        parts = urlsplit(url)
        written = [parts.password or ""]
    except ValueError:  # an address that is no address, such as one with half a bracket
        return set(re.findall(r"://[^:/?#]*:(.+)@", url))
    # What the standard library decodes in the query is looked for as it was written, too.
    written += [value for key, value in parse_qsl(parts.query) if key.lower() in _PASSWORD_KEYS]
    written += re.findall(r"[?&](?:" + "|".join(sorted(_PASSWORD_KEYS)) + r")=([^&#]+)", url, flags=re.IGNORECASE)
    return {form for text in written for form in (text, unquote(text)) if form}


def mask_password(text: str) -> str:
    """Return `text` with the password of a URL in it, if any, replaced by ``***``."""
    for password in sorted(passwords_of(text), key=len, reverse=True):
        text = text.replace(password, "***")
    return text


def redact_text(text: str, environment: Mapping[str, str], urls: Iterable[str] = ()) -> str:
    """Return `text` without any value of `environment` and without any password of `urls`.

    Parameters
    ----------
    text
        What is about to be shown.
    environment
        Name -> value of the variables that were put in; each value becomes ``${NAME}``.
    urls
        Further database URLs, written out in a file; their passwords become ``***``.
    """
    secrets: dict[str, str] = {}
    for url in urls:
        secrets |= dict.fromkeys(passwords_of(url), "***")
    for name, value in sorted(environment.items()):
        shown = f"${{{name}}}"
        for form in (value, value.rstrip("/\\"), mask_password(value), *passwords_of(value)):
            # As it is, and as it stands in JSON (a notebook) and in HTML.
            secrets |= dict.fromkeys([form, json.dumps(form, ensure_ascii=False)[1:-1], html.escape(form)], shown)
    ordered = sorted((secret for secret in secrets if secret.strip()), key=lambda secret: (-len(secret), secret))
    if not ordered:
        return text
    # One pass over the text: a replacement is never searched for the next secret.
    return re.sub("|".join(map(_pattern, ordered)), lambda match: secrets[match[0]], text)


def _pattern(secret: str) -> str:
    alone = len(secret) < SHORT or _NUMBER.fullmatch(secret)
    return rf"(?<![\w.]){re.escape(secret)}(?!\w|\.\w)" if alone else re.escape(secret)
