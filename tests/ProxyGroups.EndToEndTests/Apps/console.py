"""Runs a program on a console of its own: `console.py terminal|pipe PROGRAM [ARGUMENT ...]`. SIGUSR1 takes the console away; the exit code is the program's."""
import os
import pty
import signal
import sys


def on_terminal():
    return pty.fork()


def on_pipe():
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(write, 1)
        os.dup2(write, 2)
        os.close(read)
    os.close(write)
    return pid, read


def show(console):
    try:
        while data := os.read(console, 65536):
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
    except OSError:
        pass  # it was taken away, or the program on the terminal has ended


pid, console = {"terminal": on_terminal, "pipe": on_pipe}[sys.argv[1]]()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
print("console of", pid, flush=True)
signal.signal(signal.SIGUSR1, lambda *_: os.close(console))
show(console)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
