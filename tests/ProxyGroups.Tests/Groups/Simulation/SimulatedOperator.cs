using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups.Simulation;

/// <summary>Whoever commands a group, deploys to it, changes its settings and its load; and the memory sampler, who looks from outside like that.</summary>
internal sealed class SimulatedOperator(SimulatedGroup group, Machine machine)
{
    private const long TooLarge = 101 << 20;

    private static readonly double[] Rates = [0, 0, 0.2, 2, 10, 30];

    public void Act()
    {
        if (machine.IsCalm)
        {
            return;
        }

        switch (machine.Random.Next(12))
        {
            case 0 or 1:
                group.Post(new GroupEvent.RestartRequested(WorkerReason.RestartAsked));
                break;
            case 2:
                group.Adapt(SettingsDraw.Adapt(group.Settings, machine.Random));
                break;
            case 3:
                group.Replace(SettingsDraw.Next(machine.Random));
                break;
            case 4 when machine.Random.Next(3) == 0:
                group.Post(new GroupEvent.HoldRequested());
                machine.After(machine.Between(0, 60), () => group.Post(new GroupEvent.StartRequested()));
                break;
            case 5:
                group.Scheduler.Pause();
                machine.After(machine.Between(0, 5), group.Scheduler.Resume);
                break;
            case 6 or 7:
                OnSomeWorker(static worker => new GroupEvent.DrainRequested(worker));
                break;
            case 8:
                OnSomeWorker(static worker => new GroupEvent.MemorySampled(worker, TooLarge), times: 3);
                break;
            default:
                group.Clients.Rate = Rates[machine.Random.Next(Rates.Length)];
                break;
        }

        machine.After(machine.Between(0, 30), Act);
    }

    private void OnSomeWorker(Func<int, GroupEvent> happened, int times = 1)
    {
        // Sometimes one that is gone.
        var id = group.Workers.Count > 0 ? group.Workers.ElementAt(machine.Random.Next(group.Workers.Count)).Identity.Id : 1;
        for (var i = 0; i < times; i++)
        {
            group.Post(happened(id));
        }
    }
}
