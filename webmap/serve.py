"""The web server: waitress, which runs the same on Linux and Windows."""

import logging
import threading

import waitress

from geo.store import Store
from webmap import tiles
from webmap.app import create_app
from webmap.secret import secret_of

THREADS = 8


def serve(city: str, *, host: str = "127.0.0.1", port: int = 8000, secret: str | None = None) -> None:
    """Serve a city until the process is stopped.

    Parameters
    ----------
    city
        Path or URL of the store.
    host, port
        Where to listen.
    secret
        The key that signs the sessions; by default the city's own, made on the spot and kept beside its caches.
    """
    if secret is None:
        with Store.open(city) as store:
            secret = secret_of(store.cache_dir)
    # A map asks for many tiles at once; that they wait a moment in line is no warning.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    app = create_app({"CITY": city, "SECRET_KEY": secret})
    # A large city's streets take some seconds to tile; a page that comes first waits for them.
    threading.Thread(target=tiles.prepare, args=(app.extensions["xundian"],), daemon=True).start()
    waitress.serve(app, host=host, port=port, threads=THREADS, ident=None, clear_untrusted_proxy_headers=True)
