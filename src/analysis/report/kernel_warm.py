"""What the template of kernels has read before any client is known, so that no client's kernel reads it again."""


def load_for_kernels() -> None:
    """Read the catalogue of actions, translations, fonts and word lists, and let checks of tables set themselves up.

    No thread is started, since no fork would have it; what is read is the same for every client and never changed.
    """
    import pandas as pd
    from pandera.pandas import Column, DataFrameSchema

    from analysis.actions.catalogue import shipped_catalogue
    from analysis.document.theme import register_fonts
    from analysis.document.translate import CATALOG_LANGUAGES, load_translations, singular_forms
    from analysis.text.load import load_words

    shipped_catalogue()
    for language in CATALOG_LANGUAGES:
        load_translations(language)
        singular_forms(language)
    register_fonts()
    load_words()
    # Its first check of all imports what does the checking.
    DataFrameSchema({"number": Column(int)}).validate(pd.DataFrame({"number": [1]}))
