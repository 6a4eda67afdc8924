"""What pytest-xdist starts for a worker: `python stand_in.py SOCKET`. Others' arguments that follow
are for a Python, which this is not.

Gives its streams to a fork of the collector, and stays until that has ended.
"""

import os
import signal
import socket
import sys

signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with its worker
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(sys.argv[1])
    socket.send_fds(connection, [b"."], [0, 1])
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nothing, stream)
    connection.recv(1)
