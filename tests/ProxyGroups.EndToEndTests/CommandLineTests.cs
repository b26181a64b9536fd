using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>The commands that speak with a front door that runs, as a person and as a program give them.</summary>
public sealed class CommandLineTests : CommandLineScene
{
    [Fact(Timeout = 120_000)]
    public async Task Every_command_has_its_help_and_a_wrong_one_is_told_all_of_them()
    {
        var (code, all) = await FrontDoorProcess.RunToEndAsync(["--help"], Root);
        Assert.Equal(Done, code);
        var commands = all[all.IndexOf("Commands:", StringComparison.Ordinal)..].Split('\n')[1..].Where(static line => line.StartsWith("  ", StringComparison.Ordinal) && line[2] != ' ').Select(static line => line.Trim().Split(' ')[0]).ToList();
        Assert.Subset(commands.ToHashSet(), new HashSet<string> { "run", "check", "status", "restart", "logs", "completion" });
        foreach (var command in commands)
        {
            var (codeOfOne, help) = await FrontDoorProcess.RunToEndAsync([command, "--help"], Root);
            Assert.Equal((Done, true), (codeOfOne, help.Contains($"proxygroups {command}", StringComparison.Ordinal) && help.Contains("Options:", StringComparison.Ordinal)));
        }

        (code, var told) = await FrontDoorProcess.RunToEndAsync(["restrat", "shop"], Root);
        Assert.Equal(WrongUse, code);
        Assert.Contains("Commands:", told, StringComparison.Ordinal);
    }

