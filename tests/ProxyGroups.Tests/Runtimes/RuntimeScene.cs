using ProxyGroups.Configuration;
using ProxyGroups.Runtimes;
using ProxyGroups.Supervision;
using Xunit;

namespace ProxyGroups.Tests.Runtimes;

/// <summary>A temporary directory with an app in it, a front door with a known environment, and the errors met.</summary>
internal sealed class RuntimeScene : IDisposable
{
    public RuntimeScene()
    {
        App = Path.Combine(Root, "app");
        Programs = Path.Combine(Root, "programs");
        Directory.CreateDirectory(App);
        Directory.CreateDirectory(Programs);
        Ours = new() { ["PATH"] = Programs };
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("proxygroups-runtimes-").FullName;

    public string App { get; }

    /// <summary>The only directory on PATH.</summary>
    public string Programs { get; }

    /// <summary>The front door's variables.</summary>
    public Dictionary<string, string> Ours { get; }

    public List<SettingsError> Errors { get; } = [];

    public WorkerEndpoint Socket { get; } = new() { SocketPath = "/run/x/7.sock" };

    public WorkerEndpoint Port { get; } = new() { Port = 4711 };

    public RuntimeScene Write(string name, string text = "")
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return this;
    }

    public RuntimeScene WriteProgram(string name)
    {
        Write(name);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(Root, name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return this;
    }

    public IRuntime? Create(ProcessGroupSettings settings) =>
        RuntimeFactory.Create("shop", settings with { Directory = "app" }, Host, Errors);

    public LaunchSpec Launch(ProcessGroupSettings settings, WorkerEndpoint endpoint) =>
        Good(settings).CreateLaunchSpec(new WorkerIdentity("shop", 7, 2, 3), endpoint);

    /// <summary>The runtime of settings that are right.</summary>
    public IRuntime Good(ProcessGroupSettings settings)
    {
        var runtime = Create(settings);
        Assert.Empty(Errors);
        return runtime!;
    }

    /// <summary>The one error of settings that are wrong; {app} and {programs} stand for the scene's directories.</summary>
    public void Refuses(ProcessGroupSettings settings, string setting, string? value, string message, string remedy)
    {
        Assert.Null(Create(settings));
        var error = Assert.Single(Errors);
        Assert.Equal(new SettingsError($"ProxyGroups:ProcessGroups:shop:{setting}", value, Fill(message), Fill(remedy)), error);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private RuntimeHost Host => new(Root, Path.Combine(Root, "proxygroups"))
    {
        Environment = Ours,
        UserList = Path.Combine(Root, "passwd"),
        OwnDotNet = Path.Combine(Root, "own/dotnet"),
    };

    private string Fill(string text) => text
        .Replace("{app}", App, StringComparison.Ordinal)
        .Replace("{root}", Root, StringComparison.Ordinal)
        .Replace("{programs}", Programs, StringComparison.Ordinal);
}
