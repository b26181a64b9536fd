using Microsoft.Extensions.Configuration;
using ProxyGroups.Configuration;
using Xunit;

namespace ProxyGroups.Tests.Configuration;

public sealed class SettingsReaderTests
{
    [Fact]
    public void Every_setting_is_read()
    {
        var settings = Layers.Read(Layers.Of("""
            {
              "ProxyGroups": {
                "Enabled": false, "RuntimeDirectory": "/run/x", "Overview": "/groups", "Admin": false, "Launcher": "plain", "MaxProcesses": 40, "MaxMemory": "6GiB",
                "ApplicationGroups": { "python": { "MaxProcesses": 12, "MaxMemory": "2GiB", "Group": { "CpuWeight": 50, "Cpus": 3, "Memory": "4GiB", "MemoryHigh": "3GiB", "Tasks": 900 }, "Preload": [ "django", "django.db" ], "PreloadExclude": [ "grpc" ], "Refresh": true, "RefreshAfter": "1m" } },
                "ProcessGroups": {
                  "shop": {
                    "ApplicationGroup": "python", "Directory": "apps/shop", "Wsgi": "shop.wsgi:application", "Python": "venv", "PreloadApp": true, "PreloadExclude": [ "shop.metrics" ], "Warmup": [ "/", "https://shop.example.com/cart" ], "BeforeFork": "shop.hooks:stop", "AfterFork": "shop.hooks:start",
                    "Environment": { "DEBUG": "1" }, "PassEnvironment": [ "DATABASE_URL" ],
                    "Processes": 2, "MaxProcesses": 2, "Threads": 8, "Serves": true,
                    "Queue": { "Limit": 160, "MaxWait": "2s" },
                    "Timeouts": { "Startup": "1m", "Request": "30s", "Silence": "off", "Drain": "00:00:45", "Stop": "1.5s", "Watchdog": "20s", "Idle": "1h" },
                    "Recycle": { "MaxRequests": 10000, "MaxAge": "1d", "WorkerMemory": "300MiB", "Jitter": 0.2 },
                    "Group": { "CpuWeight": 50, "Cpus": 1.5, "Memory": "2GiB", "MemoryHigh": "1GiB", "Tasks": 256 },
                    "Worker": { "User": "www-data", "Group": "shop", "SupplementaryGroups": [], "Umask": "027", "EnvironmentFile": ".env", "Nice": -5, "CpuSeconds": 60,
                                "OpenFiles": 4096, "AddressSpace": "4GiB", "CoreSize": "off", "NoNewPrivileges": false, "Capabilities": [ "kill" ] },
                    "Log": { "File": "logs/shop.log", "MaxSize": "1MiB", "Keep": 0 },
                    "Buffering": { "Request": "off", "Response": "2MB" },
                    "Readiness": { "Notify": true, "Path": "/health" },
                    "Restart": { "Watch": "tmp/restart.txt", "Debounce": "2s", "Before": [ [ "python", "manage.py", "migrate" ], [ "true" ] ], "MaxSurge": 2, "MaxUnavailable": 1 },
                    "Maintenance": { "Page": "public/maintenance.html" },
                    "HttpRequest": { "Version": "1.1" },
                    "MaxRequestBody": "1GiB"
                  }
                }
              }
            }
            """));

        Assert.Equal(new ProxyGroupsSettings
        {
            Enabled = false,
            RuntimeDirectory = "/run/x",
            Overview = "/groups",
            Admin = false,
            Launcher = LauncherKind.Plain,
            MaxProcesses = 40,
            MaxMemory = 6L << 30,
            ApplicationGroups = new Dictionary<string, ApplicationGroupSettings> { ["python"] = new() { MaxProcesses = 12, MaxMemory = 2L << 30, Group = new() { CpuWeight = 50, Cpus = 3, Memory = 4L << 30, MemoryHigh = 3L << 30, Tasks = 900 }, Preload = ["django", "django.db"], PreloadExclude = ["grpc"], Refresh = true, RefreshAfter = TimeSpan.FromMinutes(1) } },
            ProcessGroups = new Dictionary<string, ProcessGroupSettings>
            {
                ["shop"] = new()
                {
                    ApplicationGroup = "python",
                    Preload = ["django", "django.db"],
                    CommonExclude = ["grpc"],
                    Directory = "apps/shop",
                    Wsgi = "shop.wsgi:application",
                    Python = "venv",
                    PreloadApp = true,
                    PreloadExclude = ["shop.metrics"],
                    Warmup = ["/", "https://shop.example.com/cart"],
                    BeforeFork = "shop.hooks:stop",
                    AfterFork = "shop.hooks:start",
                    Environment = new Dictionary<string, string> { ["DEBUG"] = "1" },
                    PassEnvironment = ["DATABASE_URL"],
                    Processes = 2,
                    MaxProcesses = 2,
                    Threads = 8,
                    Queue = new() { Limit = 160, MaxWait = TimeSpan.FromSeconds(2) },
                    Timeouts = new()
                    {
                        Startup = TimeSpan.FromMinutes(1),
                        Request = TimeSpan.FromSeconds(30),
                        Silence = Timeout.InfiniteTimeSpan,
                        Drain = TimeSpan.FromSeconds(45),
                        Stop = TimeSpan.FromSeconds(1.5),
                        Idle = TimeSpan.FromHours(1),
                        Watchdog = TimeSpan.FromSeconds(20),
                    },
                    Recycle = new() { MaxRequests = 10_000, MaxAge = TimeSpan.FromDays(1), WorkerMemory = 300 << 20, Jitter = 0.2 },
                    Worker = new()
                    {
                        User = "www-data", Group = "shop", SupplementaryGroups = [], Umask = "027", EnvironmentFile = ".env", Nice = -5, CpuSeconds = 60,
                        OpenFiles = 4096, AddressSpace = 4L << 30, CoreSize = 0, NoNewPrivileges = false, Capabilities = ["kill"],
                    },
                    Group = new() { CpuWeight = 50, Cpus = 1.5, Memory = 2L << 30, MemoryHigh = 1L << 30, Tasks = 256 },
                    Log = new() { File = "logs/shop.log", MaxSize = 1 << 20, Keep = 0 },
                    Buffering = new() { Request = 0, Response = 2_000_000 },
                    Readiness = new() { Notify = true, Path = "/health" },
                    Restart = new()
                    {
                        Watch = ["tmp/restart.txt"],
                        Debounce = TimeSpan.FromSeconds(2),
                        Before = [["python", "manage.py", "migrate"], ["true"]],
                        MaxSurge = 2,
                        MaxUnavailable = 1,
                    },
                    Maintenance = new() { Page = "public/maintenance.html" },
                    HttpRequest = new() { Version = "1.1" },
                    MaxRequestBody = 1L << 30,
                },
            },
        }, settings);
    }

