"""What readers read, per language; a missing phrase or variable is an error."""

from assistant.phrases.loader import Phrases, load_phrases

__all__ = ["Phrases", "load_phrases"]
