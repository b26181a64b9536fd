namespace ProxyGroups.Tests.Configuration;

/// <summary>Keys that are none, and what is no value, section or list. As in <see cref="BrokenSettings"/>.</summary>
internal static class BrokenForms
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
        """;
}
