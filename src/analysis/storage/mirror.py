"""Brings a client's parameter files and data from a store into a folder of this machine, only what the audit reads.

The mirror has the store's own paths, so that whatever is relative leads to the same place in both.
"""

import glob
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.data.paths import data_folder, file_specs, matching_files, patterns
from analysis.errors import Fault
from analysis.params.load import DEFAULTS, resolved_data_folder
from analysis.params.model import ClientParams
from analysis.params.secrets import CLIENT, passwords_of
from analysis.storage.address import Address, is_url, shown
from analysis.storage.errors import StorageError
from analysis.storage.store import Store

Check = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """Where the folder of the parameters is, and where it is mirrored.

    Parameters
    ----------
    address
        Of the parameter files.
    root
        Folder of this machine below which everything comes to lie.
    """

    address: Address
    root: Path

    @property
    def folder(self) -> Path:
        """The parameter files here."""
        return self.address.place(self.root)

    def bring_parameters(self, client: str) -> None:
        """Fetch a client's parameter file and the defaults; one that is not there is told by whoever reads it."""
        store = Store.open(self.address)
        names = (f"{client}.yml", f"{DEFAULTS}.yml")
        there = [name for name in names if store.size(name) is not None]
        self.folder.mkdir(parents=True, exist_ok=True)
        store.download({name: self.folder / name for name in there})

    def bring_all_parameters(self) -> None:
        """Fetch the parameter files of all clients."""
        store = Store.open(self.address)
        self.folder.mkdir(parents=True, exist_ok=True)
        store.download({name: self.folder / name for name in store.children() if name.endswith(".yml")})

    def bring_named(self, params: ClientParams) -> None:
        """Fetch what a parameter file names beside itself: the logo, and the client's own catalogue of actions."""
        for name in (params.branding.logo, params.actions):
            path = Path(os.path.normpath(self.folder / name)) if name else None
            address = self.address.seen_from(self.root, path) if path is not None else None
            if path is not None and address is not None and not path.exists():
                _fetch(address, path)

    def bring_data(self, params: ClientParams, check: Check) -> None:
        """Fetch the files that the client's sources name.

        Parameters
        ----------
        params
            The client's parameters, read from the mirror.
        check
            Called between pieces; what it raises ends the fetching.

        Raises
        ------
        StorageError
            The store cannot be read, or the data folder lies outside of it.
        """
        made = list(self._outline(params, with_sizes=False))
        folder = data_folder(params)
        files = (file for pattern in _parts(params) for file in matching_files(pattern, folder))
        wanted = {Path(os.path.normpath(file.path)) for file in files}
        for store, place, names in made:
            chosen = {name: place / name for name in names if place / name in wanted}
            for name in names - chosen.keys():
                (place / name).unlink(missing_ok=True)  # nobody shall take an outline for a file
            store.download(chosen, check)

    def outline_data(self, params: ClientParams) -> None:
        """Make empty files of the right names and sizes for all that could be the client's data: for its plan."""
        for _ in self._outline(params, with_sizes=True):
            pass

    def _outline(self, params: ClientParams, *, with_sizes: bool) -> Iterator[tuple[Store, Path, set[str]]]:
        """Make an empty file for each of the store that a source could name; yield store, folder and new names.

        What a pattern matches is then asked of these, so that it is the same as with a folder of this machine.
        """
        if params.synthetic is not None:
            return  # generated here, by the client's own process
        _refuse_passwords(params)
        here = resolved_data_folder(params)
        for pattern in _parts(params):
            address, place, rest = self._beginning(params, here, pattern)
            if address is None:
                continue  # a folder of the machine that builds
            (here / _split(pattern)[0]).mkdir(parents=True, exist_ok=True)  # "more/../a.csv" needs "more", too
            store = Store.open(address)
            found = _listed(store, rest)
            new = {name for name in found if not (place / name).exists()}
            for name in sorted(new):
                _make_empty(place / name, found[name] if with_sizes else 0, store.address.below(name))
            yield store, place, new

    def _beginning(self, params: ClientParams, here: Path, pattern: str) -> tuple[Address | None, Path, str]:
        """Return folder in the store, its place here and the rest of a pattern after the part without wildcards."""
        head, rest = _split(pattern)
        if is_url(pattern):
            if not is_url(head):
                raise _no_file(params, pattern)
            # "s3://bucket/x.csv" is "<data folder>/s3:/bucket/x.csv" to whoever takes it for a path.
            return Address.parse(head), Path(os.path.normpath(here / head)), rest
        if Path(pattern).is_absolute():
            return None, Path(), ""
        written = params.data_folder.replace(f"${{{CLIENT}}}", params.client)
        place = Path(os.path.normpath(here / head))
        if is_url(written):
            root = Address.parse(written)
            inner = os.path.relpath(place, here)
            if inner.startswith(".."):
                raise _outside(params, root, pattern)
            return (root if inner == "." else root.below(inner)), place, rest
        if Path(written).expanduser().is_absolute():
            return None, Path(), ""
        address = self.address.seen_from(self.root, place)
        if address is None:
            raise _outside(params, self.address, f"{written}/{pattern}")
        return address, place, rest


