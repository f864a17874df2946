"""What a store refuses, in words: which folder, which rule, what was found; never with a secret."""

import contextlib
import os
import re
import sys
from collections.abc import Iterator

from analysis.errors import AnalysisError, Fault, InputError
from analysis.params.secrets import mask_password, redact_text
from analysis.storage.address import shown

EXTRA = 'pip install "relationship-audit[cluster]"'
NO_BUCKET = "no such bucket"
_NO_BUCKET = re.compile(r"\bNoSuchBucket\b|\bbucket does not exist\b", re.IGNORECASE)
_SECRET_NAME = re.compile(r"(?i)(AWS_|FSSPEC_|GOOGLE_|AZURE_|GCSFS_).*(KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL)")
_SECRET_OPTION = re.compile(r"(?i)key|secret|token|password|credential")
_LONGEST = 300
"""Letters of what a client library says that are shown."""


class StorageError(InputError):
    """A folder of a store that cannot be used.

    Parameters
    ----------
    faults
        As for every `InputError`.
    is_missing
        True where it is not there.
    is_unsupported
        True where this kind of store cannot do it.
    is_passing
        True where the same may work in a minute, since the store was not reached or has failed.
    """

    title = "The object store cannot be used"

    def __init__(
        self,
        faults: list[Fault],
        *,
        is_missing: bool = False,
        is_unsupported: bool = False,
        is_passing: bool = False,
    ) -> None:
        super().__init__(faults)
        self.is_missing = is_missing
        self.is_unsupported = is_unsupported
        self.is_passing = is_passing


class StoppedError(Exception):
    """What was asked for is not wanted any more."""


@contextlib.contextmanager
def telling(url: str) -> Iterator[None]:
    """Turn what a client library raises about `url` into a `StorageError`."""
    try:
        yield
    except (AnalysisError, StoppedError):
        raise
    except Exception as error:  # every store's client library has errors of its own
        raise explained(error, url) from error


def explained(error: Exception, url: str) -> StorageError:
    """Return what a client library has raised about `url`, as a fault of that folder or file."""
    said = redacted(str(error) or type(error).__name__)
    names = {each.__name__ for each in type(error).__mro__}
    what, where = shown(url), "object store"
    if isinstance(error, FileNotFoundError):
        found = NO_BUCKET if _NO_BUCKET.search(f"{error} {error.__cause__!r}") else "no such file or folder"
        return StorageError([Fault(what=what, rule="must exist", found=found, where=where)], is_missing=True)
    if isinstance(error, PermissionError) or names & {"NoCredentialsError", "PartialCredentialsError"}:
        rule, hint = "must be open to the credentials of this machine", "see docs/automation.md on credentials"
        found = f"access denied: {said}"
        return StorageError([Fault(what=what, rule=rule, found=found, where=where, hint=hint)])
    if isinstance(error, ImportError):
        rule = "needs a client library for its store"
        hint = EXTRA if "fsspec" in said or "s3fs" in said else "install it into the environment of this command"
        return StorageError([Fault(what=what, rule=rule, found=said, where=where, hint=hint)])
    if isinstance(error, ValueError) and "rotocol" in said:
        rule, hint = "must have a protocol that fsspec knows", "such as s3://bucket/folder"
        return StorageError([Fault(what=what, rule=rule, found=said, where=where, hint=hint)])
    if isinstance(error, ConnectionError | TimeoutError) or any(
        "Connect" in name or "Timeout" in name for name in names
    ):
        rule, hint = "must be reachable", "is its endpoint right, and the network up?"
        fault = Fault(what=what, rule=rule, found=said, where=where, hint=hint)
        return StorageError([fault], is_passing=True)
    fault = Fault(what=what, rule="must be usable", found=f"{type(error).__name__}: {said}", where=where)
    if "NotImplementedError" in names:
        return StorageError([fault], is_unsupported=True)
    return StorageError([fault], is_passing=True)


def redacted(text: str) -> str:
    """Return what a client library says on one line, shortened, without passwords and keys of the environment."""
    secrets = {name: value for name, value in os.environ.items() if value and _SECRET_NAME.match(name)} | _configured()
    one_line = " ".join(redact_text(text, secrets).split())
    one_line = re.sub(r"[A-Za-z][\w+.-]*://\S+", lambda found: shown(mask_password(found[0])), one_line)
    return one_line if len(one_line) <= _LONGEST else one_line[: _LONGEST - 4] + " ..."


def _configured() -> dict[str, str]:
    """Return the secrets of fsspec's own configuration, by name; none where it was never loaded."""
    configuration = getattr(sys.modules.get("fsspec.config"), "conf", {})
    options = [each for each in configuration.values() if isinstance(each, dict)]
    return {
        name: value
        for each in options
        for name, value in each.items()
        if isinstance(value, str) and value and _SECRET_OPTION.search(name)
    }
