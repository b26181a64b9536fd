namespace ProxyGroups.Tests.Configuration;

/// <summary>Settings of one group. As in <see cref="BrokenSettings"/>.</summary>
internal static class BrokenGroups
{
    public const string Table = """
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
        logs without bounds
        "Log": { "File": "", "MaxSize": "off", "Keep": 1001 }
        =>
        ProxyGroups:ProcessGroups:shop:Log:File = "" is empty or holds a zero byte. Write a text, or null for the default.
        ProxyGroups:ProcessGroups:shop:Log:MaxSize = "off" is too little to hold a line. Write "64KiB" or more: without a bound the lines could fill the disk.
        ProxyGroups:ProcessGroups:shop:Log:Keep = "1001" is above what is allowed. Write a whole number from 0 to 1000.
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
        """;
}