    [Theory]
    [InlineData("\"learn\"", true, "")]
    [InlineData("[ \"learn\", \"django\" ]", true, "django")]
    [InlineData("[ \"django\" ]", false, "django")]
    [InlineData("null", false, "")]
    public void Learn_stands_for_modules_that_nobody_names(string preload, bool learns, string modules)
    {
        var group = Layers.Read(Layers.Of($$"""{ "ProxyGroups": { "ApplicationGroups": { "python": { "Preload": {{preload}} } }, "ProcessGroups": { "shop": { "ApplicationGroup": "python" } } } }""")).ProcessGroups["shop"];
        Assert.Equal((learns, modules), (group.LearnsPreload, string.Join(' ', group.Preload)));
    }

    [Fact]
    public void Apps_are_laid_over_by_path()
    {
        var shop = Layers.ReadShop(
            """ "Apps": { "/blog": "blog:app", "/wiki": "wiki:app", "/old": "old:app" } """,
            """ "Apps": { "/wiki": { "App": "wiki.wsgi:app", "Directory": "wiki" }, "/old": null } """);

        Assert.Equal(new ProcessGroupSettings { Apps = new Dictionary<string, AppSettings> { ["/blog"] = new() { App = "blog:app" }, ["/wiki"] = new() { App = "wiki.wsgi:app", Directory = "wiki" } } }.Completed(), shop);
    }

    [Fact]
    public void A_group_that_names_its_apps_takes_no_app_from_the_defaults()
    {
        var groups = Layers.Read(Layers.Of("""
            { "ProxyGroups": { "Defaults": { "Apps": { "/": "home:app" } }, "ProcessGroups": { "a": { "Apps": { "/blog": "blog:app" } }, "b": { "Wsgi": "b:app" }, "c": {} } } }
            """)).ProcessGroups;

        Assert.Equal(("/blog", "", "/"), (Paths("a"), Paths("b"), Paths("c")));
        string Paths(string name) => string.Join(' ', groups[name].Apps.Keys);
    }

