using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Groups.Learning;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups.Learning;

/// <summary>What is learned, when it is tried, and which workers get it.</summary>
public sealed class PreloadLearnerTests : IDisposable
{
    private const int MostWaits = 10_000;
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    private readonly string _root = Directory.CreateTempSubdirectory("pg-learner-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly RuntimeDirectory _directory;
    private readonly List<string> _tried = [];
    private readonly SemaphoreSlim _tries = new(0);
    private Func<ModuleCandidates, ModuleReport?> _find = static candidates => new(candidates.Names, [], 10 << 20);

    public PreloadLearnerTests() => _directory = RuntimeDirectory.Open(Path.Combine(_root, "run"), _root);

    public void Dispose()
    {
        _directory.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task What_two_apps_have_in_common_is_tried_once_both_have_spoken_and_given_to_the_next_generation()
    {
        using var learner = Learner();
        Assert.Null(learner.Complete(Worker("shop")).Preload);
        learner.Note(Worker("shop"), Report("json django"));
        _time.Advance(Long);
        learner.Note(Worker("blog"), Report("django flask"));
        await TriedAsync();
        Assert.Equal(["django"], _tried);
        Assert.Null(learner.Complete(Worker("shop", rank: 1)).Preload);
        var given = learner.Complete(Worker("shop", generation: 2)).Preload!;
        Assert.Equal(("django", "decimal", false), (string.Join(' ', given.Learned), string.Join(' ', given.Imports), given.IsOfApp));
        Assert.Equal(given.KeyFor(Worker("shop")), learner.Complete(Worker("blog", generation: 5)).Preload!.KeyFor(Worker("blog")));
        var view = Assert.Single(learner.Look());
        Assert.Equal(("python", true, "blog shop", "blog shop"), (view.ApplicationGroup, view.IsAsked, string.Join(' ', view.Groups), string.Join(' ', view.Users)));
    }

    [Fact]
    public async Task Nothing_is_given_where_the_settings_do_not_ask_for_it()
    {
        using var learner = Learner();
        learner.Note(Worker("shop", learns: false), Report("django"));
        learner.Note(Worker("blog", learns: false), Report("django"));
        await TriedAsync();
        var worker = Worker("shop", generation: 2, learns: false);
        Assert.Same(worker, learner.Complete(worker));
        Assert.Equal((false, 0), (learner.Look()[0].IsAsked, learner.Look()[0].Users.Count));
        var alone = Worker("shop") with { Sharing = null };
        learner.Note(alone, Report("django"));
        Assert.Same(alone, learner.Complete(alone));
    }

    [Fact]
    public async Task The_app_of_a_group_is_preloaded_above_what_was_learned()
    {
        using var learner = Learner();
        await LearnAsync(learner, "django");
        var app = new PreloadSpec("app shop", ["app"], [], new Dictionary<string, string>(), Long) { IsOfApp = true };
        var given = learner.Complete(Worker("shop", generation: 2) with { Preload = app }).Preload!;
        Assert.Equal((true, "django"), (given.IsOfApp, string.Join(' ', given.Base!.Learned)));
    }

    [Fact]
    public async Task A_generation_keeps_what_its_first_worker_got()
    {
        using var learner = Learner();
        await LearnAsync(learner, "django");
        var first = learner.Complete(Worker("shop", generation: 2)).Preload!.Learned;
        await LearnAsync(learner, "django json", static candidates => new(candidates.Names, [], 20 << 20));
        Assert.Equal(first, learner.Complete(Worker("shop", generation: 2, rank: 1)).Preload!.Learned);
        Assert.Equal(["django", "json"], learner.Complete(Worker("blog", generation: 2)).Preload!.Learned);
    }

    [Fact]
    public async Task The_code_that_runs_is_given_with_it_and_changes_while_it_is_in_use_only_for_a_tenth_more()
    {
        using var learner = Learner();
        learner.Note(Worker("shop"), Report("django", "django:1,2,3,4,5,6,7,8,9"));
        learner.Note(Worker("blog"), Report("django", "django:2"));
        await TriedAsync();
        learner.Note(Worker("blog", rank: 1), Report("django", "django:10,11"));
        Assert.Equal(["django:2,10,11,1,3,4,5,6,7,8,9"], CodeFor(learner, "shop", 2));
        learner.Note(Worker("blog"), Report("django", "django:12"));
        Assert.Equal(["django:2,10,11,1,3,4,5,6,7,8,9"], CodeFor(learner, "blog", 2));
        learner.Note(Worker("blog", generation: 2), Report("json", "django:12,13"));
        Assert.Equal(["django:2,10,11,1,3,4,5,6,7,8,9"], CodeFor(learner, "blog", 2));
        Assert.Equal([13], CodeFor(learner, "blog", 3).Select(static word => word.Split(',').Length));
        Assert.Equal(CodeFor(learner, "blog", 3), CodeFor(learner, "shop", 3));
        using var next = Learner();
        Assert.Equal(CodeFor(learner, "blog", 3), CodeFor(next, "shop", 1));
    }

    [Fact]
    public async Task Newer_code_is_given_to_a_group_that_uses_the_list_alone_and_only_if_there_is_some()
    {
        using var learner = Learner();
        await LearnAsync(learner, "django");
        learner.Note(Worker("shop"), Report("django", "django:1,2,3,4,5,6,7,8,9,10,11"));
        var first = CodeFor(learner, "shop", 2);
        learner.Note(Worker("shop", generation: 2), Report("json", "django:11,3"));
        Assert.Same(first, CodeFor(learner, "shop", 3));
        learner.Note(Worker("shop", generation: 3), Report("json", "django:12"));
        Assert.Equal(["django:12,1,2,3,4,5,6,7,8,9,10,11"], CodeFor(learner, "shop", 4));
        Assert.Equal(["shop"], learner.Look()[0].Users);
    }

    [Fact]
    public async Task Workers_that_were_forked_with_it_tell_of_the_rest_alone()
    {
        using var learner = Learner();
        await LearnAsync(learner, "django");
        learner.Complete(Worker("shop", generation: 2));
        learner.Complete(Worker("blog", generation: 2));
        learner.Note(Worker("shop", generation: 2), Report("json"));
        learner.Note(Worker("blog", generation: 2), Report("json re"));
        await TriedAsync();
        Assert.Equal("django json", _tried[^1]);
    }

    [Fact]
    public async Task A_trial_that_finds_nothing_or_fails_leaves_what_was_known()
    {
        using var learner = Learner();
        await LearnAsync(learner, "django", static _ => null);
        Assert.Empty(learner.Look());
        await LearnAsync(learner, "django json", static _ => throw new InvalidOperationException("no disk"));
        Assert.Empty(learner.Look());
        await LearnAsync(learner, "django json re", static candidates => new(candidates.Names, [], 1));
        Assert.Single(learner.Look());
    }

    [Fact]
    public async Task The_same_is_not_tried_twice_and_trials_cost_a_fiftieth_of_a_core_at_most()
    {
        using var learner = Learner();
        await LearnAsync(learner, "django", candidates =>
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            return new(candidates.Names, [], 1);
        });
        learner.Note(Worker("shop", rank: 1), Report("django"));
        Note(learner, "django json");
        _time.Advance(TimeSpan.FromSeconds(99));
        Assert.Single(_tried);
        _time.Advance(TimeSpan.FromSeconds(1));
        await TriedAsync();
        _time.Advance(Long);
        Note(learner, "django json re");
        await TriedAsync();
        Assert.Equal(["django", "django json", "django json re"], _tried);
    }

    [Fact]
    public async Task It_outlives_the_front_door_in_its_runtime_directory()
    {
        using (var first = Learner())
        {
            await LearnAsync(first, "django");
        }

        using var second = Learner();
        Assert.Equal(["django"], second.Complete(Worker("shop")).Preload!.Learned);
        Assert.Null(second.Complete(Worker("shop") with { User = "nobody" }).Preload);
        await File.WriteAllTextAsync(Path.Combine(_directory.Location, "learned.json"), "{ garbage", TestContext.Current.CancellationToken);
        using var third = Learner();
        Assert.Null(third.Complete(Worker("shop")).Preload);
    }

    [Fact]
    public async Task A_trial_that_came_to_nothing_is_made_again_when_the_next_worker_speaks_and_not_before()
    {
        using var learner = Learner();
        await LearnAsync(learner, "django", static _ => null);
        _time.Advance(Long);
        Assert.Empty(learner.Look());
        await LearnAsync(learner, "django", static candidates => new(candidates.Names, [], 10 << 20));
        Assert.Equal(["django", "django"], _tried);
        Assert.Single(learner.Look());
    }

    [Fact]
    public async Task A_worker_that_speaks_in_the_pause_after_a_trial_came_to_nothing_is_heard_when_it_ends()
    {
        using var learner = Learner();
        await LearnAsync(learner, "django", _ =>
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            return null;
        });
        learner.Note(Worker("shop", generation: 2), Report("django"));
        learner.Note(Worker("blog", generation: 2), Report("django"));
        _find = static candidates => new(candidates.Names, [], 10 << 20);
        _time.Advance(TimeSpan.FromSeconds(99));
        Assert.Single(_tried);
        _time.Advance(TimeSpan.FromSeconds(1));
        await TriedAsync();
        Assert.Equal(["django", "django"], _tried);
        Assert.Single(learner.Look());
    }

