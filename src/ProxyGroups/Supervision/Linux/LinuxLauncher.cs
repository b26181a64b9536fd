using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.Versioning;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// Starts workers through the <see cref="ExecChain"/>, each in its own session and tied to our life by a
/// <see cref="Lifeline"/>. Any thread may call it; the starts themselves run on the <see cref="SpawnThread"/>.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxLauncher(ExecChain chain) : ILauncher
{
    public LinuxLauncher()
        : this(ExecChain.Locate())
    {
    }

    public async Task<ILaunchedProcess> LaunchAsync(LaunchSpec spec, IReadOnlyDictionary<string, string> addedEnvironment, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var account = WorkerAccount.Of(spec);
        CheckRights(spec);
        var environment = WorkerEnvironment.Of(spec, addedEnvironment, account.User);
        var program = Resolve(spec, environment);
        var late = LoaderVariables.TakeFrom(environment);
        var process = await StartAsync(
            gate => PipedStart.Of(chain.For(spec, program, account, late, gate), "/", environment), spec, environment.GetValueOrDefault(WorkerMark.Variable));
        await process.WhenGroupLeaderAsync();
        process.EnterCgroup();
        return process;
    }

    private static Task<LinuxProcess> StartAsync(Func<string?, ProcessStartInfo> start, LaunchSpec spec, string? mark) => SpawnThread.Shared.RunAsync(() =>
    {
        var cgroup = WorkerCgroup.Create(spec.Cgroup);
        var lifeline = new Lifeline();
        try
        {
            var behindGate = start(cgroup is null ? null : lifeline.CloseGate());
            return SpawnThread.WithUmask(spec.Umask, () => lifeline.Inherited(() => Start(behindGate, lifeline, spec, mark ?? Guid.NewGuid().ToString("N"), cgroup)));
        }
        catch (Exception exception)
        {
            lifeline.Dispose();
            cgroup?.Remove();
            throw exception is Win32Exception ? new LaunchException($"The process could not be created: {exception.Message}", "See whether the machine is out of processes or memory.", exception) : exception;
        }
    });

    private static LinuxProcess Start(ProcessStartInfo start, Lifeline lifeline, LaunchSpec spec, string mark, WorkerCgroup? cgroup)
    {
        var handle = ChildProcess.Start(start);
        lifeline.TieProcess(handle.Pid);
        return new(handle, lifeline, new ProcessFamily(handle.Pid, mark, sessionOnly: spec.IsForkParent), cgroup);
    }

    private static string Resolve(LaunchSpec spec, Dictionary<string, string> environment) =>
        Directory.Exists(spec.Directory)
            ? ProgramPath.Resolve(spec.Command[0], spec.Directory, environment.GetValueOrDefault("PATH"))
            : throw new LaunchException($"Directory '{spec.Directory}' does not exist.", "Correct the group's Directory; a relative path starts at the content root.");

    private static void CheckRights(LaunchSpec spec)
    {
        if (spec.Umask is not null && !SpawnThread.HasOwnUmask)
        {
            throw new LaunchException("This system forbids unshare(2), which Umask needs.", "Remove Umask, or let the container allow unshare(2).");
        }

        if (UnixUser.IsRoot)
        {
            return;
        }

        // nice(1) would only warn and go on.
        if (spec.Nice is < 0)
        {
            throw new LaunchException($"Only root can start workers with Nice {spec.Nice}.", "Run the front door as root, or use a Nice of 0 and above.");
        }

        if (spec.Capabilities is not null)
        {
            throw new LaunchException("Only root can bound the capabilities of workers.", "Run the front door as root, or remove Capabilities.");
        }
    }
}