    [Fact]
    public void Workers_of_several_apps_are_told_how_long_requests_wait_for_an_import_and_others_are_not()
    {
        ProcessGroupSettings apps = new() { Apps = new Dictionary<string, AppSettings> { ["/"] = new() { App = "a:b" } } };
        ProcessGroupSettings Requests(ProcessGroupSettings group, int seconds) => group with { Timeouts = new() { Request = TimeSpan.FromSeconds(seconds) } };

        Assert.Equal((5, 60), ((int)Requests(apps, 10).ImportWait.TotalSeconds, (int)Requests(apps, 1000).ImportWait.TotalSeconds));
        Assert.NotEqual(Requests(apps, 10).OfWorkers(true), Requests(apps, 20).OfWorkers(true));
        Assert.Equal(Requests(new(), 10).OfWorkers(true), Requests(new(), 20).OfWorkers(true));
    }

    [Fact]
    public void Limits_that_are_kept_from_outside_restart_no_worker()
    {
        ProcessGroupSettings changed = new() { Recycle = new() { MaxRequests = 7, MaxAge = TimeSpan.FromHours(1), WorkerMemory = 1 << 30, Jitter = 0 } };
        Assert.Equal(new ProcessGroupSettings().OfWorkers(true), changed.OfWorkers(true));
    }

    [Theory]
    [InlineData("/blog", false)]
    [InlineData("/other", true)]
    public void A_route_that_takes_the_path_of_an_app_off_is_warned_of(string prefix, bool isGood)
    {
        var (snapshot, errors) = SettingsLoader.Load(new()
        {
            Configuration = Layers.Of($$"""
                { "ReverseProxy": { "Routes": { "r": { "ClusterId": "shop", "Match": { "Path": "/{**rest}" }, "Transforms": [ { "PathRemovePrefix": "{{prefix}}" } ] } } },
                  "ProxyGroups": { "ProcessGroups": { "shop": { "Apps": { "/blog": "blog:app" } } } } }
                """),
        });

        Assert.Empty(errors);
        Assert.Equal(isGood ? [] : ["ReverseProxy:Routes:r:Transforms take /blog off, by which shop finds one of its Apps. Remove PathRemovePrefix: the workers do this themselves."],
            snapshot.Warnings.Select(warning => warning.ToString()));
    }

    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a/b", "/a/b")]
    [InlineData("/caf%C3%A9", "/café")]
    [InlineData("/50%25", "/50%")]
    [InlineData("/%2525", "/%25")]
    [InlineData("/a b", "/a b")]
    [InlineData("/%2e%2e", null)]
    [InlineData("/%00", null)]
    [InlineData("/%0A", null)]
    [InlineData("/a%", null)]
    public void Paths_of_apps_are_compared_without_their_encoding(string written, string? path) => Assert.Equal(path, AppPath.Decode(written));

    [Fact]
    public void A_group_may_serve_no_HTTP() => Assert.False(Layers.ReadShop("\"Serves\": false, \"Command\": \"consume\"").Serves);

    [Fact]
    public void An_empty_group_has_the_defaults()
    {
        Assert.Equal(new ProcessGroupSettings().Completed(), Layers.ReadShop(""));
        Assert.Equal(1, Layers.ReadShop("").MaxProcesses);
        Assert.Equal(40, Layers.ReadShop("").Queue.Limit);
    }

    [Fact]
    public void Without_our_section_there_is_no_group() => Assert.Equal(new ProxyGroupsSettings(), Layers.Read(Layers.Of("{}")));

    [Fact]
    public void The_queue_limit_follows_processes_and_threads() =>
        Assert.Equal(10 * 3 * 8, Layers.ReadShop("\"Processes\": 3, \"Threads\": 8").Queue.Limit);

    [Fact]
    public void The_queue_limit_of_a_very_large_group_stays_within_its_range() =>
        Assert.Equal(1_000_000, Layers.ReadShop("\"Processes\": 256, \"Threads\": 1024").Queue.Limit);

    [Fact]
    public void Drain_follows_a_longer_request_timeout() =>
        Assert.Equal(TimeSpan.FromMinutes(5), Layers.ReadShop("\"Timeouts\": { \"Request\": \"5m\" }").Timeouts.Drain);

    [Theory]
    [InlineData("10s")]
    [InlineData("off")]
    public void Drain_follows_no_shorter_one_and_no_endless_one(string request) =>
        Assert.Equal(TimeSpan.FromSeconds(60), Layers.ReadShop($"\"Timeouts\": {{ \"Request\": \"{request}\" }}").Timeouts.Drain);

