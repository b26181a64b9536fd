using ProxyGroups.Configuration;
using ProxyGroups.Runtimes;
using Xunit;

namespace ProxyGroups.Tests.Runtimes;

public sealed class RuntimeFactoryTests : IDisposable
{
    private readonly RuntimeScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_missing_directory_is_refused()
    {
        Directory.Delete(_scene.App);

        _scene.Refuses(new(), "Directory", "app", "there is no directory {app}", "Create it, or correct the path; relative paths start at {root}.");
    }

    [Fact]
    public void A_group_runs_one_app() =>
        _scene.Refuses(new() { Wsgi = "a:b", DotNet = "a.dll", Command = ["a"] }, "DotNet", null,
            "Wsgi and DotNet and Command are set; a process group runs one app",
            "Keep one of them, and give the other app a process group of its own.");

    [Fact]
    public void Apps_are_one_way_to_name_what_runs() =>
        _scene.Refuses(new() { Wsgi = "a:b", Apps = new Dictionary<string, AppSettings> { ["/"] = new() { App = "a:b" } } }, "Apps", null,
            "Wsgi and Apps are set; a process group runs one app",
            "Keep one of them, and give the other app a process group of its own.");

    [Fact]
    public void All_errors_are_reported_at_once()
    {
        Assert.Null(_scene.Create(new() { Command = ["absent", "{x}"], PassEnvironment = ["A"] }));

        Assert.Equal(["Command:1", "PassEnvironment", "Command:0"], _scene.Errors.Select(error => error.Path["ProxyGroups:ProcessGroups:shop:".Length..]));
    }

    [Fact]
    public void Errors_of_other_groups_do_not_stop_this_one()
    {
        _scene.WriteProgram("programs/serve");
        _scene.Errors.Add(new SettingsError("other", null, "", ""));

        Assert.NotNull(_scene.Create(new() { Command = ["serve"] }));
    }

    [Fact]
    public void The_front_door_knows_its_own_dotnet() =>
        Assert.True(File.Exists(new RuntimeHost("/", "/").OwnDotNet));
}
