namespace ProxyGroups.Tests.Configuration;

/// <summary>Settings of the front door, and of several groups. As in <see cref="BrokenSettings"/>.</summary>
internal static class BrokenFiles
{
    public const string Table = """
        a route to background workers
        { "ReverseProxy": { "Routes": { "r": { "ClusterId": "mailer", "Match": { "Path": "/" } } } }, "ProxyGroups": { "ProcessGroups": { "mailer": { "Command": "consume", "Serves": false } } } }
        =>
        ReverseProxy:Routes:r:ClusterId = "mailer" is a group of background workers, which serve no HTTP. Remove the route, or remove "Serves": false from ProxyGroups:ProcessGroups:mailer.
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
        modules that are left out of nothing
        { "ProxyGroups": { "ApplicationGroups": { "python": { "Preload": [ "django.db", "shopping" ], "PreloadExclude": [ "django", "shop", "a b" ] }, "ruby": { "PreloadExclude": [ "grpc" ] } }, "ProcessGroups": { "shop": { "PreloadExclude": [ "shop.metrics" ] } } } }
        =>
        ProxyGroups:ApplicationGroups:python:PreloadExclude = "a b" is no name of a Python module. Write names as in an import, such as "django.db".
        ProxyGroups:ApplicationGroups:python:PreloadExclude = "django.db" is left out here and imported by Preload. Remove it from one of them.
        ProxyGroups:ApplicationGroups:ruby:PreloadExclude leaves out nothing without Preload. Name modules in Preload, write it in a process group with PreloadApp, or remove it.
        ProxyGroups:ProcessGroups:shop:PreloadExclude leaves out nothing without PreloadApp. Write "PreloadApp": true, write it in the application group, or remove it.
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
