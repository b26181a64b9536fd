using ProxyGroups.Groups;
using ProxyGroups.Scheduling;
using ProxyGroups.Tests.Scheduling;

namespace ProxyGroups.Tests.Groups.Simulation;

/// <summary>Those who send requests to a group, and what becomes of each: its lease ends once, as the forwarder would end it.</summary>
internal sealed class SimulatedClients(SimulatedGroup group, Machine machine)
{
    private readonly List<Ticket> _waiting = [];
    private readonly List<SlotLease> _held = [];

    /// <summary>Requests per second.</summary>
    public double Rate { get; set; }

    public IReadOnlyList<SlotLease> Held => _held;

    public int Waiting => _waiting.Count;

    /// <summary>Requests that were answered.</summary>
    public int Served { get; private set; }

    public void Arrive()
    {
        if (Rate > 0)
        {
            Ask(isRetry: false);
        }

        machine.After(Rate > 0 ? machine.Between(0, 2) / Rate : 1, Arrive);
    }

    public void Ask(bool isRetry)
    {
        var client = new CancellationTokenSource();
        var request = new SlotRequest(IsRetry: isRetry);
        var ticket = new Ticket(group.Scheduler.AcquireAsync(in request, client.Token), client);
        _waiting.Add(ticket);
        if (machine.Random.Next(20) == 0)
        {
            machine.After(machine.Between(0, 3), ticket.HangUp);
        }
    }

    /// <summary>Takes in what the scheduler has decided.</summary>
    public void Collect()
    {
        foreach (var ticket in _waiting.Where(static ticket => !ticket.IsWaiting).ToList())
        {
            _waiting.Remove(ticket);
            if (ticket.Result.IsGranted)
            {
                Send(ticket.Lease);
            }
        }
    }

    /// <summary>The worker's process is gone.</summary>
    public void BreakOff(SimulatedWorker worker)
    {
        foreach (var lease in _held.Where(lease => lease.Worker == worker.Identity.Id).ToList())
        {
            machine.After(machine.Between(0, 0.05), () => Break(lease));
        }
    }

    private void Send(SlotLease lease)
    {
        _held.Add(lease);
        if (group.FindWorker(lease.Worker) is not { IsAlive: true, IsDeaf: false } || machine.Chance(group.Weather.RequestBreaks))
        {
            var hasNoListener = group.FindWorker(lease.Worker) is { IsDeaf: true };
            machine.After(machine.Between(0, 0.02), () => Break(lease, hasNoListener));
        }
        else if (!machine.Chance(group.Weather.RequestHangs))
        {
            machine.After(machine.Between(0.01, 0.3), () => Finish(lease));
        }

        machine.After(group.Settings.Timeouts.Request.TotalSeconds, () => PassDeadline(lease));
    }

    private void Finish(SlotLease lease)
    {
        if (group.FindWorker(lease.Worker) is { IsAlive: true, IsHung: false } && _held.Remove(lease))
        {
            Served++;
            group.Scheduler.Release(lease);
        }
    }

    private void PassDeadline(SlotLease lease)
    {
        if (_held.Remove(lease))
        {
            group.Post(machine.Random.Next(4) == 0 ? new GroupEvent.ResponseFellSilent(lease.Worker) : new GroupEvent.RequestDeadlinePassed(lease.Worker));
            group.Scheduler.Forfeit(lease);
            if (group.FindWorker(lease.Worker) is { } worker)
            {
                worker.Forfeited++;
            }
        }
    }

    private void Break(SlotLease lease, bool hasNoListener = false)
    {
        if (_held.Remove(lease))
        {
            group.Scheduler.Suspect(lease.Worker, lease.Epoch);
            group.Post(new GroupEvent.WorkerSuspected(lease.Worker, lease.Epoch, hasNoListener));
            group.Scheduler.Release(lease);
            if (machine.Random.Next(2) == 0)
            {
                Ask(isRetry: true);
            }
        }
    }
}
