"""Pages, phones, commands."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webmap.app import create_app as create_app


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute
    """Load the application when it is asked for: a command that serves nothing need not know how."""
    if name == "create_app":
        from webmap.app import create_app  # noqa: PLC0415

        return create_app
    raise AttributeError(name)
