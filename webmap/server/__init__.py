"""The web server: one loop holds all connections, a few threads run the application.

A client that sends nothing, sends slowly or reads slowly costs a socket and no thread. HTTP/1.1 is h11's, TLS is the
standard library's; ``docs/decisions/own-server-on-h11.md`` says what was measured and why it is no other server.
"""

from webmap.server.settings import ServerSettings as ServerSettings
from webmap.server.site import Server as Server
from webmap.server.site import running as running
from webmap.server.tls import context_of as context_of
