using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using ProxyGroups.Groups.Caps;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;
using ProxyGroups.Telemetry;

namespace ProxyGroups.Groups;

/// <summary>
/// One worker from the decision to spawn it until it is gone: waits for room below the caps and for its place to boot, starts the process, hands on what it reports.
/// Every method returns at once; an end asked for before there is a process means that there will be none.
/// </summary>
internal sealed class WorkerLife(ProcessGroup group, GroupHost host, WorkerIdentity identity, Action<GroupEvent> post) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _unwanted = new();
    private readonly ILogger _logger = host.Loggers.CreateLogger(GroupLog.Category);
    private readonly GroupBlueprint _blueprint = group.Blueprint;
    private WorkerProcess? _process;
    private CapRoom? _room;
    private IDisposable? _place;
    private MemoryWatch? _memory;
    private IDisposable? _kills;
    private Activity? _span;
    private long _launchedAt;

    public WorkerIdentity Identity { get; } = identity;

    public int Pid => Process?.Pid ?? 0;

    // Under the gate: the worker may report before Launch has noted it.
    private WorkerProcess? Process
    {
        get
        {
            lock (_gate)
            {
                return _process;
            }
        }
    }

    /// <summary>Time since its last sign of life.</summary>
    public TimeSpan Silence => Process?.SinceWatchdog ?? TimeSpan.Zero;

    /// <summary>It has given one at all.</summary>
    public bool HasBeaten => Process?.HasBeaten ?? false;

    public void Begin() => _ = BeginAsync();

    /// <summary>It drains: what it holds below the caps comes free soon.</summary>
    public void Leave(WorkerReason reason)
    {
        if (reason == WorkerReason.MadeRoom)
        {
            _room?.Yield();
        }
        else
        {
            _room?.Leave();
        }
    }

    public void Stop() => End(static worker => worker.Stop());

    public void Kill() => End(static worker => worker.Kill());

    public bool DumpStacks() => Process?.DumpStacks() ?? false;

    /// <summary>Reports the start as failed, with the step in which it hangs.</summary>
    public void FailStart()
    {
        if (Process?.DescribeStartupTimeout() is { } failure)
        {
            Report(new WorkerEvent.StartFailed(Identity, failure));
        }
    }

    /// <summary>A background worker has no slots.</summary>
    public ServingWorker ToServing(int threads) =>
        new(Identity, Pid, threads, Process!.Endpoint, _blueprint.Runtime.HasThreadPerSlot, _blueprint.Runtime.KeepsIdleConnections);

    /// <summary>Reports what the kernel kills of it because memory ran out; only a cgroup tells.</summary>
    public void WatchMemoryKills() => _kills ??= host.Cgroups is null ? null : host.Memory.Watch(FindMemoryKill);

    /// <summary>Reports its size now and then while it has a limit; null: none.</summary>
    public void WatchMemory(long? limit)
    {
        // A watch begun anew would begin its interval anew, and settings that change all the time would let nobody be measured.
        if (limit != _memory?.Limit)
        {
            _memory?.Dispose();
            _memory = limit is { } most ? host.Memory.Watch(Pid, most, bytes => post(new GroupEvent.MemorySampled(Identity.Id, bytes))) : null;
        }
    }

    public void Dispose()
    {
        _memory?.Dispose();
        _kills?.Dispose();
        _unwanted.Dispose();
    }

    private void FindMemoryKill()
    {
        if (Process?.FindMemoryKill() is { } kill)
        {
            _logger.MemoryKilled(Identity, Pid, kill);
            post(new GroupEvent.MemoryKilled(Identity.Id, kill));
        }
    }

    private async Task BeginAsync()
    {
        try
        {
            _room = await host.Caps.ClaimAsync(group, Identity, isLacking => post(new GroupEvent.RoomChanged(Identity.Id, isLacking)), _unwanted.Token);
            _place = await host.Boots.ClaimAsync(Identity.Group, group.LastBoot.Took, _unwanted.Token);
            Launch();
        }
        catch (OperationCanceledException)
        {
            Report(NeverStarted);
        }
        catch (LaunchException failure)
        {
            Fail(failure.Message, failure.Remedy);
        }
#pragma warning disable CA1031 // Whatever it is, the planner has to hear of it: a worker that is neither ready nor gone holds its rank for ever.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Fail(failure.Message, "see whether the machine is out of descriptors, ports or disk");
        }
    }

    private void Fail(string cause, string remedy)
    {
        Report(new WorkerEvent.StartFailed(Identity, new SpawnFailure(SpawnStep.Prepare, cause, [], remedy, TimeSpan.Zero)));
        Report(NeverStarted);
    }

    private WorkerEvent.Exited NeverStarted => new(Identity, WorkerExit.NeverStarted, []);

    private void Launch()
    {
        var planned = _blueprint.Runtime.CreateLaunchSpec(Identity, ChooseEndpoint()) with { Cgroup = host.CgroupOf(Identity) };
        var spec = host.Learner?.Complete(planned) ?? planned;
        lock (_gate)
        {
            _unwanted.Token.ThrowIfCancellationRequested();
            post(new GroupEvent.BootGranted(Identity.Id));
            _launchedAt = host.Time.GetTimestamp();
            _span = ProxyGroupsActivities.StartSpawn(Identity.Group, Identity.Rank, Identity.Generation);
            _process = WorkerProcess.Start(spec, host.Launcher, host.Directory, host.Logs, host.Loggers.CreateLogger(WorkerLog.Category), host.Time, Report, report => host.Learner?.Note(planned, report));
        }
    }

    private WorkerEndpoint ChooseEndpoint() => !_blueprint.Settings.Serves ? WorkerEndpoint.Nowhere
        : _blueprint.Runtime.NeedsPort ? new WorkerEndpoint { Port = FindFreePort() }
        : new WorkerEndpoint { SocketPath = host.Directory.SocketPath(Identity.Id), User = OperatingSystem.IsLinux() ? KinCheck.ExpectedUser(_blueprint.Settings.Worker.User) : null };

    // Somebody else may take the port before the worker does; the start then fails and the next one gets another.
    private static int FindFreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private void End(Action<WorkerProcess> how)
    {
        _room?.Leave();
        lock (_gate)
        {
            _unwanted.Cancel();
            if (_process is not null)
            {
                how(_process);
            }
        }
    }

    // Before the group hears of it: what comes free is given to the worker's heir first.
    private void Note(WorkerEvent fact)
    {
        if (fact is WorkerEvent.Ready)
        {
            var pid = Pid;
            _room?.Ready(sampled => host.Memory.Watch(pid, sampled));
        }
        else if (fact is WorkerEvent.Exited)
        {
            _room?.Dispose();
        }
    }

    private void NoteBoot(WorkerEvent fact)
    {
        if (fact is WorkerEvent.Ready)
        {
            group.LastBoot.NoteReady(host.Time.GetElapsedTime(_launchedAt));
        }
        else if (fact is WorkerEvent.StartFailed)
        {
            group.LastBoot.NoteFailure();
        }
    }

    private void Measure(WorkerEvent fact)
    {
        switch (fact)
        {
            case WorkerEvent.Spawned:
                host.Meter?.CountSpawn(Identity.Group);
                return;
            case WorkerEvent.Ready:
                host.Meter?.Started(Identity.Group, host.Time.GetElapsedTime(_launchedAt));
                break;
            case WorkerEvent.StartFailed { Failure: var failure }:
                host.Meter?.CountStartFailure(Identity.Group, failure.Step.ToString());
                _span.Fail(failure.Step.ToString(), failure.Cause);
                break;
        }

        Interlocked.Exchange(ref _span, null)?.Dispose();
    }

    private void Report(WorkerEvent fact)
    {
        if (fact is not WorkerEvent.Spawned)
        {
            _place?.Dispose();
        }

        Note(fact);
        NoteBoot(fact);
        Measure(fact);

        if (fact is WorkerEvent.StartFailed { Failure: var failure })
        {
            _logger.StartFailed(Identity, Pid, failure.Step, failure.Elapsed.TotalSeconds, failure.Cause.TrimEnd('.'), failure.Remedy.TrimEnd('.'), failure.OutputForLog);
        }

        post(new GroupEvent.WorkerReported(fact));
    }
}
