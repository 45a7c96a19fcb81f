"""The tags behind `{% load ui %}`, by what they set; signatures: docs/design.md."""