    [Fact]
    public void A_later_layer_overrides_single_values_and_keeps_the_others()
    {
        var shop = Layers.ReadShop("""
            "Threads": 8, "Queue": { "Limit": 10, "MaxWait": "1s" }
            """, """
            "Queue": { "Limit": 20 }
            """);
        Assert.Equal((8, 20, TimeSpan.FromSeconds(1)), (shop.Threads, shop.Queue.Limit, shop.Queue.MaxWait));
    }

    [Fact]
    public void The_last_layer_that_defines_an_array_wins_whole()
    {
        var shop = Layers.ReadShop("\"Command\": [ \"a\", \"b\", \"c\" ]", "\"Command\": [ \"x\" ]", "\"Threads\": 2");
        Assert.Equal(["x"], shop.Command);
    }

    [Fact]
    public void An_empty_array_empties_an_earlier_one() =>
        Assert.Empty(Layers.ReadShop("\"PassEnvironment\": [ \"A\" ]", "\"PassEnvironment\": []").PassEnvironment);

    [Fact]
    public void A_text_command_replaces_an_earlier_list() =>
        Assert.Equal(["node", "a b.js"], Layers.ReadShop("\"Command\": [ \"a\", \"b\", \"c\" ]", "\"Command\": \"node 'a b.js'\"").Command);

