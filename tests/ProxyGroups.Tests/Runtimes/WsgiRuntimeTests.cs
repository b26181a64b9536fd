using ProxyGroups.Configuration;
using ProxyGroups.Supervision;
using Xunit;

namespace ProxyGroups.Tests.Runtimes;

public sealed class WsgiRuntimeTests : IDisposable
{
    private readonly RuntimeScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void The_worker_is_our_package_run_by_the_interpreter()
    {
        _scene.WriteProgram("programs/python3");
        var spec = _scene.Launch(Wsgi(), _scene.Socket);

        Assert.Equal([$"{_scene.Programs}/python3", "-u", $"{_scene.Root}/proxygroups", "wsgi"], spec.Command);
        Assert.Equal(("shop.wsgi:application", "/run/x/7.sock"), (spec.Environment["PROXYGROUPS_APP"], spec.Environment["PROXYGROUPS_SOCKET"]));
        Assert.Equal((_scene.App, 3), (spec.Directory, spec.StackDumpSignal));
    }

    [Fact]
    public void It_can_listen_on_a_port()
    {
        _scene.WriteProgram("programs/python3");
        var environment = _scene.Launch(Wsgi(), _scene.Port).Environment;

        Assert.Equal("4711", environment["PROXYGROUPS_PORT"]);
        Assert.False(environment.ContainsKey("PROXYGROUPS_SOCKET"));
    }

    [Theory]
    [InlineData(null, null, true, null)]
    [InlineData(null, "/up", true, "/up")]
    [InlineData(false, null, false, "/")]
    public void It_notifies_by_itself(bool? notify, string? path, bool expectedNotify, string? expectedPath)
    {
        _scene.WriteProgram("programs/python3");
        var settings = Wsgi() with { Readiness = new() { Notify = notify, Path = path } };

        Assert.Equal(new ReadinessCheck(expectedNotify, expectedPath), _scene.Launch(settings, _scene.Socket).Readiness);
    }

    [Fact]
    public void A_preloader_knows_nothing_of_one_group_alone_but_what_an_interpreter_reads_at_its_start()
    {
        _scene.WriteProgram("programs/python3");
        var variables = new Dictionary<string, string> { ["SECRET"] = "s", ["PYTHONPATH"] = "lib", ["LD_PRELOAD"] = "x.so", ["MALLOC_ARENA_MAX"] = "2", ["HOME"] = "/elsewhere" };
        var preload = _scene.Launch(Wsgi() with { ApplicationGroup = "python", Preload = ["django", "decimal"], CommonExclude = ["grpc"], Environment = variables }, _scene.Socket).Preload!;

        Assert.Equal([$"{_scene.Programs}/python3", "-u", $"{_scene.Root}/proxygroups", "preload"], preload.Command);
        Assert.Equal(("python", "django decimal", TimeSpan.FromSeconds(30)), (preload.Owner, preload.Environment["PROXYGROUPS_PRELOAD"], preload.Patience));
        Assert.Equal(("lib", "x.so", "2"), (preload.Environment["PYTHONPATH"], preload.Environment["LD_PRELOAD"], preload.Environment["MALLOC_ARENA_MAX"]));
        Assert.Equal("grpc", preload.Environment["PROXYGROUPS_PRELOAD_EXCLUDE"]);
        Assert.DoesNotContain("s", preload.Environment.Values);
        Assert.NotEqual("/elsewhere", preload.Environment.GetValueOrDefault("HOME"));
        Assert.Null(_scene.Launch(Wsgi(), _scene.Socket).Preload);
    }

    [Fact]
    public void Workers_of_an_application_group_tell_what_they_load_and_could_be_forked_with_it()
    {
        _scene.WriteProgram("programs/python3");
        var worker = _scene.Launch(Wsgi() with { ApplicationGroup = "python", LearnsPreload = true }, _scene.Socket);

        Assert.Null(worker.Preload);
        Assert.Equal(("python", true, "100"), (worker.Sharing!.Owner, worker.Sharing.Learns, worker.Environment["PROXYGROUPS_REPORT_AFTER"]));
        Assert.Equal([$"{_scene.Programs}/python3", "-u", $"{_scene.Root}/proxygroups", "trial"], worker.Sharing.Trial);
        Assert.Contains("forked after importing what is learned", _scene.Good(Wsgi() with { ApplicationGroup = "python", LearnsPreload = true }).Description, StringComparison.Ordinal);
        var alone = _scene.Launch(Wsgi(), _scene.Socket);
        Assert.Null(alone.Sharing);
        Assert.False(alone.Environment.ContainsKey("PROXYGROUPS_REPORT_AFTER"));
    }

