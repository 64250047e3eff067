"""Words and phrases as data: what entrepreneurs say, per language, and where places are."""
