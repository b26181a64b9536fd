namespace ProxyGroups.Tests.Configuration;

/// <summary>
/// A table of broken settings: a title, the text (a whole file where it begins with a brace, else the members of the
/// group shop), and after the arrow every error in order.
/// </summary>
internal static class BrokenSettings
{
    public const string Table = """
        an unknown key
        "Treads": 4
        =>
        ProxyGroups:ProcessGroups:shop:Treads is not a known setting. Did you mean "Threads"?
        ---
        a key that belongs elsewhere
        "MaxWait": "5s", "Request": "64KiB", "Nice": 5
        =>
        ProxyGroups:ProcessGroups:shop:MaxWait is not a known setting. It belongs in "Queue".
        ProxyGroups:ProcessGroups:shop:Nice is not a known setting. It belongs in "Worker".
        ProxyGroups:ProcessGroups:shop:Request is not a known setting. It belongs in "Timeouts" or "Buffering".
        ---
        a key that resembles none
        "Wrkrs": 4
        =>
        ProxyGroups:ProcessGroups:shop:Wrkrs is not a known setting. Remove it. Known here: Directory, ApplicationGroup, Wsgi, Apps, DotNet, Command, Python, PreloadApp, PreloadExclude, Warmup, BeforeFork, AfterFork, Environment, PassEnvironment, Processes, MaxProcesses, Threads, Serves, Queue, Timeouts, Recycle, Worker, Group, Log, Buffering, Readiness, Restart, Maintenance, HttpRequest, MaxRequestBody.
        ---
        a misspelt key in a section
        "Timeouts": { "Requests": "5s" }
        =>
        ProxyGroups:ProcessGroups:shop:Timeouts:Requests is not a known setting. Did you mean "Request"?
        ---
        an unknown key of our section
        { "ProxyGroups": { "ProcessGroup": { "shop": {} } } }
        =>
        ProxyGroups:ProcessGroup is not a known setting. Did you mean "ProcessGroups"?
        ---
        a misspelt key in the defaults
        { "ProxyGroups": { "Defaults": { "Treads": 1 } } }
        =>
        ProxyGroups:Defaults:Treads is not a known setting. Did you mean "Threads"?
        ---
        a wrong default is named once
        { "ProxyGroups": { "Defaults": { "Threads": "x", "Nice": 1 }, "ProcessGroups": { "a": {}, "b": {} } } }
        =>
        ProxyGroups:Defaults:Nice is not a known setting. It belongs in "Worker".
        ProxyGroups:Defaults:Threads = "x" is not a whole number. Write digits only, such as 4.
        ---
        a default out of range is named where it stands
        { "ProxyGroups": { "Defaults": { "Threads": 0 }, "ProcessGroups": { "a": {}, "b": {} } } }
        =>
        ProxyGroups:Defaults:Threads = "0" is below what is allowed. Write a whole number from 1 to 1024.
        ---
        a section where a value is expected
        "Threads": { "Count": 4 }
        =>
        ProxyGroups:ProcessGroups:shop:Threads is a section or a list, but a value is expected. Write one value.
        ---
        a list where a value is expected
        "Wsgi": [ "a:b" ]
        =>
        ProxyGroups:ProcessGroups:shop:Wsgi is a section or a list, but a value is expected. Write one value.
        ---
        a value where a section is expected
        "Queue": 5
        =>
        ProxyGroups:ProcessGroups:shop:Queue = "5" is a value, but a section is expected. Write { "Limit": ... }.
        ---
        a value instead of a group
        { "ProxyGroups": { "ProcessGroups": { "shop": "gunicorn" } } }
        =>
        ProxyGroups:ProcessGroups:shop = "gunicorn" is a value, but a section is expected. Write { "Directory": ... }.
        ---
        a value instead of all groups
        { "ProxyGroups": { "ProcessGroups": "shop" } }
        =>
        ProxyGroups:ProcessGroups = "shop" is a value, but a section is expected. Write { "name": { ... } }.
        ---
        a value instead of our section
        { "ProxyGroups": true }
        =>
        ProxyGroups = "True" is a value, but a section is expected. Write { "Enabled": ... }.
        ---
        a value instead of a list
        "PassEnvironment": "PATH"
        =>
        ProxyGroups:ProcessGroups:shop:PassEnvironment = "PATH" is a value, but a list is expected. Write [ "..." ].
        ---
        a section instead of a list
        "Command": { "Program": "x" }
        =>
        ProxyGroups:ProcessGroups:shop:Command is a section, but a list is expected. Write [ "..." ].
        ---
        null and a list in a list
        "Command": [ "a", null, [ "b" ] ]
        =>
        ProxyGroups:ProcessGroups:shop:Command:1 is no text. Write a text, or remove it from the list.
        ProxyGroups:ProcessGroups:shop:Command:2 is no text. Write a text, or remove it from the list.
        ---
        numbers that are none
        "Threads": "four", "Processes": 1.5, "Queue": { "Limit": "1e3" }, "Worker": { "Nice": "+5", "OpenFiles": "" }
        =>
        ProxyGroups:ProcessGroups:shop:Processes = "1.5" is not a whole number. Write digits only, such as 4.
        ProxyGroups:ProcessGroups:shop:Threads = "four" is not a whole number. Write digits only, such as 4.
        ProxyGroups:ProcessGroups:shop:Queue:Limit = "1e3" is not a whole number. Write digits only, such as 4.
        ProxyGroups:ProcessGroups:shop:Worker:Nice = "+5" is not a whole number. Write digits only, such as 4.
        ProxyGroups:ProcessGroups:shop:Worker:OpenFiles = "" is not a whole number. Write digits only, such as 4.
        ---
        a number beyond all integers
        "Threads": 99999999999
        =>
        ProxyGroups:ProcessGroups:shop:Threads = "99999999999" is not a whole number. Write digits only, such as 4.
        ---
        switches that are none
        { "ProxyGroups": { "Enabled": "yes", "ProcessGroups": { "shop": { "Readiness": { "Notify": 1 } } } } }
        =>
        ProxyGroups:Enabled = "yes" is neither true nor false. Write true or false.
        ProxyGroups:ProcessGroups:shop:Readiness:Notify = "1" is neither true nor false. Write true or false.
        ---
        bare durations
        "Timeouts": { "Startup": 30, "Stop": "10" }
        =>
        ProxyGroups:ProcessGroups:shop:Timeouts:Startup = "30" has no unit. Write "30s" for seconds, or another unit: ms, s, m, h, d.
        ProxyGroups:ProcessGroups:shop:Timeouts:Stop = "10" has no unit. Write "10s" for seconds, or another unit: ms, s, m, h, d.
        ---
        hours of 24 and more
        "Timeouts": { "Silence": "24:00:00" }
        =>
        ProxyGroups:ProcessGroups:shop:Timeouts:Silence = "24:00:00" is ambiguous: hh:mm:ss ends at 23:59:59. Write "1d".
        ---
        a duration beyond the timers
        "Timeouts": { "Silence": "50d" }
        =>
        ProxyGroups:ProcessGroups:shop:Timeouts:Silence = "50d" is too long: timers end at 49 days. Write less than "49d".
        ---
        a duration of zero
        "Timeouts": { "Startup": "0s", "Silence": "0s", "Stop": "0ms" }
        =>
        ProxyGroups:ProcessGroups:shop:Timeouts:Startup = "0s" is not above zero. Write "1ms" or more.
        ProxyGroups:ProcessGroups:shop:Timeouts:Silence = "0s" is not above zero. Write "1ms" or more, or "off".
        ProxyGroups:ProcessGroups:shop:Timeouts:Stop = "0ms" is not above zero. Write "1ms" or more.
        ---
        timeouts that cannot be off
        "Timeouts": { "Startup": "off", "Drain": "off", "Stop": "off" }
        =>
        ProxyGroups:ProcessGroups:shop:Timeouts:Startup = "off" cannot be switched off: nothing may hang for ever. Write a duration below "49d".
        ProxyGroups:ProcessGroups:shop:Timeouts:Drain = "off" cannot be switched off: nothing may hang for ever. Write a duration below "49d".
        ProxyGroups:ProcessGroups:shop:Timeouts:Stop = "off" cannot be switched off: nothing may hang for ever. Write a duration below "49d".
        ---
        bare sizes
        "Buffering": { "Request": 65536 }, "MaxRequestBody": "100M"
        =>
        ProxyGroups:ProcessGroups:shop:Buffering:Request = "65536" has no unit. Write a number with a unit: kB, MB, GB (powers of 1000) or KiB, MiB, GiB (powers of 1024).
        ProxyGroups:ProcessGroups:shop:MaxRequestBody = "100M" has an unknown unit. Write "100MiB" (x 1024) or "100MB" (x 1000).
        ---
        a buffer above what is held
        "Buffering": { "Response": "65MiB" }
        =>
        ProxyGroups:ProcessGroups:shop:Buffering:Response = "65MiB" is not within what is held in memory per request. Write "off", or up to "64MiB".
        ---
        no body at all
        "MaxRequestBody": "0kB"
        =>
        ProxyGroups:ProcessGroups:shop:MaxRequestBody = "0kB" leaves no body at all. Write a size such as "100MiB", or "off".
        ---
        an empty text
        "Wsgi": "", "Directory": ""
        =>
        ProxyGroups:ProcessGroups:shop:Directory = "" is empty or holds a zero byte. Write a text, or null for the default.
        ProxyGroups:ProcessGroups:shop:Wsgi = "" is empty or holds a zero byte. Write a text, or null for the default.
        ---
        apps without a callable
        "Apps": { "/blog": "blog", "/wiki": { "Directory": "wiki" }, "/shop": "", "/info": { "App": "info:app", "Wsgi": "x" } }
        =>
        ProxyGroups:ProcessGroups:shop:Apps:/info:Wsgi is not a known setting. It belongs in "ProcessGroups:<name>".
        ProxyGroups:ProcessGroups:shop:Apps:/blog = "blog" names no callable. Write "module:callable" or "file.py:callable", such as "shop.wsgi:application".
        ProxyGroups:ProcessGroups:shop:Apps:/shop = "" names no callable. Write "module:callable" or "file.py:callable", such as "shop.wsgi:application".
        ProxyGroups:ProcessGroups:shop:Apps:/wiki = "" names no callable. Write "module:callable" or "file.py:callable", such as "shop.wsgi:application".
        ---
        a colon in the path of an app
        "Apps": { "/": "a:b", "/shop:old": "a:b", "/x:y/z": { "App": "a:b" } }
        =>
        ProxyGroups:ProcessGroups:shop:Apps:/shop:old holds a colon, at which names of settings are split. Write "/shop%3Aold".
        ProxyGroups:ProcessGroups:shop:Apps:/x:y/z holds a colon, at which names of settings are split. Write "/x%3Ay/z".
        ---
        apps below what is no path
        "Apps": { "blog": "a:b", "/wiki/": "a:b", "/a//b": "a:b", "/a/../b": "a:b", "/a?b": "a:b", "/a%2Fb": "a:b", "/%zz": "a:b", "/%FF": "a:b" }
        =>
        ProxyGroups:ProcessGroups:shop:Apps:/%FF is not a path of whole segments. Write one that begins with "/" and does not end with it, such as "/blog", without "..", query and encoded slashes; "/" alone takes the rest.
        ProxyGroups:ProcessGroups:shop:Apps:/%zz is not a path of whole segments. Write one that begins with "/" and does not end with it, such as "/blog", without "..", query and encoded slashes; "/" alone takes the rest.
        ProxyGroups:ProcessGroups:shop:Apps:/a%2Fb is not a path of whole segments. Write one that begins with "/" and does not end with it, such as "/blog", without "..", query and encoded slashes; "/" alone takes the rest.
        ProxyGroups:ProcessGroups:shop:Apps:/a/../b is not a path of whole segments. Write one that begins with "/" and does not end with it, such as "/blog", without "..", query and encoded slashes; "/" alone takes the rest.
        ProxyGroups:ProcessGroups:shop:Apps:/a//b is not a path of whole segments. Write one that begins with "/" and does not end with it, such as "/blog", without "..", query and encoded slashes; "/" alone takes the rest.
        ProxyGroups:ProcessGroups:shop:Apps:/a?b is not a path of whole segments. Write one that begins with "/" and does not end with it, such as "/blog", without "..", query and encoded slashes; "/" alone takes the rest.
        ProxyGroups:ProcessGroups:shop:Apps:/wiki/ is not a path of whole segments. Write one that begins with "/" and does not end with it, such as "/blog", without "..", query and encoded slashes; "/" alone takes the rest.
        ProxyGroups:ProcessGroups:shop:Apps:blog is not a path of whole segments. Write one that begins with "/" and does not end with it, such as "/blog", without "..", query and encoded slashes; "/" alone takes the rest.
        ---
        one path for two apps
        "Apps": { "/blog": { "App": "a:b" }, "/Blog": { "Directory": "c" }, "/café": "a:b", "/CAF%C3%89": "c:d" }
        =>
        ProxyGroups:ProcessGroups:shop:Apps holds one path twice, as "/blog" and "/Blog": settings are compared without case. Keep one of them.
        ProxyGroups:ProcessGroups:shop:Apps:/café is the same path as /CAF%C3%89, up to case and encoding. Keep one of them.
        ---
        apps beside an app, in the background, or none at all
        { "ProxyGroups": { "ProcessGroups": { "a": { "Apps": { "/": "a:b" }, "Wsgi": "a:b" }, "b": { "Apps": { "/": "a:b" }, "Serves": false }, "c": { "Apps": [] } } } }
        =>
        ProxyGroups:ProcessGroups:c:Apps = "" is a value, but apps are expected. Write { "/path": "module:callable", ... }.
        ProxyGroups:ProcessGroups:a:Apps stands beside Wsgi, but a process group runs one app. Keep one of them, and give the other app a process group of its own.
        ProxyGroups:ProcessGroups:b:Apps = "/" serves HTTP, but the group has "Serves": false. Remove Serves, or write the program of the background worker as "Command".
        ---
        threads out of range
        "Threads": 0
        =>
        ProxyGroups:ProcessGroups:shop:Threads = "0" is below what is allowed. Write a whole number from 1 to 1024.
        ---
        too many threads
        "Threads": 1025
        =>
        ProxyGroups:ProcessGroups:shop:Threads = "1025" is above what is allowed. Write a whole number from 1 to 1024.
        ---
        processes out of range
        "Processes": 257
        =>
        ProxyGroups:ProcessGroups:shop:Processes = "257" is above what is allowed. Write a whole number from 0 to 256.
        ---
        processes below zero
        "Processes": -1
        =>
        ProxyGroups:ProcessGroups:shop:Processes = "-1" is below what is allowed. Write a whole number from 0 to 256.
        ---
        no process ever
        "Processes": 0, "MaxProcesses": 0
        =>
        ProxyGroups:ProcessGroups:shop:MaxProcesses = "0" is below what is allowed. Write a whole number from 1 to 256.
        ---
        min above max
        "Processes": 4, "MaxProcesses": 2
        =>
        ProxyGroups:ProcessGroups:shop:MaxProcesses = "2" is below Processes (4). Write 4, or remove it.
        ---
        a background app that serves
        "Serves": false, "Wsgi": "shop:app", "Processes": 0, "Readiness": { "Path": "/health" }, "Recycle": { "MaxRequests": 5 }
        =>
        ProxyGroups:ProcessGroups:shop:Wsgi = "shop:app" serves HTTP, but the group has "Serves": false. Remove Serves, or write the program of the background worker as "Command".
        ProxyGroups:ProcessGroups:shop:Processes = "0" starts no worker before the first request, but no request comes to a group with "Serves": false. Write 1 or more.
        ProxyGroups:ProcessGroups:shop:Readiness:Path = "/health" asks over HTTP, but the group has "Serves": false. Remove it; a program that speaks sd_notify can have "Notify": true.
        ProxyGroups:ProcessGroups:shop:Recycle:MaxRequests = "5" counts requests, but the group has "Serves": false. Remove it, or write "off" where it stands in Defaults; MaxAge and WorkerMemory work.
        ---
        a background app without a program, that should grow
        "Serves": false, "MaxProcesses": 3
        =>
        ProxyGroups:ProcessGroups:shop:Serves = "False" needs the program to run. Write "Command", such as [ "venv/bin/python", "worker.py" ] or [ "dotnet", "Worker.dll" ].
        ProxyGroups:ProcessGroups:shop:MaxProcesses = "3" is above Processes, but only waiting requests start more workers, and none comes to a group with "Serves": false. Write the number you need as "Processes", and remove MaxProcesses.
        ---
        a background app with an address
        "Serves": false, "Command": "consume --listen {socket}"
        =>
        ProxyGroups:ProcessGroups:shop:Command or Environment holds {socket}, but the group has "Serves": false and gets no address. Remove the placeholder, or remove Serves.
        ---
        a route to background workers
        { "ReverseProxy": { "Routes": { "r": { "ClusterId": "mailer", "Match": { "Path": "/" } } } }, "ProxyGroups": { "ProcessGroups": { "mailer": { "Command": "consume", "Serves": false } } } }
        =>
        ReverseProxy:Routes:r:ClusterId = "mailer" is a group of background workers, which serve no HTTP. Remove the route, or remove "Serves": false from ProxyGroups:ProcessGroups:mailer.
        ---
        started by requests that may not wait
        "Processes": 0, "Queue": { "Limit": 0 }
        =>
        ProxyGroups:ProcessGroups:shop:Queue:Limit = "0" lets no request wait, but only a request that waits starts more workers. Write a Limit above 0, or the same number for Processes and MaxProcesses.
        ---
        too many processes at most
        "Processes": 2, "MaxProcesses": 257
        =>
        ProxyGroups:ProcessGroups:shop:MaxProcesses = "257" is above what is allowed. Write a whole number from 1 to 256.
        ---
        niceness out of range
        "Worker": { "Nice": 20 }
        =>
        ProxyGroups:ProcessGroups:shop:Worker:Nice = "20" is above what is allowed. Write a whole number from -20 to 19.
        ---
        niceness below its range
        "Worker": { "Nice": -21 }
        =>
        ProxyGroups:ProcessGroups:shop:Worker:Nice = "-21" is below what is allowed. Write a whole number from -20 to 19.
        ---
        too few open files
        "Worker": { "OpenFiles": 63 }
        =>
        ProxyGroups:ProcessGroups:shop:Worker:OpenFiles = "63" is below what is allowed. Write a whole number from 64 to 1073741816.
        ---
        a queue below zero
        "Queue": { "Limit": -1 }
        =>
        ProxyGroups:ProcessGroups:shop:Queue:Limit = "-1" is below what is allowed. Write a whole number from 0 to 1000000.
        ---
        a wait of zero
        "Queue": { "MaxWait": "0s" }
        =>
        ProxyGroups:ProcessGroups:shop:Queue:MaxWait = "0s" is not above zero. Write "Limit": 0 if no request may wait, else "1ms" or more, or "off".
        ---
        nobody waits, for ever
        "Queue": { "Limit": 0, "MaxWait": "off" }
        =>
        ProxyGroups:ProcessGroups:shop:Queue:Limit = "0" lets no request wait, but MaxWait "off" lets them wait for ever. Write a Limit above 0, or remove MaxWait.
        ---
        nothing ends a wait
        "Queue": { "MaxWait": "off" }, "Timeouts": { "Request": "off" }
        =>
        ProxyGroups:ProcessGroups:shop:Queue:MaxWait = "off" leaves nothing that ends a wait, because Timeouts:Request is off too. Write a duration for one of them.
        ---
        drain shorter than request
        "Timeouts": { "Drain": "30s" }
        =>
        ProxyGroups:ProcessGroups:shop:Timeouts:Drain = "30s" is shorter than Request (1m): a restart would cut requests off that are still in time. Write "1m" or more, or a shorter Request.
        ---
        drain shorter than request, both written
        "Timeouts": { "Drain": "120s", "Request": "00:05:00" }
        =>
        ProxyGroups:ProcessGroups:shop:Timeouts:Drain = "120s" is shorter than Request (5m): a restart would cut requests off that are still in time. Write "5m" or more, or a shorter Request.
        ---
        two kinds of app
        "Wsgi": "shop:app", "Command": "gunicorn shop:app --bind unix:{socket}"
        =>
        ProxyGroups:ProcessGroups:shop:Command stands beside Wsgi, but a process group runs one app. Keep one of them, and give the other app a process group of its own.
        ---
        three kinds of app
        "Wsgi": "shop:app", "DotNet": "Shop.csproj", "Command": [ "x" ]
        =>
        ProxyGroups:ProcessGroups:shop:Command stands beside Wsgi and DotNet, but a process group runs one app. Keep one of them, and give the other app a process group of its own.
        ---
        a wsgi callable without module
        "Wsgi": "application"
        =>
        ProxyGroups:ProcessGroups:shop:Wsgi = "application" names no callable. Write "module:callable" or "file.py:callable", such as "shop.wsgi:application".
        ---
        a wsgi callable with an empty side
        "Wsgi": "shop.wsgi:"
        =>
        ProxyGroups:ProcessGroups:shop:Wsgi = "shop.wsgi:" names no callable. Write "module:callable" or "file.py:callable", such as "shop.wsgi:application".
        ---
        an unbalanced quote
        "Command": "sh -c 'exec node"
        =>
        ProxyGroups:ProcessGroups:shop:Command = "sh -c 'exec node" has an opening ' without its end. Close the quote, or write a list of words.
        ---
        a command for a shell
        "Command": "cd app && node server.js"
        =>
        ProxyGroups:ProcessGroups:shop:Command = "cd app && node server.js" uses a shell operator, but no shell runs it. Write [ "sh", "-c", "...; exec program" ].
        ---
        socket and port
        "Command": "node x.js --socket {socket} --port {port}"
        =>
        ProxyGroups:ProcessGroups:shop:Command holds {socket} and {port}, but a worker listens at one place. Keep one of them: {socket} where the program can.
        ---
        a misspelt placeholder
        "Command": "node x.js --port {ports}"
        =>
        ProxyGroups:ProcessGroups:shop:Command holds the unknown placeholder {ports}. Did you mean {port}?
        ---
        an empty program
        "Command": [ "", "x" ]
        =>
        ProxyGroups:ProcessGroups:shop:Command begins with an empty word. Write the program first.
        ---
        a user that is none
        "Worker": { "User": "www data" }
        =>
        ProxyGroups:ProcessGroups:shop:Worker:User = "www data" is not a user name. Write the name of a user, such as "www-data".
        ---
        a readiness path that is none
        "Readiness": { "Path": "health?x=1" }
        =>
        ProxyGroups:ProcessGroups:shop:Readiness:Path = "health?x=1" is not an absolute path. Write a path that begins with "/", without query, such as "/health".
        ---
        a hidden secret in a list of names
        "PassEnvironment": [ "DATABASE_URL=postgres://u:p@h" ]
        =>
        ProxyGroups:ProcessGroups:shop:PassEnvironment:0 is not a name of a variable. Write the name alone, "DATABASE_URL"; values belong in "Environment".
        ---
        a hidden secret instead of a list of names
        "PassEnvironment": "DATABASE_URL=postgres://u:p@h"
        =>
        ProxyGroups:ProcessGroups:shop:PassEnvironment is a value, but a list is expected. Write [ "..." ].
        ---
        an environment list without names
        "Environment": [ "DEBUG" ]
        =>
        ProxyGroups:ProcessGroups:shop:Environment:0 is no variable. Write { "NAME": "value" } or [ "NAME=value" ].
        ---
        names of groups
        { "ProxyGroups": { "ProcessGroups": { "Shop": {}, "-x": {}, "my_app": {} } } }
        =>
        ProxyGroups:ProcessGroups:-x is not a name of a process group. Write 1 to 63 of a-z, 0-9 and '-', not beginning with '-'.
        ProxyGroups:ProcessGroups:my_app is not a name of a process group. Write 1 to 63 of a-z, 0-9 and '-', not beginning with '-'.
        ProxyGroups:ProcessGroups:Shop is not a name of a process group. Write "shop".
        ---
        one group twice
        { "ProxyGroups": { "ProcessGroups": { "shop": { "Threads": 2 }, "Shop": { "Processes": 2 } } } }
        =>
        ProxyGroups:ProcessGroups holds one group twice, as "shop" and "Shop": names are compared without case. Keep one of them.
        ---
        an overview that is no path
        { "ProxyGroups": { "Overview": "groups" } }
        =>
        ProxyGroups:Overview = "groups" is not an absolute path. Write a path that begins with "/", without query, such as "/health".
        ---
        a launcher that is none
        { "ProxyGroups": { "Launcher": "docker" } }
        =>
        ProxyGroups:Launcher = "docker" is no launcher. Write "auto", "linux" or "plain".
        ---
        application groups of other days
        { "ProxyGroups": { "ApplicationGroups": { "python": { "Preload": [ "django", "shop.wsgi:application", "os" ], "PreloadUser": "web", "Python": "venv", "Warmup": "/", "MaxProceses": 4 } }, "ProcessGroups": { "shop": { "ApplicationGroup": "pyton" }, "blog": { "ApplicationGroup": "ruby", "Preload": [ "x" ] } } } }
        =>
        ProxyGroups:ApplicationGroups:python:MaxProceses is not a known setting. Did you mean "MaxProcesses"?
        ProxyGroups:ApplicationGroups:python:PreloadUser = "web" is not supported yet. Remove it: workers share what Preload of their application group names, and with "PreloadApp" of the process group the app itself.
        ProxyGroups:ApplicationGroups:python:Python = "venv" is not supported yet. Remove it, and write "Python" in each process group: those with one interpreter share a preloader.
        ProxyGroups:ApplicationGroups:python:Warmup = "/" is not supported yet. Remove it: workers share what Preload of their application group names, and with "PreloadApp" of the process group the app itself.
        ProxyGroups:ProcessGroups:blog:Preload is not supported yet. Remove it: workers share what Preload of their application group names, and with "PreloadApp" of the process group the app itself.
        ProxyGroups:ApplicationGroups:python:Preload = "shop.wsgi:application" is no name of a Python module. Write names as in an import, such as "django.db".
        ProxyGroups:ProcessGroups:blog:ApplicationGroup = "ruby" is no application group. Define it in ProxyGroups:ApplicationGroups, or remove it.
        ProxyGroups:ProcessGroups:shop:ApplicationGroup = "pyton" is no application group. Did you mean "python"?
        ---
        a kind of app that comes later
        "Asgi": "shop:app"
        =>
        ProxyGroups:ProcessGroups:shop:Asgi = "shop:app" is not supported yet. Write "Command" with an ASGI server: [ "uvicorn", "--uds", "{socket}", "module:app" ].
        ---
        a watchdog that bites the innocent
        "Timeouts": { "Watchdog": "500ms" }
        =>
        ProxyGroups:ProcessGroups:shop:Timeouts:Watchdog = "500ms" is so short that a busy machine would be taken for a stuck worker. Write "1s" or more, or "off".
        ---
        recycling
        "Recycle": { "MaxRequests": 0, "MaxAge": "0s", "Jitter": 0.6, "WorkerMemory": "1kB", "MaxRequest": 5 }
        =>
        ProxyGroups:ProcessGroups:shop:Recycle:MaxRequest is not a known setting. Did you mean "MaxRequests"?
        ProxyGroups:ProcessGroups:shop:Recycle:MaxRequests = "0" is below what is allowed. Write a whole number from 1 to 1000000000.
        ProxyGroups:ProcessGroups:shop:Recycle:MaxAge = "0s" is not above zero. Write "1ms" or more, or "off".
        ProxyGroups:ProcessGroups:shop:Recycle:WorkerMemory = "1kB" is less than any worker needs. Write a size such as "300MiB", or "off".
        ProxyGroups:ProcessGroups:shop:Recycle:Jitter = "0.6" is not a share of 0 to 0.5. Write a number such as 0.1, or 0 for none.
        ---
        recycling that cannot be read
        "Recycle": { "MaxRequests": "many", "Jitter": "10%" }
        =>
        ProxyGroups:ProcessGroups:shop:Recycle:MaxRequests = "many" is not a whole number. Write digits only, such as 4.
        ProxyGroups:ProcessGroups:shop:Recycle:Jitter = "10%" is not a share. Write a number such as 0.1.
        ---
        recycling as a value
        "Recycle": "off"
        =>
        ProxyGroups:ProcessGroups:shop:Recycle = "off" is a value, but a section is expected. Write { "MaxRequests": ... }.
        ---
        limits of the whole group that are none
        "Group": { "CpuWeight": 0, "Cpus": 0, "Memory": "1kB", "MemoryHigh": "2MiB", "Tasks": 0, "Cpu": 1 }
        =>
        ProxyGroups:ProcessGroups:shop:Group:Cpu is not a known setting. Did you mean "Cpus"?
        ProxyGroups:ProcessGroups:shop:Group:CpuWeight = "0" is below what is allowed. Write a whole number from 1 to 10000.
        ProxyGroups:ProcessGroups:shop:Group:Cpus = "0" is no number of cores. Write 0.01 to 4096, such as 1.5.
        ProxyGroups:ProcessGroups:shop:Group:Memory = "1kB" leaves no memory for a program. Write a size such as "512MiB", or remove it.
        ProxyGroups:ProcessGroups:shop:Group:Tasks = "0" is below what is allowed. Write a whole number from 1 to 4194304.
        ProxyGroups:ProcessGroups:shop:Group:MemoryHigh = "2MiB" is above Memory (1kB), so it would never be reached. Write less than Memory, or remove one of them.
        ---
        limits of the whole group that cannot be read
        "Group": { "Cpus": "all", "Memory": "many" }
        =>
        ProxyGroups:ProcessGroups:shop:Group:Cpus = "all" is not a number. Write a number such as 1.5.
        ProxyGroups:ProcessGroups:shop:Group:Memory = "many" is not a size. Write a number with a unit: kB, MB, GB (powers of 1000) or KiB, MiB, GiB (powers of 1024).
        ---
        less memory than the workers may use
        "Processes": 4, "Recycle": { "WorkerMemory": "300MiB" }, "Group": { "Memory": "1GiB" }
        =>
        ProxyGroups:ProcessGroups:shop:Group:Memory = "1GiB" is less than the workers may use before they are recycled (4 x 300MiB). Raise it, or lower Recycle:WorkerMemory or MaxProcesses.
        ---
        limits of an application group that are none, or keep its process groups from theirs
        { "ProxyGroups": {
          "ApplicationGroups": { "python": { "MaxMemory": "2GiB", "Group": { "Cpus": 2, "Memory": "1GiB", "Tasks": 64 } }, "node": { "Group": { "CpuWeight": 0, "Cpu": 1 } } },
          "ProcessGroups": {
            "shop": { "ApplicationGroup": "Python", "Group": { "Cpus": 2.5, "Memory": "2GiB", "MemoryHigh": "1500MiB", "Tasks": 65 } },
            "blog": { "ApplicationGroup": "python", "Processes": 4, "Recycle": { "WorkerMemory": "300MiB" }, "Group": { "Cpus": 2, "Tasks": 64 } } } } }
        =>
        ProxyGroups:ApplicationGroups:node:Group:Cpu is not a known setting. Did you mean "Cpus"?
        ProxyGroups:ApplicationGroups:node:Group:CpuWeight = "0" is below what is allowed. Write a whole number from 1 to 10000.
        ProxyGroups:ApplicationGroups:python:MaxMemory = "2GiB" is above Group:Memory (1GiB), where the kernel kills, so it can never be reached. Write less, or raise that.
        ProxyGroups:ApplicationGroups:python:Group:Memory = "1GiB" is less than the workers of blog may use before they are recycled (4 x 300MiB). Raise it, or lower Recycle:WorkerMemory or MaxProcesses.
        ProxyGroups:ProcessGroups:shop:Group:Cpus = "2.5" is above ProxyGroups:ApplicationGroups:Python:Group:Cpus (2), so it can never be reached. Write less, or raise ProxyGroups:ApplicationGroups:Python:Group:Cpus.
        ProxyGroups:ProcessGroups:shop:Group:Memory = "2GiB" is above ProxyGroups:ApplicationGroups:Python:Group:Memory (1GiB), so it can never be reached. Write less, or raise ProxyGroups:ApplicationGroups:Python:Group:Memory.
        ProxyGroups:ProcessGroups:shop:Group:MemoryHigh = "1500MiB" is above ProxyGroups:ApplicationGroups:Python:Group:Memory (1GiB), so it can never be reached. Write less, or raise ProxyGroups:ApplicationGroups:Python:Group:Memory.
        ProxyGroups:ProcessGroups:shop:Group:Tasks = "65" is above ProxyGroups:ApplicationGroups:Python:Group:Tasks (64), so it can never be reached. Write less, or raise ProxyGroups:ApplicationGroups:Python:Group:Tasks.
        ---
        a cgroup that is no path
        { "ProxyGroups": { "Cgroup": "web" } }
        =>
        ProxyGroups:Cgroup = "web" is not an absolute path. Write the folder of a cgroup, such as "/sys/fs/cgroup/web".
        ---
        logs without bounds
        "Log": { "File": "", "MaxSize": "off", "Keep": 1001 }
        =>
        ProxyGroups:ProcessGroups:shop:Log:File = "" is empty or holds a zero byte. Write a text, or null for the default.
        ProxyGroups:ProcessGroups:shop:Log:MaxSize = "off" is too little to hold a line. Write "64KiB" or more: without a bound the lines could fill the disk.
        ProxyGroups:ProcessGroups:shop:Log:Keep = "1001" is above what is allowed. Write a whole number from 0 to 1000.
        ---
        one log for two groups
        { "ProxyGroups": { "ProcessGroups": { "shop": { "Log": { "File": "all.log" } }, "blog": { "Log": { "File": "all.log" } } } } }
        =>
        ProxyGroups:ProcessGroups:shop:Log:File = "all.log" is the log of blog too, and two bounds of size cannot hold for one file. Name a file for each.
        ---
        the log of a group that is the access log too
        { "ProxyGroups": { "AccessLog": { "Format": "json", "File": "all.log" }, "ProcessGroups": { "shop": { "Log": { "File": "all.log" } } } } }
        =>
        ProxyGroups:ProcessGroups:shop:Log:File = "all.log" is the access log too, and two bounds of size cannot hold for one file. Name a file for each.
        ---
        an admin endpoint for everybody
        { "ProxyGroups": { "AdminEndpoint": { "Url": "http://127.0.0.1:9443" } } }
        =>
        ProxyGroups:AdminEndpoint:Url = "http://127.0.0.1:9443" would let everybody in, because TokenFile is not set. Make a token with "(umask 077; openssl rand -hex 32 > admin.token)", and write "TokenFile": "admin.token".
        ---
        an admin endpoint without encryption
        { "ProxyGroups": { "AdminEndpoint": { "Url": "http://10.0.0.1:9443", "TokenFile": "admin.token" } } }
        =>
        ProxyGroups:AdminEndpoint:Url = "http://10.0.0.1:9443" would send the token unencrypted over the network. Write "https://", with a certificate in Kestrel:Certificates:Default; or keep to "http://127.0.0.1:..." and reach it through an SSH tunnel (ssh -L).
        ---
        an admin endpoint on all addresses
        { "ProxyGroups": { "AdminEndpoint": { "Url": "http://[::]:9443", "TokenFile": "admin.token" } } }
        =>
        ProxyGroups:AdminEndpoint:Url = "http://[::]:9443" would send the token unencrypted over the network. Write "https://", with a certificate in Kestrel:Certificates:Default; or keep to "http://127.0.0.1:..." and reach it through an SSH tunnel (ssh -L).
        ---
        an admin endpoint at a name that only looks like this machine's
        { "ProxyGroups": { "AdminEndpoint": { "Url": "http://localhost.example:9443", "TokenFile": "admin.token" } } }
        =>
        ProxyGroups:AdminEndpoint:Url = "http://localhost.example:9443" would send the token unencrypted over the network. Write "https://", with a certificate in Kestrel:Certificates:Default; or keep to "http://127.0.0.1:..." and reach it through an SSH tunnel (ssh -L).
        ---
        an admin endpoint with a path
        { "ProxyGroups": { "AdminEndpoint": { "Url": "https://admin.example/groups", "TokenFile": "admin.token" } } }
        =>
        ProxyGroups:AdminEndpoint:Url = "https://admin.example/groups" is not scheme, host and port alone. Write "http://127.0.0.1:9443", or "https://" with an address or name of this machine and a port.
        ---
        an admin endpoint with a password in its address
        { "ProxyGroups": { "AdminEndpoint": { "Url": "https://admin:secret@admin.example", "TokenFile": "admin.token" } } }
        =>
        ProxyGroups:AdminEndpoint:Url is not scheme, host and port alone. Write "http://127.0.0.1:9443", or "https://" with an address or name of this machine and a port.
        ---
        a token without an endpoint, and an unknown key
        { "ProxyGroups": { "AdminEndpoint": { "TokenFile": "admin.token", "Token": "x" } } }
        =>
        ProxyGroups:AdminEndpoint:Token is not a known setting. Remove it. Known here: Url, TokenFile.
        ProxyGroups:AdminEndpoint:TokenFile = "admin.token" opens nothing, because Url is not set. Write "Url", or remove it.
        ---
        an admin endpoint of an interface that is off
        { "ProxyGroups": { "Admin": false, "AdminEndpoint": { "Url": "http://127.0.0.1:9443", "TokenFile": "admin.token" } } }
        =>
        ProxyGroups:AdminEndpoint:Url = "http://127.0.0.1:9443" serves nothing, because Admin is false. Write "Admin": true, or remove it.
        ---
        an access log that is off and has a file
        { "ProxyGroups": { "AccessLog": { "File": "access.log" } } }
        =>
        ProxyGroups:AccessLog:File = "access.log" gets no line, because Format is "off". Write "Format": "combined", or remove it.
        ---
        an access log in no format, without bounds
        { "ProxyGroups": { "AccessLog": { "Format": "apache", "MaxSize": "1kB", "Keep": -1, "Query": "no", "Files": 3 } } }
        =>
        ProxyGroups:AccessLog:Files is not a known setting. Did you mean "File"?
        ProxyGroups:AccessLog:Format = "apache" is no format of an access log. Write "common", "combined" or "json", or "off".
        ProxyGroups:AccessLog:Query = "no" is neither true nor false. Write true or false.
        ProxyGroups:AccessLog:MaxSize = "1kB" is too little to hold a line. Write "64KiB" or more: without a bound the lines could fill the disk.
        ProxyGroups:AccessLog:Keep = "-1" is below what is allowed. Write a whole number from 0 to 1000.
        ---
        minimums that the machine has no room for
        { "ProxyGroups": { "MaxProcesses": 5, "ProcessGroups": { "shop": { "Processes": 3 }, "blog": { "Processes": 2 }, "wiki": { "Processes": 0 } } } }
        =>
        ProxyGroups:MaxProcesses = "5" is less than what all groups need at least: blog 2 + shop 3 + 1 for those that start on demand = 6. Lower their Processes, or write 6 or more.
        ---
        minimums that just fit
        { "ProxyGroups": { "MaxProcesses": 6, "ProcessGroups": { "shop": { "Processes": 3, "MaxProcesses": 6 }, "blog": { "Processes": 2 }, "wiki": { "Processes": 0 } } } }
        ---
        caps on memory
        { "ProxyGroups": { "MaxMemory": "2GiB", "ApplicationGroups": { "python": { "MaxMemory": "3GiB" }, "node": { "MaxMemory": "1kB" } } } }
        =>
        ProxyGroups:ApplicationGroups:node:MaxMemory = "1kB" leaves no memory for a program. Write a size such as "2GiB", or remove it.
        ProxyGroups:ApplicationGroups:python:MaxMemory = "3GiB" is above ProxyGroups:MaxMemory (2GiB), so it can never be reached. Write less, or raise that.
        ---
        caps of application groups
        { "ProxyGroups": { "MaxProcesses": 8, "ApplicationGroups": { "python": { "MaxProcesses": 2 }, "node": { "MaxProcesses": 9 }, "ruby": { "MaxProcesses": 0 }, "Perl": {} },
          "ProcessGroups": { "shop": { "ApplicationGroup": "Python", "Processes": 3 }, "blog": { "ApplicationGroup": "python", "Processes": 1, "MaxProcesses": 4 }, "wiki": { "MaxProcesses": 9 } } } }
        =>
        ProxyGroups:ApplicationGroups:Perl is not a name of an application group. Write "perl".
        ProxyGroups:ApplicationGroups:node:MaxProcesses = "9" is above ProxyGroups:MaxProcesses (8), so it can never be reached. Write 8 or less, or raise ProxyGroups:MaxProcesses.
        ProxyGroups:ApplicationGroups:python:MaxProcesses = "2" is less than what its process groups need at least: blog 1 + shop 3 = 4. Lower their Processes, or write 4 or more.
        ProxyGroups:ApplicationGroups:ruby:MaxProcesses = "0" is below what is allowed. Write a whole number from 1 to 100000.
        ProxyGroups:ProcessGroups:blog:MaxProcesses = "4" is above ProxyGroups:ApplicationGroups:python:MaxProcesses (2), so it can never be reached. Write 2 or less, or raise ProxyGroups:ApplicationGroups:python:MaxProcesses.
        ProxyGroups:ProcessGroups:wiki:MaxProcesses = "9" is above ProxyGroups:MaxProcesses (8), so it can never be reached. Write 8 or less, or raise ProxyGroups:MaxProcesses.
        ---
        limits of a worker that are none
        "Worker": { "Group": "w w", "SupplementaryGroups": [ "a", "b:c" ], "Umask": "0700", "CpuSeconds": 0, "AddressSpace": "1MiB", "NoNewPrivileges": "maybe", "Capabilities": [ "net_bind_service", "CAP_SYS_ADMIN", "fly" ] }
        =>
        ProxyGroups:ProcessGroups:shop:Worker:NoNewPrivileges = "maybe" is neither true nor false. Write true or false.
        ProxyGroups:ProcessGroups:shop:Worker:Group = "w w" is not a group name. Write the name of a group, such as "www-data".
        ProxyGroups:ProcessGroups:shop:Worker:SupplementaryGroups:1 = "b:c" is not a group name. Write the name of a group, such as "www-data".
        ProxyGroups:ProcessGroups:shop:Worker:Umask = "0700" is no umask, or takes rights from the worker's own user. Write three octal digits that begin with 0, such as "027".
        ProxyGroups:ProcessGroups:shop:Worker:CpuSeconds = "0" is below what is allowed. Write a whole number from 1 to 1000000000.
        ProxyGroups:ProcessGroups:shop:Worker:AddressSpace = "1MiB" is less than a program needs to start. Write "64MiB" or more.
        ProxyGroups:ProcessGroups:shop:Worker:Capabilities:1 = "CAP_SYS_ADMIN" is no capability. Did you mean "sys_admin"?
        ProxyGroups:ProcessGroups:shop:Worker:Capabilities:2 = "fly" is no capability. Write a name of capabilities(7) without "CAP_", such as "net_bind_service".
        ---
        an idle timeout of nothing
        "Timeouts": { "Idle": "0s" }
        =>
        ProxyGroups:ProcessGroups:shop:Timeouts:Idle = "0s" is not above zero. Write "1ms" or more, or "off".
        ---
        restarts
        "Before": [ [ "migrate" ] ],
        "Restart": { "Before": [ "python", "manage.py" ], "Watch": [ "../restart.txt", "/restart.txt", "code" ], "MaxSurge": 0, "MaxUnavailable": 0, "Debounce": "off" }
        =>
        ProxyGroups:ProcessGroups:shop:Before is not a known setting. It belongs in "Restart".
        ProxyGroups:ProcessGroups:shop:Restart:Before is no list of commands, each a list of words. Write [ [ "program", "argument" ], ... ].
        ProxyGroups:ProcessGroups:shop:Restart:Watch:0 = "../restart.txt" is not a path below Directory. Write a path without a leading "/" and without "..", such as "tmp/restart.txt" or "**/*.py".
        ProxyGroups:ProcessGroups:shop:Restart:Watch:1 = "/restart.txt" is not a path below Directory. Write a path without a leading "/" and without "..", such as "tmp/restart.txt" or "**/*.py".
        ProxyGroups:ProcessGroups:shop:Restart:Debounce = "off" cannot be switched off: nothing may hang for ever. Write a duration below "49d".
        ProxyGroups:ProcessGroups:shop:Restart:MaxSurge = "0" and MaxUnavailable 0 leave no way to replace a worker. Write "MaxSurge": 1 (a successor is ready first), or "MaxUnavailable": 1 (a worker leaves first).
        ---
        a restart out of range
        "Processes": 2, "Restart": { "Before": [ [] ], "MaxSurge": 257, "MaxUnavailable": 3 }
        =>
        ProxyGroups:ProcessGroups:shop:Restart:Before is no list of commands, each a list of words. Write [ [ "program", "argument" ], ... ].
        ProxyGroups:ProcessGroups:shop:Restart:MaxSurge = "257" is above what is allowed. Write a whole number from 0 to 256.
        ProxyGroups:ProcessGroups:shop:Restart:MaxUnavailable = "3" is above the number of workers (2). Write 0 to 2.
        ---
        a maintenance page elsewhere
        "Maintenance": { "Page": "/etc/passwd" }
        =>
        ProxyGroups:ProcessGroups:shop:Maintenance:Page = "/etc/passwd" is not a path below Directory. Write a path without a leading "/" and without "..", such as "maintenance.html".
        ---
        other things that come later
        "Preload": [ "django" ]
        =>
        ProxyGroups:ProcessGroups:shop:Preload is not supported yet. Remove it: workers share what Preload of their application group names, and with "PreloadApp" of the process group the app itself.
        ---
        a warm-up of nothing
        "Warmup": [ "/" ]
        =>
        ProxyGroups:ProcessGroups:shop:Warmup warms up nothing without PreloadApp. Write "PreloadApp": true, or remove it.
        ---
        modules that are left out of nothing
        { "ProxyGroups": { "ApplicationGroups": { "python": { "Preload": [ "django.db", "shopping" ], "PreloadExclude": [ "django", "shop", "a b" ] }, "ruby": { "PreloadExclude": [ "grpc" ] } }, "ProcessGroups": { "shop": { "PreloadExclude": [ "shop.metrics" ] } } } }
        =>
        ProxyGroups:ApplicationGroups:python:PreloadExclude = "a b" is no name of a Python module. Write names as in an import, such as "django.db".
        ProxyGroups:ApplicationGroups:python:PreloadExclude = "django.db" is left out here and imported by Preload. Remove it from one of them.
        ProxyGroups:ApplicationGroups:ruby:PreloadExclude leaves out nothing without Preload. Name modules in Preload, write it in a process group with PreloadApp, or remove it.
        ProxyGroups:ProcessGroups:shop:PreloadExclude leaves out nothing without PreloadApp. Write "PreloadApp": true, write it in the application group, or remove it.
        ---
        hooks of nothing
        "BeforeFork": "shop.hooks:stop", "AfterFork": "shop.hooks"
        =>
        ProxyGroups:ProcessGroups:shop:BeforeFork = "shop.hooks:stop" is called by nobody without PreloadApp. Write "PreloadApp": true, or remove it.
        ProxyGroups:ProcessGroups:shop:AfterFork = "shop.hooks" is called by nobody without PreloadApp. Write "PreloadApp": true, or remove it.
        ProxyGroups:ProcessGroups:shop:AfterFork = "shop.hooks" names no function. Write "module:function" or "file.py:function", such as "shop.hooks:stop_threads".
        ---
        pages that are none
        "PreloadApp": true, "Warmup": [ "/good?a=b", "cart", "https://shop.example.com/", "https://shop.example.com", "/a b" ]
        =>
        ProxyGroups:ProcessGroups:shop:Warmup:1 = "cart" is no page of the app. Write a path that begins with "/", such as "/cart?empty=1", or an address such as "https://shop.example.com/cart"; encode what is not ASCII.
        ProxyGroups:ProcessGroups:shop:Warmup:3 = "https://shop.example.com" is no page of the app. Write a path that begins with "/", such as "/cart?empty=1", or an address such as "https://shop.example.com/cart"; encode what is not ASCII.
        ProxyGroups:ProcessGroups:shop:Warmup:4 = "/a b" is no page of the app. Write a path that begins with "/", such as "/cart?empty=1", or an address such as "https://shop.example.com/cart"; encode what is not ASCII.
        ---
        another version of HTTP
        "HttpRequest": { "Version": "2", "ActivityTimeout": "30s", "VersionPolicy": "RequestVersionExact", "AllowResponseBuffering": true }
        =>
        ProxyGroups:ProcessGroups:shop:HttpRequest:ActivityTimeout = "30s" is YARP's own and has no effect on a process group. Write "Timeouts:Request" (until the response head) and "Timeouts:Silence" (after it).
        ProxyGroups:ProcessGroups:shop:HttpRequest:AllowResponseBuffering = "True" is not supported yet. Remove it, and write "Buffering:Response".
        ProxyGroups:ProcessGroups:shop:HttpRequest:VersionPolicy = "RequestVersionExact" is not supported yet. Remove it: workers are spoken to in HTTP 1.1.
        ProxyGroups:ProcessGroups:shop:HttpRequest:Version = "2" is not supported yet. Write "1.1", or remove it: clients may use HTTP/2 all the same.
        ---
        YARP's settings in a group
        "LoadBalancingPolicy": "RoundRobin", "SessionAffinity": { "Enabled": true }, "HealthCheck": {  "Active": { "Enabled": true } }, "HttpClient": { "MaxConnectionsPerServer": 4 }, "Destinations": { "a": { "Address": "http://x" } }, "ClusterId": "x"
        =>
        ProxyGroups:ProcessGroups:shop:ClusterId = "x" is YARP's own and has no effect on a process group. Remove it: the group's name is the id of its cluster.
        ProxyGroups:ProcessGroups:shop:Destinations is YARP's own and has no effect on a process group. Remove it: the group's workers are the destinations; "Processes" of the group says how many.
        ProxyGroups:ProcessGroups:shop:HealthCheck is YARP's own and has no effect on a process group. Remove it, and write "Readiness" and "Timeouts" of the group: workers are watched from outside.
        ProxyGroups:ProcessGroups:shop:HttpClient is YARP's own and has no effect on a process group. Remove it: "Threads" of the group bounds the connections of each worker.
        ProxyGroups:ProcessGroups:shop:LoadBalancingPolicy = "RoundRobin" is YARP's own and has no effect on a process group. Remove it: a request goes to the least busy worker, and waits in the group's queue.
        ProxyGroups:ProcessGroups:shop:SessionAffinity is YARP's own and has no effect on a process group. Remove it: requests of one session may reach any worker; keep sessions in a store.
        ---
        a YARP cluster of a group's name
        {
          "ReverseProxy": { "Clusters": { "Shop": {
            "LoadBalancingPolicy": "RoundRobin", "SessionAffinity": { "Enabled": true, "AffinityKeyName": "x" }, "HealthCheck": { "Active": { "Enabled": true } },
            "HttpClient": { "MaxConnectionsPerServer": 4 }, "HttpRequest": { "ActivityTimeout": "00:00:30" }, "Destinations": { "a": { "Address": "http://x" } }, "Metadata": { "a": "b" } } } },
          "ProxyGroups": { "ProcessGroups": { "shop": {} } }
        }
        =>
        ReverseProxy:Clusters:Shop has the name of a process group, which is its own cluster. Remove this cluster, or give it another name.
        ReverseProxy:Clusters:Shop:Destinations is YARP's own and has no effect on a process group. Remove it: the group's workers are the destinations; "Processes" of the group says how many.
        ReverseProxy:Clusters:Shop:HealthCheck is YARP's own and has no effect on a process group. Remove it, and write "Readiness" and "Timeouts" of the group: workers are watched from outside.
        ReverseProxy:Clusters:Shop:HttpClient is YARP's own and has no effect on a process group. Remove it: "Threads" of the group bounds the connections of each worker.
        ReverseProxy:Clusters:Shop:HttpRequest is YARP's own and has no effect on a process group. Remove it, and write "HttpRequest" and "Timeouts" of the group.
        ReverseProxy:Clusters:Shop:LoadBalancingPolicy is YARP's own and has no effect on a process group. Remove it: a request goes to the least busy worker, and waits in the group's queue.
        ReverseProxy:Clusters:Shop:Metadata is YARP's own and has no effect on a process group. Remove it, and write metadata on the route.
        ReverseProxy:Clusters:Shop:SessionAffinity is YARP's own and has no effect on a process group. Remove it: requests of one session may reach any worker; keep sessions in a store.
        ---
        a route to nowhere
        {
          "ReverseProxy": {
            "Routes": { "a": { "ClusterId": "shopp", "Match": { "Path": "/a" } }, "b": { "ClusterId": "elsewhere", "Match": { "Path": "/b" } }, "c": { "ClusterId": "SHOP", "Match": { "Path": "/c" } } },
            "Clusters": { "legacy": { "Destinations": { "a": { "Address": "http://x" } } } } },
          "ProxyGroups": { "ProcessGroups": { "shop": {} } }
        }
        =>
        ReverseProxy:Routes:a:ClusterId = "shopp" is neither a process group nor a cluster. Did you mean "shop"?
        ReverseProxy:Routes:b:ClusterId = "elsewhere" is neither a process group nor a cluster. Write the name of a process group: shop, legacy.
        ---
        a route without any group
        { "ReverseProxy": { "Routes": { "a": { "ClusterId": "shop", "Match": { "Path": "/a" } } } } }
        =>
        ReverseProxy:Routes:a:ClusterId = "shop" is neither a process group nor a cluster. Write the name of a process group; there is none yet.
        ---
        a route that YARP cannot read
        { "ReverseProxy": { "Routes": { "a": { "ClusterId": "shop", "Order": "first", "Match": { "Path": "/a" } } } }, "ProxyGroups": { "ProcessGroups": { "shop": {} } } }
        =>
        ReverseProxy cannot be read by YARP: The input string 'first' was not in a correct format. Correct the value; see YARP's documentation of this section.
        """;
}
