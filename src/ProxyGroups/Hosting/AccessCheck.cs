using System.Runtime.Versioning;
using ProxyGroups.Configuration;
using ProxyGroups.Runtimes;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Hosting;

/// <summary>Asks the kernel, as the worker's user, whether the worker's files can be read: rights, groups, parents and mounts all count.</summary>
internal static class AccessCheck
{
    public static async Task<IReadOnlyList<SettingsError>> RunAsync(
        ProxyGroupsSettings settings, IReadOnlyDictionary<string, IRuntime> runtimes, CancellationToken cancellationToken)
    {
        var errors = new List<SettingsError>();
        foreach (var (name, group) in settings.ProcessGroups)
        {
            if (OperatingSystem.IsLinux() && settings.Launcher != LauncherKind.Plain && group.Worker.User is { } user && runtimes.TryGetValue(name, out var runtime))
            {
                await CheckAsync(name, user, runtime, errors, cancellationToken);
            }
        }

        return errors;
    }

    [SupportedOSPlatform("linux")]
    private static async Task CheckAsync(string name, string user, IRuntime runtime, List<SettingsError> errors, CancellationToken cancellationToken)
    {
        foreach (var path in runtime.RequiredPaths)
        {
            if (!await CanReadAsync(name, user, path, cancellationToken))
            {
                errors.Add(new SettingsError(
                    $"ProxyGroups:ProcessGroups:{name}:Worker:User", user, $"cannot read {path}, which its workers need",
                    $"give the user access (see: namei -l {path}), or choose another user"));
            }
        }
    }

    [SupportedOSPlatform("linux")]
    private static async Task<bool> CanReadAsync(string name, string user, string path, CancellationToken cancellationToken)
    {
        var spec = new LaunchSpec
        {
            Worker = new WorkerIdentity(name, 0, 0, 0),
            Command = ["/usr/bin/test", "-r", path],
            Directory = "/",
            Environment = new Dictionary<string, string>(),
            Endpoint = new WorkerEndpoint { Port = 0 },
            Readiness = new ReadinessCheck(false, null),
            User = user,
        };
        using var process = await new LinuxLauncher().LaunchAsync(spec, new Dictionary<string, string>(), cancellationToken);
        return (await process.Exited).Code == 0;
    }
}
