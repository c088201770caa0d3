"""The one exception tree.

An error is a template and its values, so that the web page can say it in Chinese and the command line in English.
It names the field, the value that arrived, and the remedy.
"""

from typing import Any


class XundianError(Exception):
    """Anything that the product refuses, said in one line.

    Parameters
    ----------
    template
        English text with ``{name}`` places; it is also the key of the translation.
    **values
        What goes into the places, kept as they arrived.
    """

    def __init__(self, template: str, **values: Any) -> None:  # noqa: ANN401 - any value may have arrived
        super().__init__(template, values)
        self.template = template
        self.values = values

    def __str__(self) -> str:
        return self.template.format(**self.values)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.template, self.values)


def _rebuild(kind: type[XundianError], template: str, values: dict[str, Any]) -> XundianError:
    return kind(template, **values)


class InputError(XundianError):
    """A file, a row or an option that cannot be taken as it is."""


class DatumError(InputError):
    """Coordinates whose datum is missing, impossible here, or contradicted by the evidence."""


class NotFoundError(XundianError):
    """Something was asked for by a name that is not in the city."""


class StateError(XundianError):
    """The request comes at the wrong time: a round already drawn, a plan without a draw."""


class StoreError(XundianError):
    """The database cannot be opened, migrated or written."""


class PlanError(XundianError):
    """A plan that cannot be made, or that the independent checker refuses."""


class AccessError(XundianError):
    """A role may not see or do this."""
