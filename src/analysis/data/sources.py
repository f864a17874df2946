"""Where rows come from: one source of the parameters in, raw columns out. The only readers of client data.

Raw means: the source's own column names, text as text (codes stay codes), plus where each row stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.data.database import read_database
from analysis.data.files import read_files
from analysis.data.packages import read_package
from analysis.data.paths import DataFolder
from analysis.data.query import read_query
from analysis.data.raw import Raw

if TYPE_CHECKING:
    from analysis.params.sources import SourceSpec


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads the sources of one client.

    Parameters
    ----------
    folder
        The client's data folder, and how messages may name it.
    """

    folder: DataFolder

    def read(self, spec: "SourceSpec", *, what: str, wanted: Iterable[str]) -> Raw:
        """Return the raw rows of one source.

        Parameters
        ----------
        spec
            The source.
        what
            What faults name ("transactions", or "survey, source 2").
        wanted
            Source columns that will be used; a reader may leave out the others.

        Raises
        ------
        DataError
            For a file, query or database that cannot be read, with every fault of this source.
        """
        names = frozenset(wanted)
        if spec.files is not None:
            return read_files(spec, self.folder, what=what, wanted=names)
        if spec.inputs is not None:
            return read_query(spec, self.folder, what=what)
        if spec.database is not None:
            return read_database(spec, self.folder, what=what)
        return read_package(spec.package or "", what=what, wanted=names)
