using ProxyGroups.Groups;

namespace ProxyGroups.Tests.Groups.Simulation;

/// <summary>The machine's arbiter of boots, watched: no place stays empty while somebody waits, and no group is passed over.</summary>
internal sealed class BootTurns(BootArbiter arbiter, int places, Machine machine)
{
    private readonly List<SimulatedWorker> _waiting = [];
    private readonly List<(SimulatedWorker Worker, TimeSpan Since)> _booting = [];

    // By waiting group and other group: places that the other one got since the former began to wait.
    private readonly Dictionary<(string Waiting, string Other), int> _overtaken = [];

    public Task<IDisposable> Claim(SimulatedWorker worker, CancellationToken cancellation)
    {
        _waiting.Add(worker);
        return arbiter.ClaimAsync(worker.Identity.Group, cancellation);
    }

    /// <summary>Lets those go on who got a place or gave up; false: nobody did.</summary>
    public bool Follow()
    {
        var decided = _waiting.Where(static worker => worker.IsPlaceDecided).ToList();
        var granted = decided.Where(static worker => worker.IsPlaceGranted).Select(static worker => worker.Identity.Group).ToList();
        foreach (var worker in decided)
        {
            _waiting.Remove(worker);
            if (worker.TryBoot())
            {
                _booting.Add((worker, machine.Now));
            }
        }

        Note(granted);
        return decided.Count > 0;
    }

    /// <summary>Nobody waits beside a free place.</summary>
    public void Check()
    {
        _booting.RemoveAll(boot => !boot.Worker.HasPlace || machine.Now - boot.Since >= BootArbiter.LongestClaim);
        Assert.True(_booting.Count <= places, $"{_booting.Count} boots at once");
        Assert.True(_waiting.Count == 0 || _booting.Count == places, $"{_waiting.Count} wait for a place to boot, {_booting.Count} of {places} are taken");
    }

    /// <summary>Every place has come back.</summary>
    public void CheckAllAreFree()
    {
        var claims = Enumerable.Range(0, places).Select(_ => arbiter.ClaimAsync("last", CancellationToken.None)).ToList();
        Assert.All(claims, static claim => Assert.True(claim.IsCompletedSuccessfully, "a place to boot was lost"));
    }

    private void Note(List<string> granted)
    {
        var waiting = _waiting.Select(static worker => worker.Identity.Group).ToHashSet();
        foreach (var key in _overtaken.Keys.Where(key => !waiting.Contains(key.Waiting) || granted.Contains(key.Waiting)))
        {
            _overtaken.Remove(key);
        }

        foreach (var key in from passed in waiting.Except(granted) from other in granted where other != passed select (passed, other))
        {
            _overtaken[key] = _overtaken.GetValueOrDefault(key) + 1;
            Assert.True(_overtaken[key] <= 1, $"{key.passed} waits for a place to boot while {key.other} got two");
        }
    }
}
