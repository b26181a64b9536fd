using ProxyGroups.Groups;

namespace ProxyGroups.Tests.Groups.Simulation;

/// <summary>
/// The machine's arbiter of boots, watched: no place stays empty while somebody waits, no group is passed over, and those that are known to boot
/// wait for each other alone.
/// </summary>
internal sealed class BootTurns(BootArbiter arbiter, int places, Machine machine)
{
    private readonly Lane _known = new(places);
    private readonly Lane _others = new(places);

    public Task<IDisposable> Claim(SimulatedWorker worker, CancellationToken cancellation)
    {
        LaneOf(worker).Waiting.Add(worker);
        return arbiter.ClaimAsync(worker.Identity.Group, worker.LastBoot, cancellation);
    }

    /// <summary>Lets those go on who got a place or gave up; false: nobody did.</summary>
    public bool Follow() => _known.Follow(machine.Now) | _others.Follow(machine.Now);

    /// <summary>Nobody waits beside a free place.</summary>
    public void Check()
    {
        _known.Check(machine.Now);
        _others.Check(machine.Now);
    }

    /// <summary>Every place has come back.</summary>
    public void CheckAllAreFree()
    {
        TimeSpan?[] lastBoots = [null, TimeSpan.Zero];
        var claims = lastBoots.SelectMany(lastBoot => Enumerable.Range(0, places).Select(_ => arbiter.ClaimAsync("last", lastBoot, CancellationToken.None))).ToList();
        Assert.All(claims, static claim => Assert.True(claim.IsCompletedSuccessfully, "a place to boot was lost"));
    }

    private Lane LaneOf(SimulatedWorker worker) => worker.LastBoot is null ? _others : _known;

    private sealed class Lane(int places)
    {
        private readonly List<(SimulatedWorker Worker, TimeSpan Since)> _booting = [];

        // By waiting group and other group: places that the other one got since the former began to wait.
        private readonly Dictionary<(string Waiting, string Other), int> _overtaken = [];

        public List<SimulatedWorker> Waiting { get; } = [];

        public bool Follow(TimeSpan now)
        {
            var decided = Waiting.Where(static worker => worker.IsPlaceDecided).ToList();
            var granted = decided.Where(static worker => worker.IsPlaceGranted).Select(static worker => worker.Identity.Group).ToList();
            foreach (var worker in decided)
            {
                Waiting.Remove(worker);
                if (worker.TryBoot())
                {
                    _booting.Add((worker, now));
                }
            }

            Note(granted);
            return decided.Count > 0;
        }

        public void Check(TimeSpan now)
        {
            _booting.RemoveAll(boot => !boot.Worker.HasPlace || now - boot.Since >= BootArbiter.LongestAfter(boot.Worker.LastBoot));
            Assert.True(_booting.Count <= places, $"{_booting.Count} boots at once");
            Assert.True(Waiting.Count == 0 || _booting.Count == places, $"{Waiting.Count} wait for a place to boot, {_booting.Count} of {places} are taken");
        }

        private void Note(List<string> granted)
        {
            var waiting = Waiting.Select(static worker => worker.Identity.Group).ToHashSet();
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
}
