"""``xundian serve``: the web map."""

from pathlib import Path

import click

from webmap.cli.session import Result, Session, command
from webmap.serve import ServedSite, bound
from webmap.serve import serve as serve_city
from webmap.server.proxies import networks

PEM = click.Path(exists=True, dir_okay=False, path_type=Path)
LOCAL = ("127.0.0.1", "::1", "localhost")


@command(None, "serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 for every address of this machine.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--certificate", type=PEM, help="Of this server, as PEM with its chain: serves HTTPS.")
@click.option("--key", type=PEM, help="The certificate's key as PEM, without a password; by default in the same file.")
@click.option(
    "--trusted-proxy",
    "trusted_proxies",
    multiple=True,
    metavar="ADDRESS",
    help="A proxy's address or network, as 127.0.0.1: its X-Forwarded-For and -Proto are believed. May be repeated.",
)
def serve(session: Session, site: ServedSite) -> Result:
    """Serve the web map until it is stopped with Ctrl-C."""
    with session.store() as store:  # refuse before the address is announced
        name = store.name
    tls, notes = site.tls()
    networks(site.trusted_proxies)
    listening = bound(site.host, site.port)
    session.warn(notes)
    if tls is None and site.host not in LOCAL and not site.trusted_proxies:
        session.say(
            "Anyone on the way can read what is sent to http://{host}, passwords too: give --certificate, or a proxy.",
            host=site.host,
        )
    session.say("Serving {city} on {address} (Ctrl-C stops)", city=name, address=site.address)
    serve_city(session.city, site, listening, tls)
    return {"host": site.host, "port": site.port, "address": site.address}
