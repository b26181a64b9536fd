"""Plays systemd for one service: holds its sockets, hears its notifications, is its journal. SIGUSR1 stops the service or starts it again, SIGTERM ends all.

    service_manager.py FOLDER COMMAND...     sockets: FOLDER/held.sock and one of 127.0.0.1, whose port is printed
"""
import os
import signal
import socket
import sys
import threading

folder, command = sys.argv[1], sys.argv[2:]
inet = socket.create_server(("127.0.0.1", 0), backlog=4096)
unix = socket.socket(socket.AF_UNIX)
unix.bind(os.path.join(folder, "held.sock"))
unix.listen(4096)
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind(os.path.join(folder, "notify.sock"))
journal, journal_of_service = socket.socketpair()
commands = {signal.SIGUSR1, signal.SIGTERM}


def say(text):
    os.write(1, (text + "\n").encode())


def hear():
    while message := notify.recv(65536).decode():
        say("notify: " + message.replace("\n", " | "))


def relay():
    for line in journal.makefile():
        say("journal: " + line.rstrip("\n"))


def become_service():
    signal.pthread_sigmask(signal.SIG_UNBLOCK, commands)
    held = [os.dup(inet.fileno()), os.dup(unix.fileno())]  # above 4 by now
    for number, descriptor in enumerate(held, 3):
        os.dup2(descriptor, number)
    for number in (1, 2):
        os.dup2(journal_of_service.fileno(), number)
    os.execvpe(command[0], command, os.environ | {
        "LISTEN_FDS": "2", "LISTEN_FDNAMES": "web:local", "LISTEN_PID": str(os.getpid()),
        "NOTIFY_SOCKET": notify.getsockname(), "WATCHDOG_USEC": "2000000", "WATCHDOG_PID": str(os.getpid()),
        "JOURNAL_STREAM": f"8:{os.fstat(journal_of_service.fileno()).st_ino}",
    })


def start():
    service = os.fork()
    if service == 0:
        become_service()
    say(f"service: {service}")
    return service


def stop(service):
    os.kill(service, signal.SIGTERM)
    say(f"ended: {os.waitstatus_to_exitcode(os.waitpid(service, 0)[1])}")


signal.pthread_sigmask(signal.SIG_BLOCK, commands)
threading.Thread(target=hear, daemon=True).start()
threading.Thread(target=relay, daemon=True).start()
say(f"ProxyGroups listens on http://127.0.0.1:{inet.getsockname()[1]}")
service = start()
while signal.sigwait(commands) == signal.SIGUSR1:
    service = stop(service) if service else start()
if service:
    stop(service)
