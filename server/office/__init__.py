"""What an organisation makes of its preset: own texts and colours over the file's, and examples to try.

It does not know the web, nor who may change what.
"""

from server.office.editing import FIELDS, Editable, EditedField, PresetDesk
from server.office.examples import (
    ExampleAnswer,
    ExampleDesk,
    ExampleDocument,
    Examples,
    Shelf,
    shipped_examples,
)

__all__ = [
    "FIELDS",
    "Editable",
    "EditedField",
    "ExampleAnswer",
    "ExampleDesk",
    "ExampleDocument",
    "Examples",
    "PresetDesk",
    "Shelf",
    "shipped_examples",
]
