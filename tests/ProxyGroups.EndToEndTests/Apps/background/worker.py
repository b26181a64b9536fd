"""A background worker: writes what happens to it into the file that is its argument. With "notify" it says when it is ready."""
import os
import signal
import socket
import sys
import time


def write(line):
    with open(sys.argv[1], "a") as file:
        file.write(f"{line} {os.getpid()}\n")


def stop(*_):
    write("stopped")
    sys.exit(0)


signal.signal(signal.SIGTERM, stop)
write("began")
if "notify" in sys.argv:
    while not os.path.exists(sys.argv[1] + ".go-on"):
        time.sleep(0.01)
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
while True:
    time.sleep(60)
