using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>The commands that speak with a front door that runs, as a person and as a program give them.</summary>
public sealed class CommandLineTests : IAsyncLifetime
{
    private const int Done = 0;
    private const int Refused = 1;
    private const int WrongUse = 2;
    private const int NotRunning = 3;

    private readonly string _root = FrontDoorProcess.CreateContentRoot();
    private FrontDoorProcess? _started;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private FrontDoorProcess FrontDoor => _started!;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_started is not null)
        {
            await _started.DisposeAsync();
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Every_command_has_its_help_and_a_wrong_one_is_told_all_of_them()
    {
        var (code, all) = await FrontDoorProcess.RunToEndAsync(["--help"], _root);
        Assert.Equal(Done, code);
        var commands = all[all.IndexOf("Commands:", StringComparison.Ordinal)..].Split('\n')[1..].Where(static line => line.StartsWith("  ", StringComparison.Ordinal) && line[2] != ' ').Select(static line => line.Trim().Split(' ')[0]).ToList();
        Assert.Subset(commands.ToHashSet(), new HashSet<string> { "run", "check", "status", "restart", "logs", "completion" });
        foreach (var command in commands)
        {
            var (codeOfOne, help) = await FrontDoorProcess.RunToEndAsync([command, "--help"], _root);
            Assert.Equal((Done, true), (codeOfOne, help.Contains($"proxygroups {command}", StringComparison.Ordinal) && help.Contains("Options:", StringComparison.Ordinal)));
        }

        (code, var told) = await FrontDoorProcess.RunToEndAsync(["restrat", "shop"], _root);
        Assert.Equal(WrongUse, code);
        Assert.Contains("Commands:", told, StringComparison.Ordinal);
    }

    [Fact(Timeout = 180_000)]
    public async Task Every_command_does_what_it_says_to_the_example_server_in_text_and_in_json()
    {
        _started = await FrontDoorProcess.StartAsync(["run", "--urls", "http://127.0.0.1:0"], FrontDoorProcess.Root);
        await FrontDoor.WaitForReadyAsync(workers: 8);
        var root = FrontDoorProcess.Root;
        var (code, text) = await FrontDoorProcess.RunToEndAsync(["status"], root);
        Assert.Equal(Done, code);
        Assert.Matches("(?m)^guestbook +2 of 2 x 4 +0/8 +[0-9]+ % +0 +- +[0-9.]+ +[0-9]+ MiB +serving$", text);
        Assert.DoesNotContain('\u001b', text);
        var status = await JsonAsync(["status", "--json"], root);
        Assert.Equal(6, status.GetProperty("groups").GetArrayLength());
        Assert.Equal(FrontDoor.Pid, status.GetProperty("pid").GetInt32());

        (code, text) = await FrontDoorProcess.RunToEndAsync(["status", "guestbook"], root);
        Assert.Equal(Done, code);
        Assert.StartsWith("guestbook: serving, generation 1", text, StringComparison.Ordinal);
        var worker = (await JsonAsync(["status", "guestbook", "--json"], root)).GetProperty("group").GetProperty("workers")[0];
        Assert.Matches($@"(?m)^{worker.GetProperty("rank").GetInt32()} +{Pid(worker)} +1 +0/4 ", text);

        await AssertDoneAsync(["pause", "weather", "notes"], root, "weather is paused: its requests wait.\nnotes is paused: its requests wait.");
        Assert.EndsWith(", paused", await StateAsync("weather", root), StringComparison.Ordinal);
        Assert.True((await JsonAsync(["resume", "weather", "--json"], root)).GetProperty("taken").GetBoolean());
        await AssertDoneAsync(["resume", "notes"], root, "notes goes on.");
        await AssertDoneAsync(["maintenance", "notes", "on"], root, "notes is in maintenance.");
        Assert.Contains("in maintenance", await StateAsync("notes", root), StringComparison.Ordinal);
        await AssertDoneAsync(["maintenance", "notes", "off"], root, "notes is out of maintenance.");
        await AssertDoneAsync(["recycle", $"{Pid(worker)}"], root, $"Worker {Pid(worker)} of guestbook is replaced when its successor is ready.");
        await FrontDoor.WaitForLogAsync(line => line.Contains($"pid {Pid(worker)} ended", StringComparison.Ordinal));
        var other = (await JsonAsync(["status", "notes", "--json"], root)).GetProperty("group").GetProperty("workers")[0];
        await AssertDoneAsync(["drain", $"{Pid(other)}"], root, $"Worker {Pid(other)} of notes finishes and stops.");
        await FrontDoor.WaitForLogAsync(line => line.Contains($"pid {Pid(other)} ended", StringComparison.Ordinal));
        await AssertDoneAsync(["stop", "upload"], root, "upload stops.");
        await FrontDoor.WaitForLogAsync(static line => line.Contains("Worker upload/0", StringComparison.Ordinal) && line.Contains("ended", StringComparison.Ordinal));
        Assert.Equal("stopped", await StateAsync("upload", root));
        await AssertDoneAsync(["start", "upload"], root, "upload starts.");
        await AssertDoneAsync(["restart", "weather"], root, "weather restarts worker by worker.");
        await FrontDoor.WaitForLogAsync(static line => line.Contains("Worker weather/0 generation 2", StringComparison.Ordinal) && line.Contains("is ready", StringComparison.Ordinal));
        await AssertDoneAsync(["reload"], root, "The settings were read, and all groups restart worker by worker.");
        await FrontDoor.WaitForLogAsync(static line => line.Contains("Worker weather/0 generation 3", StringComparison.Ordinal) && line.Contains("is ready", StringComparison.Ordinal));

        (code, text) = await FrontDoorProcess.RunToEndAsync(["events", "weather"], root);
        Assert.Equal(Done, code);
        Assert.Matches("(?m)  weather command: pause$", text);
        Assert.Matches(@"(?m)  weather/0 pid \d+ generation 2 ready: became ready$", text);
        Assert.DoesNotContain("guestbook", text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_refusal_names_the_reason_whatever_the_group_is_doing()
    {
        await StartAsync(("good", Worker()), ("failing", new { Command = "/bin/false" }), ("booting", new { Command = "sleep 1000" }), ("paused", Worker()), ("gone", Worker()));
        await FrontDoor.WaitForReadyAsync(workers: 3);
        await AssertDoneAsync(["pause", "paused"], _root, "paused is paused: its requests wait.");
        await AssertRefusedAsync(["pause", "paused"], "Group paused is paused already.");
        await AssertRefusedAsync(["resume", "good"], "Group good is not paused.");
        await AssertRefusedAsync(["start", "booting"], "Group booting is not stopped.");
        await AssertRefusedAsync(["restart", "god"], "There is no process group god. Did you mean good?");
        await AssertRefusedAsync(["status", "god"], "There is no process group god. Did you mean good?");
        await AssertRefusedAsync(["drain", "1"], "No process group has a worker with pid 1. The status lists them.");
        Assert.Equal("starting", await StateAsync("booting", _root));
        await FrontDoor.WaitForLogAsync(static line => line.Contains("Group failing is failing", StringComparison.Ordinal));
        var (_, text) = await FrontDoorProcess.RunToEndAsync(["status"], _root);
        Assert.Matches("(?m)^failing +0 of 1 x 4 .* failing$", text);
        Assert.Matches("(?m)^failing: generation 1 does not start, [0-9]+ tries so far: ", text);
        foreach (var group in new[] { "failing", "booting" })
        {
            await AssertDoneAsync(["restart", group], _root, $"{group} restarts worker by worker.");
            await AssertDoneAsync(["stop", group], _root, $"{group} stops.");
        }

        var (code, both) = await FrontDoorProcess.RunToEndAsync(["stop", "nowhere", "paused"], _root);
        Assert.Equal(Refused, code);
        Assert.Contains("There is no process group nowhere.", both, StringComparison.Ordinal);
        Assert.Contains("paused stops.", both, StringComparison.Ordinal);

        await File.WriteAllTextAsync(FrontDoor.SettingsPath, Site.Of(("good", Worker())).ToJsonString(), Token);
        await FrontDoor.WaitForLogAsync(static line => line.Contains("Group gone is removed", StringComparison.Ordinal));
        await AssertRefusedAsync(["status", "gone"], "There is no process group gone. There are: good.");
        var problem = await JsonAsync(["stop", "gone", "--json"], _root, Refused);
        Assert.Equal((404, 1), (problem.GetProperty("status").GetInt32(), problem.GetProperty("version").GetInt32()));

        await File.WriteAllTextAsync(FrontDoor.SettingsPath, Site.Of(("good", new { Threads = 0 })).ToJsonString(), Token);
        await AssertRefusedAsync(["reload"], "good:Threads");
    }

    [Fact(Timeout = 180_000)]
    public async Task Each_command_is_answered_whatever_its_group_is_doing()
    {
        await StartAsync(("good", Worker()), ("failing", new { Command = "/bin/false" }), ("booting", new { Command = "sleep 1000" }), ("paused", Worker()), ("gone", Worker()));
        await FrontDoor.WaitForReadyAsync(workers: 3);
        await AssertDoneAsync(["pause", "paused"], _root, "paused is paused: its requests wait.");
        await File.WriteAllTextAsync(
            FrontDoor.SettingsPath, Site.Of(("good", Worker()), ("failing", new { Command = "/bin/false" }), ("booting", new { Command = "sleep 1000" }), ("paused", Worker())).ToJsonString(), Token);
        await FrontDoor.WaitForLogAsync(static line => line.Contains("Group gone is removed", StringComparison.Ordinal));
        await FrontDoor.WaitForLogAsync(static line => line.Contains("Group failing is failing", StringComparison.Ordinal));
        foreach (var group in new[] { "failing", "booting", "paused" })
        {
            await AssertDoneAsync(["maintenance", group, "on"], _root, $"{group} is in maintenance.");
            Assert.Contains("in maintenance", (await FrontDoorProcess.RunToEndAsync(["status", group], _root)).Output, StringComparison.Ordinal);
            Assert.True((await JsonAsync(["maintenance", group, "off", "--json"], _root)).GetProperty("taken").GetBoolean());
            await AssertDoneAsync(["set", group, "Queue:Limit", "7"], _root, $"{group}: Queue:Limit = 7, until the front door ends (--save keeps it).");
            Assert.True((await JsonAsync(["unset", group, "Queue:Limit", "--json"], _root)).GetProperty("taken").GetBoolean());
            Assert.True((await JsonAsync(["scale", group, "2", "--json"], _root)).GetProperty("taken").GetBoolean());
            await AssertRefusedAsync(["start", group], $"Group {group} is not stopped.");
            Assert.Equal(group != "paused", (await FrontDoorProcess.RunToEndAsync(["pause", group], _root)).ExitCode == Done);
            Assert.EndsWith(", paused", await StateAsync(group, _root), StringComparison.Ordinal);
            await AssertDoneAsync(["resume", group], _root, $"{group} goes on.");
            Assert.True((await JsonAsync(["restart", group, "--json"], _root)).GetProperty("taken").GetBoolean());
            Assert.True((await JsonAsync(["stop", group, "--json"], _root)).GetProperty("taken").GetBoolean());
        }

        foreach (var command in new[] { "status gone", "restart gone", "pause gone", "resume gone", "stop gone", "start gone", "maintenance gone on", "scale gone 2", "threads gone 2", "set gone Queue:Limit 2", "unset gone Threads" })
        {
            await AssertRefusedAsync(command.Split(' '), "There is no process group gone. ");
        }

        var problem = await JsonAsync(["unset", "gone", "Threads", "--json"], _root, Refused);
        Assert.Equal(404, problem.GetProperty("status").GetInt32());
    }

    // What looks, then what turns something, in an order in which each can be done where the state allows it.
    private static readonly string[] Commands =
    [
        "status it", "explain it", "events it", "logs it", "top", "status", "check",
        "threads it 3", "scale it 2", "set it Queue:Limit 9", "unset it Queue:Limit", "maintenance it on", "maintenance it off",
        "pause it", "resume it", "recycle PID", "drain PID", "restart it", "reload", "stop it", "start it",
    ];

    // Refused there, with words of the reason; all else is done. PID: a worker of the group, else one that nobody has.
    private static string? RefusalIn(string state, string command) => (state, command.Split(' ')[0]) switch
    {
        ("removed", "events" or "top" or "check" or "reload") => null,
        ("removed", "recycle" or "drain") => "No process group has a worker with pid ",
        (_, "recycle" or "drain") when state is "failing" or "stopped" => "No process group has a worker with pid ",
        ("removed", _) when command != "status" => "There is no process group it. There are: other.",
        ("booting", "recycle") => "worker 0 of group it, does not serve: only a worker that is ready is ",
        ("paused", "pause") => "Group it is paused already.",
        ("stopped", "restart" or "stop") => "Group it is stopped: start it.",
        _ => null,
    };

    [Theory(Timeout = 240_000)]
    [InlineData("failing")]
    [InlineData("booting")]
    [InlineData("paused")]
    [InlineData("removed")]
    [InlineData("stopped")]
    [InlineData("maintenance")]
    public async Task Every_command_is_done_or_refused_with_the_reason_in_text_and_in_json(string state)
    {
        object it = state switch { "failing" => new { Command = "/bin/false" }, "booting" => new { Command = "sleep 1000" }, _ => Worker() };
        await StartAsync(("it", it), ("other", Worker()));
        await FrontDoor.WaitForReadyAsync(workers: state is "failing" or "booting" ? 1 : 2);
        await BringAsync(state);
        var inTurn = state == "maintenance" ? Commands.Except(["maintenance it off"]).Append("maintenance it off") : Commands;
        foreach (var command in inTurn)
        {
            var refusal = RefusalIn(state, command);
            await AskAsync(command, isJson: false, refusal, state);
            await AskAsync(command, isJson: true, refusal, state);
        }

        Assert.False(FrontDoor.Exited.IsCompleted);
        Assert.Equal("serving", await StateAsync("other", _root));
        Assert.DoesNotContain(FrontDoor.Log, static line => line.Contains("bug of ProxyGroups", StringComparison.Ordinal) || line.Contains("Unhandled", StringComparison.Ordinal));
    }

    private async Task BringAsync(string state)
    {
        switch (state)
        {
            case "failing":
                await FrontDoor.WaitForLogAsync(static line => line.Contains("Group it is failing", StringComparison.Ordinal));
                break;
            case "paused":
                await AssertDoneAsync(["pause", "it"], _root, "it is paused: its requests wait.");
                break;
            case "stopped":
                await AssertDoneAsync(["stop", "it"], _root, "it stops.");
                await FrontDoor.WaitForLogAsync(static line => line.Contains("Worker it/0", StringComparison.Ordinal) && line.Contains("ended", StringComparison.Ordinal));
                break;
            case "maintenance":
                await AssertDoneAsync(["maintenance", "it", "on"], _root, "it is in maintenance.");
                break;
            case "removed":
                await File.WriteAllTextAsync(FrontDoor.SettingsPath, Site.Of(("other", Worker())).ToJsonString(), Token);
                await FrontDoor.WaitForLogAsync(static line => line.Contains("Group it is removed", StringComparison.Ordinal));
                break;
        }
    }

    // In JSON each command comes a second time, so that it may be refused for being done already: whatever it is, it is an object, or one a line.
    private async Task AskAsync(string command, bool isJson, string? refusal, string state)
    {
        var arguments = command.Replace("PID", $"{await PidAsync()}", StringComparison.Ordinal).Split(' ');
        var (code, text) = await FrontDoorProcess.RunToEndAsync(isJson && arguments[0] != "check" ? [.. arguments, "--json"] : arguments, _root);
        var what = $"{state}: {string.Join(' ', arguments)}: {code} {text}";
        Assert.True(code is Done or Refused, what);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        if (isJson && arguments[0] != "check")
        {
            foreach (var line in arguments[0] is "events" or "logs" ? text.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [text])
            {
                var answer = JsonElement.Parse(line);
                Assert.True(answer.ValueKind == JsonValueKind.Object && (code == Done || answer.GetProperty("detail").GetString()!.Length > 10), what);
            }
        }
        else
        {
            Assert.True(code == (refusal is null ? Done : Refused) && text.Contains(refusal ?? string.Empty, StringComparison.Ordinal), what);
            Assert.True(arguments[0] is "events" or "logs" || text.Length > 5, what);
        }
    }

    // The worker of the group that is asked for; without one a pid that is nobody's.
    private async Task<int> PidAsync()
    {
        var status = await JsonAsync(["status", "--json"], _root);
        var workers = status.GetProperty("groups").EnumerateArray().Where(static group => group.GetProperty("name").GetString() == "it").SelectMany(static group => group.GetProperty("workers").EnumerateArray());
        return workers.Select(Pid).LastOrDefault(static pid => pid > 0, 1);
    }

    // Each that speaks with a front door that runs.
    private static readonly string[] EachCommand =
    [
        "status", "status good", "top", "events", "events good", "logs", "logs good", "explain", "explain good", "restart good", "pause good", "resume good", "stop good", "start good", "maintenance good on",
        "scale good 2", "threads good 2", "set good Queue:Limit 2", "unset good Threads", "drain 1", "recycle 1", "reload",
    ];

    [Fact(Timeout = 240_000)]
    public async Task Without_a_front_door_the_remedy_is_named_and_wrong_use_has_a_code_of_its_own()
    {
        var (code, text) = await FrontDoorProcess.RunToEndAsync(["status"], _root);
        Assert.Equal(WrongUse, code);
        Assert.Contains("No settings file at ", text, StringComparison.Ordinal);
        Assert.Equal(WrongUse, (await FrontDoorProcess.RunToEndAsync(["status", "--nonsense"], _root)).ExitCode);
        Assert.Equal(WrongUse, (await FrontDoorProcess.RunToEndAsync(["maintenance", "good", "perhaps"], _root)).ExitCode);
        Assert.Equal(WrongUse, (await FrontDoorProcess.RunToEndAsync(["drain", "good"], _root)).ExitCode);

        await StartAsync(("good", Worker()));
        await FrontDoor.WaitForReadyAsync();
        Poll.Kill(FrontDoor.Pid);
        await FrontDoor.Exited;
        foreach (var command in new[] { "status", "reload", "events" })
        {
            (code, text) = await FrontDoorProcess.RunToEndAsync([command], _root);
            Assert.Equal(NotRunning, code);
            Assert.StartsWith($"No front door runs with {_root}/appsettings.json. Start it with: proxygroups run. ", text, StringComparison.Ordinal);
        }

        // That one can tell what the settings mean, too.
        (code, text) = await FrontDoorProcess.RunToEndAsync(["explain", "good"], _root);
        Assert.True(code == Done && text.Contains("Nobody knows: no front door runs with these settings.", StringComparison.Ordinal), text);
        var commands = EachCommand.Where(static command => !command.StartsWith("explain", StringComparison.Ordinal)).ToList();
        foreach (var command in commands)
        {
            (code, text) = await FrontDoorProcess.RunToEndAsync(command.Split(' '), _root);
            Assert.True(code == NotRunning && text.Contains("Start it with: proxygroups run.", StringComparison.Ordinal), $"{command}: {code} {text}");
        }

        foreach (var command in commands)
        {
            var problem = await JsonAsync([.. command.Split(' '), "--json"], _root, NotRunning);
            Assert.Equal((command, "Not running"), (command, problem.GetProperty("title").GetString()));
        }

        (code, text) = await FrontDoorProcess.RunToEndAsync(["status", "--socket", "/nowhere/admin.sock"], _root);
        Assert.Equal(NotRunning, code);
        Assert.Contains("There is no socket at /nowhere/admin.sock.", text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task Of_two_front_doors_with_one_content_root_the_socket_says_which_is_meant()
    {
        await StartAsync(("good", Worker()));
        await FrontDoor.WaitForReadyAsync();
        await using var second = await FrontDoorProcess.StartAsync(["run", "--urls", "http://127.0.0.1:0"], _root);
        var told = await second.WaitForLogAsync(static line => line.Contains("another front door runs with this content root", StringComparison.Ordinal));
        var (code, text) = await FrontDoorProcess.RunToEndAsync(["status"], _root);
        Assert.Equal(WrongUse, code);
        var sockets = text.Split('\n').Where(static line => line.StartsWith("  --socket ", StringComparison.Ordinal)).Select(static line => line["  --socket ".Length..]).ToList();
        Assert.Equal(2, sockets.Count);
        Assert.Contains(sockets[1], told, StringComparison.Ordinal);
        Assert.Equal(FrontDoor.Pid, (await JsonAsync(["status", "--json", "--socket", sockets[0]], _root)).GetProperty("pid").GetInt32());
        Assert.Equal(second.Pid, (await JsonAsync(["status", "--json", "--socket", sockets[1]], _root)).GetProperty("pid").GetInt32());
        foreach (var command in EachCommand)
        {
            (code, text) = await FrontDoorProcess.RunToEndAsync(command.Split(' '), _root);
            Assert.True(code == WrongUse && sockets.All(socket => text.Contains($"  --socket {socket}", StringComparison.Ordinal)), $"{command}: {code} {text}");
            Assert.Equal((command, "Not done"), (command, (await JsonAsync([.. command.Split(' '), "--json"], _root, WrongUse)).GetProperty("title").GetString()));
        }

        Assert.True((await JsonAsync(["pause", "good", "--json", "--socket", sockets[1]], _root)).GetProperty("taken").GetBoolean());
        await second.WaitForLogAsync(static line => line.Contains("Group good: paused as asked", StringComparison.Ordinal));
        Assert.Equal("serving", (await JsonAsync(["status", "good", "--json", "--socket", sockets[0]], _root)).GetProperty("group").GetProperty("state").GetString());
    }

    [Fact(Timeout = 120_000)]
    public async Task The_knobs_are_turned_while_it_runs_and_what_is_saved_holds_after_the_next_start()
    {
        await StartAsync(("good", Worker()));
        await FrontDoor.WaitForReadyAsync();
        await AssertDoneAsync(["scale", "good", "3"], _root, "good: Processes = 3, MaxProcesses = 3, until the front door ends (--save keeps it).");
        await FrontDoor.WaitForReadyAsync(workers: 3);
        await AssertDoneAsync(["threads", "good", "6"], _root, "good: Threads = 6, until the front door ends (--save keeps it).");
        await AssertDoneAsync(["set", "good", "Queue:Limit", "7", "--save"], _root, "good: Queue:Limit = 7, also after the next start.");
        var group = (await JsonAsync(["status", "good", "--json"], _root)).GetProperty("group");
        Assert.Equal((3, 18, 7), (group.GetProperty("workers").GetArrayLength(), group.GetProperty("slots").GetInt32(), group.GetProperty("queueLimit").GetInt32()));
        await AssertDoneAsync(["scale", "good", "1"], _root, "good: Processes = 1, MaxProcesses = 1, until the front door ends (--save keeps it).");
        await FrontDoor.WaitForLogAsync(" ended: ", lines: 2);

        await AssertDoneAsync(["unset", "good", "Threads"], _root, "good: Threads as in the settings file again; what was saved comes back with the next start (--save removes it).");
        Assert.Equal(4, (await JsonAsync(["status", "good", "--json"], _root)).GetProperty("group").GetProperty("threads").GetInt32());
        Assert.True((await JsonAsync(["set", "good", "Queue:MaxWait", "2s", "--save", "--json"], _root)).GetProperty("taken").GetBoolean());
        Assert.True((await JsonAsync(["unset", "good", "Queue:MaxWait", "--save", "--json"], _root)).GetProperty("taken").GetBoolean());
        Assert.DoesNotContain("MaxWait", await File.ReadAllTextAsync(Path.Combine(_root, "appsettings.live.json"), Token), StringComparison.Ordinal);
        await AssertRefusedAsync(["unset", "good", "Threads"], "Threads of group good is not set by command");

        await AssertRefusedAsync(["scale", "good", "300"], "ProcessGroups:good:Processes = \"300\"");
        await AssertRefusedAsync(["set", "good", "Worker:User", "root"], "Worker:User cannot be set by command");
        await AssertRefusedAsync(["threads", "god", "2"], "Did you mean good?");
        Assert.Equal(WrongUse, (await FrontDoorProcess.RunToEndAsync(["scale", "good", "1-2-3"], _root)).ExitCode);
        FrontDoor.Signal("TERM");
        await FrontDoor.Exited;

        await FrontDoor.DisposeAsync();
        await StartAsync(("good", Worker()));
        group = (await JsonAsync(["status", "good", "--json"], _root)).GetProperty("group");
        Assert.Equal((1, 4, 7), (group.GetProperty("processes").GetInt32(), group.GetProperty("threads").GetInt32(), group.GetProperty("queueLimit").GetInt32()));
    }

    [Fact(Timeout = 120_000)]
    public async Task What_a_full_disk_does_not_take_is_refused_with_the_reason_and_what_was_saved_stays()
    {
        if (!Environment.IsPrivilegedProcess || await MountAsync("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", _root) != 0)
        {
            return;
        }

        try
        {
            await StartAsync(("good", Worker()));
            await FrontDoor.WaitForReadyAsync();
            await AssertDoneAsync(["set", "good", "Queue:Limit", "7", "--save"], _root, "good: Queue:Limit = 7, also after the next start.");
            var (saved, files) = (await File.ReadAllTextAsync(Path.Combine(_root, "appsettings.live.json"), Token), Directory.GetFiles(_root));
            var fill = Path.Combine(_root, "fill");
            await Assert.ThrowsAsync<IOException>(() => File.WriteAllBytesAsync(fill, new byte[1 << 20], Token));
            foreach (var command in new[] { "set good Queue:Limit 9 --save", "scale good 2 --save", "threads good 9 --save", "unset good Queue:Limit --save" })
            {
                await AssertRefusedAsync(command.Split(' '), $"{_root}/appsettings.live.json\n    cannot be written: No space left on device");
                Assert.Contains("Make it writable and see that its disk has room", (await JsonAsync([.. command.Split(' '), "--json"], _root, Refused)).GetProperty("detail").GetString(), StringComparison.Ordinal);
            }

            Assert.Equal(saved, await File.ReadAllTextAsync(Path.Combine(_root, "appsettings.live.json"), Token));
            Assert.Equal(files.Append(fill).Order(), Directory.GetFiles(_root).Order());
            var group = (await JsonAsync(["status", "good", "--json"], _root)).GetProperty("group");
            Assert.Equal((1, 4, 7), (group.GetProperty("processes").GetInt32(), group.GetProperty("threads").GetInt32(), group.GetProperty("queueLimit").GetInt32()));
            await AssertDoneAsync(["set", "good", "Queue:Limit", "8"], _root, "good: Queue:Limit = 8, until the front door ends (--save keeps it).");
            File.Delete(fill);
            await AssertDoneAsync(["set", "good", "Queue:Limit", "9", "--save"], _root, "good: Queue:Limit = 9, also after the next start.");
            FrontDoor.Signal("TERM");
            await FrontDoor.Exited;
        }
        finally
        {
            Assert.Equal(0, await MountAsync("umount", "--lazy", _root));
        }
    }

    [Fact(Timeout = 120_000)]
    [UnsupportedOSPlatform("windows")]
    public async Task Settings_that_the_user_may_not_read_are_told_with_the_remedy()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        var settings = Path.Combine(_root, "appsettings.json");
        await File.WriteAllTextAsync(settings, Site.Of(("good", Worker())).ToJsonString(), Token);
        File.SetUnixFileMode(settings, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(_root, File.GetUnixFileMode(_root) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        foreach (var (command, expected) in new[] { ("status", WrongUse), ("restart good", WrongUse), ("check", Refused), ("run", Refused) })
        {
            var (code, text) = await AsAsync("nobody", [.. command.Split(' '), "--settings", settings]);
            Assert.True(code == expected && text.StartsWith($"{settings} may not be read by this user. Give the command as root or as the user whose file it is.", StringComparison.Ordinal), $"{command}: {code} {text}");
        }
    }

    private static async Task<int> MountAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(Token);
        return process.ExitCode;
    }

    [Fact(Timeout = 120_000)]
    public async Task Events_are_followed_until_the_front_door_stops()
    {
        await StartAsync(("good", Worker()), ("other", Worker()));
        await FrontDoor.WaitForReadyAsync(workers: 2);
        var following = FrontDoorProcess.RunToEndAsync(["events", "-f", "--json", "good"], _root);
        await AssertDoneAsync(["restart", "good", "other"], _root, "good restarts worker by worker.\nother restarts worker by worker.");
        await FrontDoor.WaitForReadyAsync(workers: 4);
        FrontDoor.Signal("TERM");
        await FrontDoor.Exited;
        var (code, text) = await following;
        Assert.Equal(NotRunning, code);
        var lines = text.Split('\n').Select(static line => JsonElement.Parse(line)).ToList();
        Assert.Equal("Not running", lines[^1].GetProperty("title").GetString());
        var events = lines[..^1];
        Assert.All(events, static happened => Assert.Equal("good", happened.GetProperty("group").GetString()));
        Assert.Equal(events.Select(static happened => happened.GetProperty("id").GetInt64()).Distinct().Order(), events.Select(static happened => happened.GetProperty("id").GetInt64()));
        Assert.Contains(events, static happened => happened.GetProperty("kind").GetString() == "command" && happened.GetProperty("text").GetString() == "restart");
        Assert.Contains(events, static happened => happened.GetProperty("kind").GetString() == "worker" && happened.GetProperty("generation").GetInt32() == 2 && happened.GetProperty("state").GetString() == "exited");
    }

    [Fact(Timeout = 120_000)]
    public async Task A_user_sees_and_steers_the_groups_that_run_as_that_user_and_others_nothing()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        // The user's own group, one of root's, and an account that has none.
        await StartAsync(("own", Worker("nobody")), ("foreign", Worker()));
        await FrontDoor.WaitForReadyAsync(workers: 2);
        var line = await FrontDoor.WaitForLogAsync(static line => line.Contains("events and commands at ", StringComparison.Ordinal));
        var socket = line[line.IndexOf('/', line.IndexOf("commands at", StringComparison.Ordinal))..];
        var foreign = (await JsonAsync(["status", "foreign", "--json"], _root)).GetProperty("group").GetProperty("workers")[0];

        var status = JsonElement.Parse((await AsAsync("nobody", ["status", "--json", "--socket", socket])).Output);
        Assert.Equal("own", Assert.Single(status.GetProperty("groups").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal((Done, "own restarts worker by worker."), await AsAsync("nobody", ["restart", "own", "--socket", socket]));
        Assert.Equal((Refused, "There is no process group foreign. There are: own."), await AsAsync("nobody", ["stop", "foreign", "--socket", socket]));
        Assert.Equal(Refused, (await AsAsync("nobody", ["drain", $"{Pid(foreign)}", "--socket", socket])).ExitCode);
        Assert.Equal(Refused, (await AsAsync("nobody", ["reload", "--socket", socket])).ExitCode);
        await AssertDoneAsync(["threads", "own", "6"], _root, "own: Threads = 6, until the front door ends (--save keeps it).");
        await AssertDoneAsync(["threads", "foreign", "6"], _root, "foreign: Threads = 6, until the front door ends (--save keeps it).");
        var (_, events) = await AsAsync("nobody", ["events", "--json", "--socket", socket]);
        var told = events.Split('\n').Select(static line => JsonElement.Parse(line)).ToList();
        Assert.All(told, static entry => Assert.Equal("own", entry.GetProperty("group").GetString()));
        Assert.Equal("its settings have changed", Assert.Single(told, static entry => entry.GetProperty("kind").GetString() == "reload").GetProperty("text").GetString());
        Assert.Equal(Refused, (await AsAsync("nobody", ["unset", "own", "Threads", "--socket", socket])).ExitCode);

        foreach (var command in new[] { "status", "reload", "events", "restart own", "pause own", "resume own", "stop own", "start own", "maintenance own on", "scale own 2", "set own Queue:Limit 7", "unset own Threads", $"drain {Pid(foreign)}", $"recycle {Pid(foreign)}" })
        {
            var (code, text) = await AsAsync("daemon", [.. command.Split(' '), "--socket", socket]);
            Assert.Equal(Refused, code);
            Assert.Contains("may neither see nor steer anything here", text, StringComparison.Ordinal);
            Assert.DoesNotContain("own\n", text, StringComparison.Ordinal);
        }

        Assert.Equal("serving", await StateAsync("foreign", _root));
    }

    private static object Worker(string? user = null) => new
    {
        Directory = "/",
        Command = new[] { TestApps.Python, "-c", WorkerProgram, "{socket}" },
        Worker = new { User = user },
    };

    private const string WorkerProgram = """
        import sys
        from http.server import BaseHTTPRequestHandler
        from socketserver import ThreadingUnixStreamServer
        class Handler(BaseHTTPRequestHandler):
            def address_string(self): return ''
            def log_message(self, *words): pass
            def do_GET(self):
                self.send_response(200)
                self.send_header('Content-Length', '0')
                self.end_headers()
        ThreadingUnixStreamServer(sys.argv[1], Handler).serve_forever()
        """;

    private async Task StartAsync(params (string Name, object Group)[] groups) =>
        _started = await FrontDoorProcess.StartAsync(Site.Of(groups).ToJsonString(), _root);

    private static int Pid(JsonElement worker) => worker.GetProperty("pid").GetInt32();

    private static Task<(int ExitCode, string Output)> AsAsync(string user, string[] arguments) =>
        FrontDoorProcess.RunToEndThroughAsync(["setpriv", "--reuid", user, "--clear-groups", "env", "HOME=/nonexistent"], arguments, "/");

    private static async Task AssertDoneAsync(string[] arguments, string root, string text) =>
        Assert.Equal((Done, text), await FrontDoorProcess.RunToEndAsync(arguments, root));

    private async Task AssertRefusedAsync(string[] arguments, string reason)
    {
        var (code, text) = await FrontDoorProcess.RunToEndAsync(arguments, _root);
        Assert.Equal(Refused, code);
        Assert.Contains(reason, text, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> JsonAsync(string[] arguments, string root, int exitCode = Done)
    {
        var (code, text) = await FrontDoorProcess.RunToEndAsync(arguments, root);
        Assert.True(exitCode == code, $"{code}: {text}");
        return JsonElement.Parse(text);
    }

    private static async Task<string> StateAsync(string group, string root) =>
        (await JsonAsync(["status", group, "--json"], root)).GetProperty("group").GetProperty("state").GetString()!;
}
