"""The Python side of ProxyGroups: one worker process that serves one WSGI application, or several.

Standard library only, Python 3.9 and later. The front door starts it as `python <this directory> wsgi`
in the application's directory; `settings.py` lists the environment variables it reads.
"""