    [Fact]
    public void The_preloader_of_an_app_has_what_its_workers_have_in_common_and_is_forked_as_they_would_be()
    {
        _scene.WriteProgram("programs/python3");
        var settings = Wsgi() with { PreloadApp = true, PreloadExclude = ["shop.metrics"], CommonExclude = ["grpc"], Warmup = ["/", "/cart"], AfterFork = "hooks:start", Environment = new Dictionary<string, string> { ["SECRET"] = "s", ["OMP_NUM_THREADS"] = "8" } };
        var preload = _scene.Launch(settings with { ApplicationGroup = "python", Preload = ["django"] }, _scene.Socket).Preload!;

        Assert.True(preload.IsOfApp);
        Assert.Equal("preload-app", preload.Command[^1]);
        Assert.Equal(("s", "8", "1"), (preload.Environment["SECRET"], preload.Environment["OMP_NUM_THREADS"], preload.Environment["MKL_NUM_THREADS"]));
        Assert.Equal("[\"/\",\"/cart\"]", preload.Environment["PROXYGROUPS_WARMUP"]);
        Assert.Equal("grpc shop.metrics", preload.Environment["PROXYGROUPS_PRELOAD_EXCLUDE"]);
        Assert.Equal("hooks:start", preload.Environment["PROXYGROUPS_AFTER_FORK"]);
        Assert.Empty(preload.Environment.Keys.Intersect(["PROXYGROUPS_RANK", "PROXYGROUPS_SOCKET", "PROXYGROUPS_BEFORE_FORK"]));
        Assert.Equal(("python", false), (preload.Base!.Owner, preload.Base.IsOfApp));
        Assert.Null(_scene.Launch(settings, _scene.Socket).Preload!.Base);
        Assert.Contains("forked after importing ", _scene.Good(settings).Description, StringComparison.Ordinal);
    }

    [Fact]
    public void An_app_that_is_not_alone_in_a_Python_interpreter_is_not_preloaded()
    {
        _scene.WriteProgram("programs/python3");
        _scene.Refuses(new() { Command = ["node", "app.js"], PreloadApp = true }, "PreloadApp", "True", "needs a Wsgi app: others share no memory by being forked", "Remove it, or write false where it stands in Defaults.");
        _scene.Errors.Clear();
        var apps = new Dictionary<string, AppSettings> { ["/"] = new() { App = "a:app" }, ["/b"] = new() { App = "b:app" } };
        _scene.Refuses(new() { PreloadApp = true, Apps = apps }, "PreloadApp", "True", "is not supported yet for several apps in one interpreter", "Remove it, or give each app a process group of its own; Preload of the application group works.");
    }

    [Fact]
    public void It_is_what_it_says()
    {
        _scene.WriteProgram("programs/python3").Write("app/web/entry.py");
        var runtime = _scene.Good(Wsgi() with { Wsgi = "web/entry.py:app" });

        Assert.Equal(("wsgi", $"WSGI app web/entry.py:app with {_scene.Programs}/python3"), (runtime.Kind, runtime.Description));
        Assert.Equal((false, true, true), (runtime.NeedsPort, runtime.HasThreadPerSlot, runtime.KeepsIdleConnections));
        Assert.Equal([$"{_scene.Programs}/python3", _scene.App, $"{_scene.App}/web/entry.py"], runtime.RequiredPaths);
    }

    [Theory]
    [InlineData("shop")]
    [InlineData("shop:app")]
    [InlineData("shop.web:holder.app")]
    [InlineData("shop:create_app()")]
    [InlineData("my-app.py:app")]
    [InlineData("my-app.py")]
    public void Every_form_that_the_worker_understands_is_accepted(string app)
    {
        _scene.WriteProgram("programs/python3").Write("app/my-app.py");

        _scene.Good(Wsgi() with { Wsgi = app });
    }

    [Theory]
    [InlineData("")]
    [InlineData("shop:")]
    [InlineData(":app")]
    [InlineData("shop:create_app(1)")]
    [InlineData("shop:a:b")]
    [InlineData("my-app:app")]
    public void Other_forms_are_refused(string app)
    {
        _scene.WriteProgram("programs/python3");

        _scene.Refuses(Wsgi() with { Wsgi = app }, "Wsgi", app, "this names no WSGI callable",
            "Write \"module:callable\" or \"file.py:callable\", as in \"shop.wsgi:application\"; a factory as in \"shop:create_app()\".");
    }

    [Fact]
    public void A_missing_file_is_refused()
    {
        _scene.WriteProgram("programs/python3");

        _scene.Refuses(Wsgi() with { Wsgi = "entry.py:app" }, "Wsgi", "entry.py:app", "there is no file {app}/entry.py",
            "Correct the name, or \"Directory\", where it starts.");
    }

    [Fact]
    public void What_the_settings_say_cannot_override_the_app()
    {
        _scene.WriteProgram("programs/python3");

        _scene.Refuses(Wsgi() with { Environment = new Dictionary<string, string> { ["PROXYGROUPS_APP"] = "x" } },
            "Environment:PROXYGROUPS_APP", null, "PROXYGROUPS_APP is set by the front door for each worker", "Remove it.");
    }

    private static ProcessGroupSettings Wsgi() => new() { Wsgi = "shop.wsgi:application" };
}