    [Fact(Timeout = 180_000)]
    public async Task Every_command_does_what_it_says_to_the_example_server_in_text_and_in_json()
    {
        Started = await FrontDoorProcess.StartAsync(["run", "--urls", "http://127.0.0.1:0"], FrontDoorProcess.Root);
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

    // Each that speaks with a front door that runs.
    private static readonly string[] EachCommand =
    [
        "status", "status good", "top", "events", "events good", "logs", "logs good", "explain", "explain good", "restart good", "pause good", "resume good", "stop good", "start good", "maintenance good on",
        "scale good 2", "threads good 2", "set good Queue:Limit 2", "unset good Threads", "drain 1", "recycle 1", "reload",
    ];

    [Fact(Timeout = 240_000)]
    public async Task Without_a_front_door_the_remedy_is_named_and_wrong_use_has_a_code_of_its_own()
    {
        var (code, text) = await FrontDoorProcess.RunToEndAsync(["status"], Root);
        Assert.Equal(WrongUse, code);
        Assert.Contains("No settings file at ", text, StringComparison.Ordinal);
        Assert.Equal(WrongUse, (await FrontDoorProcess.RunToEndAsync(["status", "--nonsense"], Root)).ExitCode);
        Assert.Equal(WrongUse, (await FrontDoorProcess.RunToEndAsync(["maintenance", "good", "perhaps"], Root)).ExitCode);
        Assert.Equal(WrongUse, (await FrontDoorProcess.RunToEndAsync(["drain", "good"], Root)).ExitCode);

        await StartAsync(("good", Worker()));
        await FrontDoor.WaitForReadyAsync();
        Poll.Kill(FrontDoor.Pid);
        await FrontDoor.Exited;
        foreach (var command in new[] { "status", "reload", "events" })
        {
            (code, text) = await FrontDoorProcess.RunToEndAsync([command], Root);
            Assert.Equal(NotRunning, code);
            Assert.StartsWith($"No front door runs with {Root}/appsettings.json. Start it with: proxygroups run. ", text, StringComparison.Ordinal);
        }

        // That one can tell what the settings mean, too.
        (code, text) = await FrontDoorProcess.RunToEndAsync(["explain", "good"], Root);
        Assert.True(code == Done && text.Contains("Nobody knows: no front door runs with these settings.", StringComparison.Ordinal), text);
        var commands = EachCommand.Where(static command => !command.StartsWith("explain", StringComparison.Ordinal)).ToList();
        foreach (var command in commands)
        {
            (code, text) = await FrontDoorProcess.RunToEndAsync(command.Split(' '), Root);
            Assert.True(code == NotRunning && text.Contains("Start it with: proxygroups run.", StringComparison.Ordinal), $"{command}: {code} {text}");
        }

        foreach (var command in commands)
        {
            var problem = await JsonAsync([.. command.Split(' '), "--json"], Root, NotRunning);
            Assert.Equal((command, "Not running"), (command, problem.GetProperty("title").GetString()));
        }

        (code, text) = await FrontDoorProcess.RunToEndAsync(["status", "--socket", "/nowhere/admin.sock"], Root);
        Assert.Equal(NotRunning, code);
        Assert.Contains("There is no socket at /nowhere/admin.sock.", text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task Of_two_front_doors_with_one_content_root_the_socket_says_which_is_meant()
    {
        await StartAsync(("good", Worker()));
        await FrontDoor.WaitForReadyAsync();
        await using var second = await FrontDoorProcess.StartAsync(["run", "--urls", "http://127.0.0.1:0"], Root);
        var told = await second.WaitForLogAsync(static line => line.Contains("another front door runs with this content root", StringComparison.Ordinal));
        var (code, text) = await FrontDoorProcess.RunToEndAsync(["status"], Root);
        Assert.Equal(WrongUse, code);
        var sockets = text.Split('\n').Where(static line => line.StartsWith("  --socket ", StringComparison.Ordinal)).Select(static line => line["  --socket ".Length..]).ToList();
        Assert.Equal(2, sockets.Count);
        Assert.Contains(sockets[1], told, StringComparison.Ordinal);
        Assert.Equal(FrontDoor.Pid, (await JsonAsync(["status", "--json", "--socket", sockets[0]], Root)).GetProperty("pid").GetInt32());
        Assert.Equal(second.Pid, (await JsonAsync(["status", "--json", "--socket", sockets[1]], Root)).GetProperty("pid").GetInt32());
        foreach (var command in EachCommand)
        {
            (code, text) = await FrontDoorProcess.RunToEndAsync(command.Split(' '), Root);
            Assert.True(code == WrongUse && sockets.All(socket => text.Contains($"  --socket {socket}", StringComparison.Ordinal)), $"{command}: {code} {text}");
            Assert.Equal((command, "Not done"), (command, (await JsonAsync([.. command.Split(' '), "--json"], Root, WrongUse)).GetProperty("title").GetString()));
        }

        Assert.True((await JsonAsync(["pause", "good", "--json", "--socket", sockets[1]], Root)).GetProperty("taken").GetBoolean());
        await second.WaitForLogAsync(static line => line.Contains("Group good: paused as asked", StringComparison.Ordinal));
        Assert.Equal("serving", (await JsonAsync(["status", "good", "--json", "--socket", sockets[0]], Root)).GetProperty("group").GetProperty("state").GetString());
    }

    [Fact(Timeout = 120_000)]
    public async Task The_knobs_are_turned_while_it_runs_and_what_is_saved_holds_after_the_next_start()
    {
        await StartAsync(("good", Worker()));
        await FrontDoor.WaitForReadyAsync();
        await AssertDoneAsync(["scale", "good", "3"], Root, "good: Processes = 3, MaxProcesses = 3, until the front door ends (--save keeps it).");
        await FrontDoor.WaitForReadyAsync(workers: 3);
        await AssertDoneAsync(["threads", "good", "6"], Root, "good: Threads = 6, until the front door ends (--save keeps it).");
        await AssertDoneAsync(["set", "good", "Queue:Limit", "7", "--save"], Root, "good: Queue:Limit = 7, also after the next start.");
        var group = (await JsonAsync(["status", "good", "--json"], Root)).GetProperty("group");
        Assert.Equal((3, 18, 7), (group.GetProperty("workers").GetArrayLength(), group.GetProperty("slots").GetInt32(), group.GetProperty("queueLimit").GetInt32()));
        await AssertDoneAsync(["scale", "good", "1"], Root, "good: Processes = 1, MaxProcesses = 1, until the front door ends (--save keeps it).");
        await FrontDoor.WaitForLogAsync(" ended: ", lines: 2);

        await AssertDoneAsync(["unset", "good", "Threads"], Root, "good: Threads as in the settings file again; what was saved comes back with the next start (--save removes it).");
        Assert.Equal(4, (await JsonAsync(["status", "good", "--json"], Root)).GetProperty("group").GetProperty("threads").GetInt32());
        Assert.True((await JsonAsync(["set", "good", "Queue:MaxWait", "2s", "--save", "--json"], Root)).GetProperty("taken").GetBoolean());
        Assert.True((await JsonAsync(["unset", "good", "Queue:MaxWait", "--save", "--json"], Root)).GetProperty("taken").GetBoolean());
        Assert.DoesNotContain("MaxWait", await File.ReadAllTextAsync(Path.Combine(Root, "appsettings.live.json"), Token), StringComparison.Ordinal);
        await AssertRefusedAsync(["unset", "good", "Threads"], "Threads of group good is not set by command");

        await AssertRefusedAsync(["scale", "good", "300"], "ProcessGroups:good:Processes = \"300\"");
        await AssertRefusedAsync(["set", "good", "Worker:User", "root"], "Worker:User cannot be set by command");
        await AssertRefusedAsync(["threads", "god", "2"], "Did you mean good?");
        Assert.Equal(WrongUse, (await FrontDoorProcess.RunToEndAsync(["scale", "good", "1-2-3"], Root)).ExitCode);
        FrontDoor.Signal("TERM");
        await FrontDoor.Exited;

        await FrontDoor.DisposeAsync();
        await StartAsync(("good", Worker()));
        group = (await JsonAsync(["status", "good", "--json"], Root)).GetProperty("group");
        Assert.Equal((1, 4, 7), (group.GetProperty("processes").GetInt32(), group.GetProperty("threads").GetInt32(), group.GetProperty("queueLimit").GetInt32()));
    }

    [Fact(Timeout = 120_000)]
    public async Task What_a_full_disk_does_not_take_is_refused_with_the_reason_and_what_was_saved_stays()
    {
        if (!Environment.IsPrivilegedProcess || await MountAsync("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", Root) != 0)
        {
            return;
        }

        try
        {
            await StartAsync(("good", Worker()));
            await FrontDoor.WaitForReadyAsync();
            await AssertDoneAsync(["set", "good", "Queue:Limit", "7", "--save"], Root, "good: Queue:Limit = 7, also after the next start.");
            var (saved, files) = (await File.ReadAllTextAsync(Path.Combine(Root, "appsettings.live.json"), Token), Directory.GetFiles(Root));
            var fill = Path.Combine(Root, "fill");
            await Assert.ThrowsAsync<IOException>(() => File.WriteAllBytesAsync(fill, new byte[1 << 20], Token));
            foreach (var command in new[] { "set good Queue:Limit 9 --save", "scale good 2 --save", "threads good 9 --save", "unset good Queue:Limit --save" })
            {
                await AssertRefusedAsync(command.Split(' '), $"{Root}/appsettings.live.json\n    cannot be written: No space left on device");
                Assert.Contains("Make it writable and see that its disk has room", (await JsonAsync([.. command.Split(' '), "--json"], Root, Refused)).GetProperty("detail").GetString(), StringComparison.Ordinal);
            }

            Assert.Equal(saved, await File.ReadAllTextAsync(Path.Combine(Root, "appsettings.live.json"), Token));
            Assert.Equal(files.Append(fill).Order(), Directory.GetFiles(Root).Order());
            var group = (await JsonAsync(["status", "good", "--json"], Root)).GetProperty("group");
            Assert.Equal((1, 4, 7), (group.GetProperty("processes").GetInt32(), group.GetProperty("threads").GetInt32(), group.GetProperty("queueLimit").GetInt32()));
            await AssertDoneAsync(["set", "good", "Queue:Limit", "8"], Root, "good: Queue:Limit = 8, until the front door ends (--save keeps it).");
            File.Delete(fill);
            await AssertDoneAsync(["set", "good", "Queue:Limit", "9", "--save"], Root, "good: Queue:Limit = 9, also after the next start.");
            FrontDoor.Signal("TERM");
            await FrontDoor.Exited;
        }
        finally
        {
            Assert.Equal(0, await MountAsync("umount", "--lazy", Root));
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

        var settings = Path.Combine(Root, "appsettings.json");
        await File.WriteAllTextAsync(settings, Site.Of(("good", Worker())).ToJsonString(), Token);
        File.SetUnixFileMode(settings, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(Root, File.GetUnixFileMode(Root) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
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
        var following = FrontDoorProcess.RunToEndAsync(["events", "-f", "--json", "good"], Root);
        await AssertDoneAsync(["restart", "good", "other"], Root, "good restarts worker by worker.\nother restarts worker by worker.");
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
        var foreign = (await JsonAsync(["status", "foreign", "--json"], Root)).GetProperty("group").GetProperty("workers")[0];

        var status = JsonElement.Parse((await AsAsync("nobody", ["status", "--json", "--socket", socket])).Output);
        Assert.Equal("own", Assert.Single(status.GetProperty("groups").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal((Done, "own restarts worker by worker."), await AsAsync("nobody", ["restart", "own", "--socket", socket]));
        Assert.Equal((Refused, "There is no process group foreign. There are: own."), await AsAsync("nobody", ["stop", "foreign", "--socket", socket]));
        Assert.Equal(Refused, (await AsAsync("nobody", ["drain", $"{Pid(foreign)}", "--socket", socket])).ExitCode);
        Assert.Equal(Refused, (await AsAsync("nobody", ["reload", "--socket", socket])).ExitCode);
        await AssertDoneAsync(["threads", "own", "6"], Root, "own: Threads = 6, until the front door ends (--save keeps it).");
        await AssertDoneAsync(["threads", "foreign", "6"], Root, "foreign: Threads = 6, until the front door ends (--save keeps it).");
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

        Assert.Equal("serving", await StateAsync("foreign", Root));
    }

    private static Task<(int ExitCode, string Output)> AsAsync(string user, string[] arguments) =>
        FrontDoorProcess.RunToEndThroughAsync(["setpriv", "--reuid", user, "--clear-groups", "env", "HOME=/nonexistent"], arguments, "/");
}
