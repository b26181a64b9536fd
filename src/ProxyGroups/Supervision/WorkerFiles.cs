using System.Globalization;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Supervision;

/// <summary>
/// What one worker has on disk: its folder, its socket, its notify socket, its record. Owned by
/// <see cref="WorkerProcess"/>: prepared before the launch, removed after the exit.
/// </summary>
internal sealed class WorkerFiles(LaunchSpec spec, RuntimeDirectory directory, TimeProvider time) : IDisposable
{
    private readonly string _mark = WorkerMark.Of(directory.Mark, spec.Worker.Id);
    private NotifySocket? _notify;

    /// <summary>What the worker's environment needs on top of its own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; private set; } = new Dictionary<string, string>();

    public void Prepare()
    {
        directory.CreateWorkerFolder(spec.Worker.Id);
        var environment = new Dictionary<string, string> { [WorkerMark.Variable] = _mark };
        if (spec.Readiness.Notify || spec.Watchdog is not null)
        {
            var path = directory.NotifySocketPath(spec.Worker.Id);
            _notify = Listen(path, time);
            environment["NOTIFY_SOCKET"] = path;
            if (spec.Watchdog is { } watchdog)
            {
                environment["WATCHDOG_USEC"] = ((long)watchdog.TotalMicroseconds).ToString(CultureInfo.InvariantCulture);
            }
        }

        HandOver();
        Environment = environment;
    }

    public void Record(ILaunchedProcess process) => directory.Records.Write(new(
        spec.Worker.Id, process.Pid, process.StartTime, BootId.Current, spec.Worker.Group, spec.Worker.Rank, spec.Worker.Generation, spec.Endpoint.SocketPath, _mark));

    public Task ReceiveAsync(Func<PeerCredentials, bool> isKin, Action<NotifyMessage> received, Action<PeerCredentials> refused) =>
        OperatingSystem.IsLinux() && _notify is not null ? _notify.ReceiveAsync(isKin, received, refused) : Task.CompletedTask;

    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
        {
            _notify?.Dispose();
        }

        directory.RemoveWorkerFolder(spec.Worker.Id);
        directory.Records.Remove(spec.Worker.Id);
    }

    private void HandOver()
    {
        if (OperatingSystem.IsLinux() && spec.User is { } name && UnixUser.Find(name) is { } user && UnixUser.IsRoot)
        {
            directory.HandOver(spec.Worker.Id, user);
        }
    }

    private static NotifySocket Listen(string path, TimeProvider time) => OperatingSystem.IsLinux()
        ? new(path, time)
        : throw new LaunchException("Readiness:Notify and Timeouts:Watchdog need Linux.", "Use an HTTP check (set Readiness:Path), and no watchdog.");
}
