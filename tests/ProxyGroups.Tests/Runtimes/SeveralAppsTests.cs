using ProxyGroups.Configuration;
using ProxyGroups.Runtimes;
using Xunit;

namespace ProxyGroups.Tests.Runtimes;

/// <summary>Several WSGI apps in one process group.</summary>
public sealed class SeveralAppsTests : IDisposable
{
    private readonly RuntimeScene _scene = new RuntimeScene().WriteProgram("programs/python3");

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void The_worker_gets_the_table_with_decoded_paths_and_absolute_directories()
    {
        _scene.Write("app/wiki/run.py");
        var spec = _scene.Launch(Group(("/wiki", "run.py:app", "wiki"), ("/caf%C3%A9", "cafe:app", null)), _scene.Socket);

        Assert.Equal($$"""[["/caf\u00E9","cafe:app","{{_scene.App}}"],["/wiki","run.py:app","{{_scene.App}}/wiki"]]""", spec.Environment["PROXYGROUPS_APPS"]);
        Assert.Equal("30000", spec.Environment["PROXYGROUPS_IMPORT_WAIT"]);
        Assert.DoesNotContain("PROXYGROUPS_APP", spec.Environment.Keys);
        Assert.Equal(_scene.App, spec.Directory);
    }

    [Fact]
    public void It_says_what_is_mounted_and_what_its_user_must_read()
    {
        _scene.Write("app/wiki/run.py");
        var runtime = _scene.Good(Group(("/wiki", "run.py:app", "wiki"), ("/blog", "blog:app", null)));

        Assert.Equal($"WSGI apps /blog = blog:app, /wiki = run.py:app in one interpreter with {_scene.Programs}/python3", runtime.Description);
        Assert.Equal([$"{_scene.Programs}/python3", _scene.App, $"{_scene.App}/wiki", $"{_scene.App}/wiki/run.py"], runtime.RequiredPaths);
    }

    [Fact]
    public void A_missing_directory_is_refused() => _scene.Refuses(Group(("/wiki", "wiki:app", "wiki")), "Apps:/wiki:Directory", "wiki",
        "there is no directory {app}/wiki", "Create it, or correct the path; relative paths start at {app}.");

    [Fact]
    public void A_missing_file_is_refused() => _scene.Refuses(Group(("/wiki", "run.py:app", null)), "Apps:/wiki", "run.py:app",
        "there is no file {app}/run.py", "Correct the name, or \"Directory\", where it starts.");

    [Fact]
    public void An_app_that_another_one_would_be_served_for_is_refused()
    {
        _scene.Write("app/blog/wsgi.py").Write("app/wiki/wsgi.py");

        _scene.Refuses(Group(("/blog", "wsgi:app", "blog"), ("/wiki", "wsgi:app", "wiki")), "Apps:/wiki", "wsgi:app",
            "the module wsgi lies in {app}/blog too, which comes first, and one interpreter has one module of a name",
            "Rename it, write \"file.py:callable\", or give this app a process group of its own.");
    }

    [Theory]
    [InlineData("wsgi.py:app", "wsgi.py:app", null)]
    [InlineData("wsgi.py:app", "site:app", "wsgi")]
    [InlineData("web:app", "site:app", "wsgi")]
    public void Modules_of_one_name_are_warned_of_unless_all_are_imported_by_path(string first, string second, string? shared)
    {
        foreach (var file in new[] { "blog/wsgi.py", "wiki/wsgi.py", "wiki/site.py", "blog/web/__init__.py", "blog/manage.py", "wiki/manage.py", "blog/static/x.js", "wiki/static/x.js" })
            _scene.Write("app/" + file);
        var settings = Group(("/blog", first, "blog"), ("/wiki", second, "wiki")) with { Directory = "app" };
        var warnings = SharedModules.Warn(new() { ProcessGroups = new Dictionary<string, ProcessGroupSettings> { ["shop"] = settings } }, new RuntimeHost(_scene.Root, "/"));

        Assert.Equal(
            shared is null ? [] : [$"ProxyGroups:ProcessGroups:shop:Apps share one interpreter, which has one module of a name, and several of their directories hold {shared}: all get that of the first path. Rename them, or give an app a process group of its own; where only one app imports them, all is well."],
            warnings.Select(warning => warning.ToString()));
        _scene.Good(settings);
    }

    private static ProcessGroupSettings Group(params (string Path, string App, string? Directory)[] apps) =>
        new() { Apps = apps.ToDictionary(app => app.Path, app => new AppSettings { App = app.App, Directory = app.Directory }) };
}