def names_a_store(params: ClientParams) -> bool:
    """Return whether a client's data, or a file of them, are in a store."""
    return is_url(params.data_folder) or any(is_url(pattern) for pattern in _parts(params))


def _parts(params: ClientParams) -> list[str]:
    """Return the paths and patterns of all sources."""
    specs = [each for spec in params.sources.values() for each in (spec if isinstance(spec, list) else [spec])]
    return [pattern for spec in specs for part in file_specs(spec) for pattern in patterns(part)]


def _split(pattern: str) -> tuple[str, str]:
    """Return folder and rest of a pattern: the folder holds no wildcard, the rest at least the file's name."""
    folders = pattern.split("/")
    plain = next((i for i, part in enumerate(folders[:-1]) if glob.has_magic(part)), len(folders) - 1)
    return "/".join(folders[:plain]), "/".join(folders[plain:])


def _listed(store: Store, rest: str) -> dict[str, int]:
    """Return what a store holds of all that a pattern could mean."""
    if not glob.has_magic(rest):
        size = store.size(rest)
        return {} if size is None else {rest: size}
    return store.files() if "/" in rest or "**" in rest else store.children()


def _make_empty(path: Path, size: int, address: Address) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as stream:
            stream.truncate(size)  # no byte is written: it takes no place
    except (FileExistsError, NotADirectoryError) as error:
        rule, found = "must not be a file and a folder at once", "both"
        raise StorageError([Fault(what=address.shown, rule=rule, found=found, where="object store")]) from error


def _outside(params: ClientParams, address: Address, pattern: str) -> StorageError:
    rule = "must lie in the same bucket as the parameters, or be a URL itself"
    where = f"params of {params.client}"
    found = f"'{shown(params.redact(pattern))}' from {address.shown}"
    return StorageError([Fault(what="data_folder", rule=rule, found=found, where=where)])


def _refuse_passwords(params: ClientParams) -> None:
    """Refuse a password that is written out: documents name the folder as the parameters write it."""
    urls = {"data_folder": [params.data_folder], "files": _parts(params)}
    rule, hint = "must hold no password", "name an environment variable in its place, as ${NAME}"
    where = f"params of {params.client}"
    faults = [
        Fault(what=what, rule=rule, found=f"one in {shown(url)}", where=where, hint=hint)
        for what, found in urls.items()
        for url in found
        if passwords_of(params.redact(url)) - {f"${{{name}}}" for name in params.environment}
    ]
    if faults:
        raise StorageError(faults)


def _no_file(params: ClientParams, pattern: str) -> StorageError:
    rule, where = "must name a bucket and a file in it", f"params of {params.client}"
    return StorageError([Fault(what="files", rule=rule, found=f"'{shown(params.redact(pattern))}'", where=where)])


def _fetch(address: Address, path: Path) -> None:
    """Fetch one file; one that is not there is told by whoever reads it."""
    folder, _, name = address.path.rpartition("/")
    store = Store.open(Address(scheme=address.scheme, authority=address.authority, path=folder))
    if store.size(name) is not None:
        store.download({name: path})