    [Fact]
    public void A_list_of_more_than_ten_words_keeps_its_order() =>
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"w{i}"), Layers.ReadShop($"\"Command\": [ {string.Join(',', Enumerable.Range(0, 12).Select(i => $"\"w{i}\""))} ]").Command);

    [Fact]
    public void Null_unsets_what_an_earlier_layer_says()
    {
        var shop = Layers.ReadShop("""
            "Threads": 8, "Command": [ "a" ], "Queue": { "Limit": 1, "MaxWait": "1s" }, "Worker": { "Nice": 3, "User": "www-data" }
            """, """
            "Threads": null, "Command": null, "Queue": null, "Worker": { "Nice": null }
            """);
        Assert.Equal(new ProcessGroupSettings { Worker = new() { User = "www-data" } }.Completed(), shop);
    }

    [Fact]
    public void A_layer_after_a_null_says_anew() =>
        Assert.Equal((5, TimeSpan.FromSeconds(5)), Layers.ReadShop("\"Queue\": { \"Limit\": 1, \"MaxWait\": \"1s\" }", "\"Queue\": null", "\"Queue\": { \"Limit\": 5 }") is var shop
            ? (shop.Queue.Limit, shop.Queue.MaxWait) : default);

    [Fact]
    public void Environment_variables_override_any_setting()
    {
        const string prefix = "PGTEST_A_";
        (string Name, string Value)[] variables =
        [
            ("ProxyGroups__ProcessGroups__shop__Threads", "8"),
            ("PROXYGROUPS__PROCESSGROUPS__SHOP__QUEUE__MAXWAIT", "9s"),
            ("ProxyGroups__ProcessGroups__shop__Command__0", "x"),
            ("ProxyGroups__ProcessGroups__shop__Environment__DEBUG", "0"),
        ];
        foreach (var (name, value) in variables)
        {
            Environment.SetEnvironmentVariable(prefix + name, value);
        }

        var configuration = new ConfigurationBuilder()
            .AddConfiguration(Layers.Of(Layers.Shop("\"Threads\": 2, \"Command\": [ \"a\", \"b\" ], \"Environment\": { \"DEBUG\": \"1\", \"OTHER\": \"2\" }")))
            .AddEnvironmentVariables(prefix)
            .Build();
        var shop = Assert.Single(Layers.Read(configuration).ProcessGroups);
        Assert.Equal("shop", shop.Key);
        Assert.Equal((8, TimeSpan.FromSeconds(9)), (shop.Value.Threads, shop.Value.Queue.MaxWait));
        Assert.Equal(["x"], shop.Value.Command);
        Assert.Equal(new() { ["DEBUG"] = "0", ["OTHER"] = "2" }, new Dictionary<string, string>(shop.Value.Environment));
    }

    [Fact]
    public void A_configuration_that_is_no_root_is_read_merged()
    {
        IConfiguration section = Layers.Of($$"""{ "Inner": {{Layers.Shop("\"Threads\": 8")}} }""").GetSection("Inner");
        Assert.Equal(8, Layers.Read(section).ProcessGroups["shop"].Threads);
    }

    [Fact]
    public void Defaults_apply_to_every_group_and_the_group_wins()
    {
        var groups = Layers.Read(Layers.Of("""
            { "ProxyGroups": {
                "Defaults": { "Threads": 2, "Queue": { "Limit": 7, "MaxWait": "3s" }, "Environment": { "A": "1", "B": "1" }, "PassEnvironment": [ "X", "Y" ] },
                "ProcessGroups": {
                  "shop": { "Threads": 9, "Queue": { "MaxWait": null }, "Environment": { "B": "2" }, "PassEnvironment": [ "Z" ] },
                  "blog": {}
                } } }
            """)).ProcessGroups;
        var (shop, blog) = (groups["shop"], groups["blog"]);
        Assert.Equal((9, 7, TimeSpan.FromSeconds(5)), (shop.Threads, shop.Queue.Limit, shop.Queue.MaxWait));
        Assert.Equal(new() { ["A"] = "1", ["B"] = "2" }, new Dictionary<string, string>(shop.Environment));
        Assert.Equal(["Z"], shop.PassEnvironment);
        Assert.Equal((2, 7, TimeSpan.FromSeconds(3)), (blog.Threads, blog.Queue.Limit, blog.Queue.MaxWait));
        Assert.Equal(["X", "Y"], blog.PassEnvironment);
    }

    [Fact]
    public void A_group_that_names_its_app_takes_no_other_app_from_the_defaults()
    {
        var groups = Layers.Read(Layers.Of("""
            { "ProxyGroups": { "Defaults": { "Wsgi": "app:app" }, "ProcessGroups": { "node": { "Command": "node x.js" }, "shop": {} } } }
            """)).ProcessGroups;
        Assert.Null(groups["node"].Wsgi);
        Assert.Equal("app:app", groups["shop"].Wsgi);
    }

    [Theory]
    [InlineData("{ \"A\": \"1\", \"B\": \"2\" }", "{ \"B\": \"3\", \"C\": \"4\" }", "A=1 B=3 C=4")]
    [InlineData("{ \"A\": \"1\", \"B\": \"2\" }", "{ \"A\": null }", "B=2")]
    [InlineData("{ \"A\": \"1\" }", "null", "")]
    [InlineData("{ \"A\": \"1\" }", "[]", "")]
    [InlineData("{ \"A\": \"1\" }", "[ \"B=2\" ]", "B=2")]
    [InlineData("[ \"A=1\", \"a=2\" ]", "{ \"B\": \"3\" }", "A=1 B=3 a=2")]
    [InlineData("[ \"http_proxy=x\", \"HTTP_PROXY=y\", \"E=\", \"Q=a=b\" ]", "{}", "E= HTTP_PROXY=y Q=a=b http_proxy=x", true)]
    [InlineData("{ \"http_proxy\": \"x\" }", "{ \"HTTP_PROXY\": \"y\" }", "HTTP_PROXY=y http_proxy=x")]
    [InlineData("{ \"A\": \"\" }", "{ \"N\": 5, \"T\": true }", "A= N=5 T=True")]
    public void Environment_is_laid_over_by_name(string first, string second, string expected, bool onlyFirst = false)
    {
        string[] layers = onlyFirst ? [$"\"Environment\": {first}"] : [$"\"Environment\": {first}", $"\"Environment\": {second}"];
        var entries = Layers.ReadShop(layers).Environment.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal);
        Assert.Equal(expected, string.Join(' ', entries));
    }

    [Fact]
    public void No_value_of_an_environment_variable_is_ever_shown()
    {
        var configuration = Layers.Of("""
            { "ProxyGroups": { "Defaults": { "Environment": "SECRET" }, "ProcessGroups": {
                "a": { "Environment": "SECRET" },
                "b": { "Environment": [ "SECRET", "=SECRET", "" ] },
                "c": { "Environment": { "X": { "Y": "SECRET" }, "Z": [ "SECRET" ], "A=B": "SECRET", "N": "SECRET\u0000" } },
                "d": { "PassEnvironment": [ "X=SECRET" ] },
                "e": { "Environment": { "X": "SECRET" } } } } }
            """);
        var (snapshot, errors) = SettingsLoader.Load(new() { Configuration = configuration });
        Assert.Equal(10, errors.Count);
        Assert.DoesNotContain("SECRET", new SettingsException(errors).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", string.Concat(errors), StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", snapshot.ToString() + snapshot.Settings.ProcessGroups["e"], StringComparison.Ordinal);
    }
}