    [Fact]
    public async Task A_group_that_is_gone_has_no_say_any_more()
    {
        using var learner = Learner();
        await LearnAsync(learner, "django");
        learner.Apply(Settings("blog"));
        Assert.Equal(["blog"], learner.Look()[0].Groups);
    }

    private static IReadOnlyList<string> CodeFor(PreloadLearner learner, string group, int generation) => learner.Complete(Worker(group, generation)).Preload!.LearnedCode;

    private PreloadLearner Learner()
    {
        var learner = new PreloadLearner(TryAsync, new BootArbiter(1, _time), new LearnedStore(_directory, NullLogger.Instance), _time, NullLogger.Instance) { Tried = () => _tries.Release() };
        learner.Apply(Settings("shop", "blog"));
        return learner;
    }

    private async Task<ModuleReport?> TryAsync(LaunchSpec worker, ModuleCandidates candidates, CancellationToken cancellationToken)
    {
        await Task.Yield();
        _tried.Add(string.Join(' ', candidates.Names));
        return _find(candidates);
    }

    private async Task LearnAsync(PreloadLearner learner, string modules, Func<ModuleCandidates, ModuleReport?>? find = null)
    {
        _find = find ?? _find;
        Note(learner, modules);
        await TriedAsync();
    }

    private static void Note(PreloadLearner learner, string modules)
    {
        learner.Note(Worker("shop"), Report(modules));
        learner.Note(Worker("blog"), Report(modules));
    }

    // Time passes until a trial has ended.
    private async Task TriedAsync()
    {
        for (var waits = 0; !await _tries.WaitAsync(1, TestContext.Current.CancellationToken); waits++)
        {
            Assert.True(waits < MostWaits, "No trial has ended.");
            _time.Advance(PreloadLearner.Quiet);
        }
    }

    private static ModuleReport Report(string loaded, string? code = null) => new(loaded.Split(' '), [], 0) { Code = code is null ? [] : [CodeWord.Parse(code)!.Value] };

    private static ProxyGroupsSettings Settings(params string[] groups) => new() { ProcessGroups = groups.ToDictionary(static name => name, static _ => new ProcessGroupSettings { ApplicationGroup = "python" }) };

    private static LaunchSpec Worker(string group, int generation = 1, int rank = 0, bool learns = true) => new()
    {
        Worker = new(group, 1, rank, generation),
        Command = [],
        Directory = "/",
        Environment = new Dictionary<string, string>(),
        Endpoint = WorkerEndpoint.Nowhere,
        Readiness = new(Notify: true, Path: null),
        Sharing = new("python", ["decimal"], ["python3"], new Dictionary<string, string>(), Long) { Learns = learns },
    };
}
