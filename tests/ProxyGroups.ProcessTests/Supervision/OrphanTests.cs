using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.ProcessTests.Supervision;

/// <summary>kill -9 of the front door leaves nothing behind, whatever the worker is and does.</summary>
public sealed class OrphanTests : IDisposable
{
    private readonly string _folder = TestPaths.CreateFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public Task A_worker_and_its_grandchild_end() =>
        AssertAllEndAsync([.. TestPaths.TestWorker, "--socket", "{socket}", "fork"], "grandchild");

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public Task A_worker_that_ignores_signals_ends() =>
        AssertAllEndAsync(["sh", "-c", "trap '' TERM HUP INT; sleep 600 & echo child $!; while :; do sleep 1; done"], "child");

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public Task A_chain_of_shells_ends() =>
        AssertAllEndAsync(["sh", "-c", "sh -c 'sleep 600 & echo child $!; wait'; true"], "child");

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public Task A_chain_of_npm_kind_ends() =>
        AssertAllEndAsync(["node", "-e", @"require('child_process').spawn('sh', ['-c', 'node -e ""console.log(\x27child\x27, process.pid); setInterval(() => {}, 1000)""; true'], { stdio: 'inherit' })"], "child");

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public Task Forked_workers_that_hold_the_interpreter_lock_in_native_code_end() =>
        AssertAllEndAsync(["/usr/bin/python3", "-c", "import ctypes, os\npid = os.fork()\nif pid: print('child', pid, flush=True)\nctypes.PyDLL(None).sleep(600)"], "child");

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public Task A_worker_that_closed_what_it_inherited_ends_with_its_children() =>
        AssertAllEndAsync(["/usr/bin/python3", "-c", "import os, time\nos.closerange(3, 1000)\npid = os.fork()\nif pid: print('child', pid, flush=True)\ntime.sleep(600)"], "child");

    /// <summary>The worker's death, which the end of our first thread brings, must not let its children escape from the end of the last.</summary>
    [Fact(Timeout = 10 * WorkerBench.TestTimeout)]
    public async Task Children_that_closed_what_they_inherited_never_outlive_a_front_door_with_many_descriptors()
    {
        var rounds = Environment.GetEnvironmentVariable("PROXYGROUPS_LONG") is null ? 30 : 300;
        for (var round = 0; round < rounds; round++)
        {
            await AssertAllEndAsync(["/usr/bin/python3", "-Sc", "import os, time\npid = os.fork()\nif pid: print('child', pid, flush=True)\nelse: os.closerange(3, 1000)\ntime.sleep(600)"], "child");
        }
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_front_door_killed_while_it_starts_workers_leaves_none_that_the_next_does_not_end()
    {
        using var frontDoor = FrontDoor.Start(_folder, 8, "sleep", "600");
        await frontDoor.HearAsync("starting 4");
        await frontDoor.KillAsync();
        using var next = ProxyGroups.Supervision.RuntimeDirectory.Open(Path.Combine(_folder, "run"), _folder);
        var mark = next.PreviousMark;
        ProxyGroups.Supervision.LeftoverSweeper.Sweep(next, new LogLines());
        Assert.Empty(new ProcessFamily(-1, mark!).Find());
    }

    private async Task AssertAllEndAsync(IEnumerable<string> command, string childWord)
    {
        using var frontDoor = FrontDoor.Start(_folder, 1, command);
        var worker = await frontDoor.HearPidAsync("spawned");
        var child = await frontDoor.HearPidAsync(childWord);
        Assert.True(Alive.Is(worker) && Alive.Is(child));
        await frontDoor.KillAsync();
        await Alive.UntilGoneAsync(worker, child);
    }
}
