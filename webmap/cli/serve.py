"""``xundian serve``: the web map."""

import click

from webmap.cli.session import Result, Session, command
from webmap.serve import free
from webmap.serve import serve as serve_city


@command(None, "serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
def serve(session: Session, host: str, port: int) -> Result:
    """Serve the web map until it is stopped with Ctrl-C."""
    with session.store() as store:  # refuse before the address is announced
        name = store.name
    free(host, port)
    session.say("Serving {city} on http://{host}:{port} (Ctrl-C stops)", city=name, host=host, port=port)
    serve_city(session.city, host=host, port=port)
    return {"host": host, "port": port}
