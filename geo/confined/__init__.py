"""Work on foreign files in a child process, so that no file can end or stop the process that asked for it.

A reader of workbooks or pictures is written in C, Rust or C++: a file that asks it for more memory than there is ends
the process without an exception, and one that keeps it busy holds the interpreter's lock. So it runs apart, with
limits of memory and time; what becomes of it is an answer or an error of ours.
"""

from geo.confined.limits import Limits as Limits
from geo.confined.limits import machine_mb as machine_mb
from geo.confined.limits import set_niceness as set_niceness
from geo.confined.parent import SAVING as SAVING
from geo.confined.parent import UNSURE as UNSURE
from geo.confined.parent import DiedError as DiedError
from geo.confined.parent import confined as confined
from geo.confined.parent import unheeded as unheeded
