using System.Text.Json;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>The commands that speak with a front door that runs, whatever the group is doing that they are for.</summary>
public sealed class CommandStateTests : CommandLineScene
{
    [Fact(Timeout = 120_000)]
    public async Task A_refusal_names_the_reason_whatever_the_group_is_doing()
    {
        await StartAsync(("good", Worker()), ("failing", new { Command = "/bin/false" }), ("booting", new { Command = "sleep 1000" }), ("paused", Worker()), ("gone", Worker()));
        await FrontDoor.WaitForReadyAsync(workers: 3);
        await AssertDoneAsync(["pause", "paused"], Root, "paused is paused: its requests wait.");
        await AssertRefusedAsync(["pause", "paused"], "Group paused is paused already.");
        await AssertRefusedAsync(["resume", "good"], "Group good is not paused.");
        await AssertRefusedAsync(["start", "booting"], "Group booting is not stopped.");
        await AssertRefusedAsync(["restart", "god"], "There is no process group god. Did you mean good?");
        await AssertRefusedAsync(["status", "god"], "There is no process group god. Did you mean good?");
        await AssertRefusedAsync(["drain", "1"], "No process group has a worker with pid 1. The status lists them.");
        Assert.Equal("starting", await StateAsync("booting", Root));
        await FrontDoor.WaitForLogAsync(static line => line.Contains("Group failing is failing", StringComparison.Ordinal));
        var (_, text) = await FrontDoorProcess.RunToEndAsync(["status"], Root);
        Assert.Matches("(?m)^failing +0 of 1 x 4 .* failing$", text);
        Assert.Matches("(?m)^failing: generation 1 does not start, [0-9]+ tries so far: ", text);
        foreach (var group in new[] { "failing", "booting" })
        {
            await AssertDoneAsync(["restart", group], Root, $"{group} restarts worker by worker.");
            await AssertDoneAsync(["stop", group], Root, $"{group} stops.");
        }

        var (code, both) = await FrontDoorProcess.RunToEndAsync(["stop", "nowhere", "paused"], Root);
        Assert.Equal(Refused, code);
        Assert.Contains("There is no process group nowhere.", both, StringComparison.Ordinal);
        Assert.Contains("paused stops.", both, StringComparison.Ordinal);

        await File.WriteAllTextAsync(FrontDoor.SettingsPath, Site.Of(("good", Worker())).ToJsonString(), Token);
        await FrontDoor.WaitForLogAsync(static line => line.Contains("Group gone is removed", StringComparison.Ordinal));
        await AssertRefusedAsync(["status", "gone"], "There is no process group gone. There are: good.");
        var problem = await JsonAsync(["stop", "gone", "--json"], Root, Refused);
        Assert.Equal((404, 1), (problem.GetProperty("status").GetInt32(), problem.GetProperty("version").GetInt32()));

        await File.WriteAllTextAsync(FrontDoor.SettingsPath, Site.Of(("good", new { Threads = 0 })).ToJsonString(), Token);
        await AssertRefusedAsync(["reload"], "good:Threads");
    }

    [Fact(Timeout = 180_000)]
    public async Task Each_command_is_answered_whatever_its_group_is_doing()
    {
        await StartAsync(("good", Worker()), ("failing", new { Command = "/bin/false" }), ("booting", new { Command = "sleep 1000" }), ("paused", Worker()), ("gone", Worker()));
        await FrontDoor.WaitForReadyAsync(workers: 3);
        await AssertDoneAsync(["pause", "paused"], Root, "paused is paused: its requests wait.");
        await File.WriteAllTextAsync(
            FrontDoor.SettingsPath, Site.Of(("good", Worker()), ("failing", new { Command = "/bin/false" }), ("booting", new { Command = "sleep 1000" }), ("paused", Worker())).ToJsonString(), Token);
        await FrontDoor.WaitForLogAsync(static line => line.Contains("Group gone is removed", StringComparison.Ordinal));
        await FrontDoor.WaitForLogAsync(static line => line.Contains("Group failing is failing", StringComparison.Ordinal));
        foreach (var group in new[] { "failing", "booting", "paused" })
        {
            await AssertDoneAsync(["maintenance", group, "on"], Root, $"{group} is in maintenance.");
            Assert.Contains("in maintenance", (await FrontDoorProcess.RunToEndAsync(["status", group], Root)).Output, StringComparison.Ordinal);
            Assert.True((await JsonAsync(["maintenance", group, "off", "--json"], Root)).GetProperty("taken").GetBoolean());
            await AssertDoneAsync(["set", group, "Queue:Limit", "7"], Root, $"{group}: Queue:Limit = 7, until the front door ends (--save keeps it).");
            Assert.True((await JsonAsync(["unset", group, "Queue:Limit", "--json"], Root)).GetProperty("taken").GetBoolean());
            Assert.True((await JsonAsync(["scale", group, "2", "--json"], Root)).GetProperty("taken").GetBoolean());
            await AssertRefusedAsync(["start", group], $"Group {group} is not stopped.");
            Assert.Equal(group != "paused", (await FrontDoorProcess.RunToEndAsync(["pause", group], Root)).ExitCode == Done);
            Assert.EndsWith(", paused", await StateAsync(group, Root), StringComparison.Ordinal);
            await AssertDoneAsync(["resume", group], Root, $"{group} goes on.");
            Assert.True((await JsonAsync(["restart", group, "--json"], Root)).GetProperty("taken").GetBoolean());
            Assert.True((await JsonAsync(["stop", group, "--json"], Root)).GetProperty("taken").GetBoolean());
        }

        foreach (var command in new[] { "status gone", "restart gone", "pause gone", "resume gone", "stop gone", "start gone", "maintenance gone on", "scale gone 2", "threads gone 2", "set gone Queue:Limit 2", "unset gone Threads" })
        {
            await AssertRefusedAsync(command.Split(' '), "There is no process group gone. ");
        }

        var problem = await JsonAsync(["unset", "gone", "Threads", "--json"], Root, Refused);
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
        Assert.Equal("serving", await StateAsync("other", Root));
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
                await AssertDoneAsync(["pause", "it"], Root, "it is paused: its requests wait.");
                break;
            case "stopped":
                await AssertDoneAsync(["stop", "it"], Root, "it stops.");
                await FrontDoor.WaitForLogAsync(static line => line.Contains("Worker it/0", StringComparison.Ordinal) && line.Contains("ended", StringComparison.Ordinal));
                break;
            case "maintenance":
                await AssertDoneAsync(["maintenance", "it", "on"], Root, "it is in maintenance.");
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
        var (code, text) = await FrontDoorProcess.RunToEndAsync(isJson && arguments[0] != "check" ? [.. arguments, "--json"] : arguments, Root);
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
        var status = await JsonAsync(["status", "--json"], Root);
        var workers = status.GetProperty("groups").EnumerateArray().Where(static group => group.GetProperty("name").GetString() == "it").SelectMany(static group => group.GetProperty("workers").EnumerateArray());
        return workers.Select(Pid).LastOrDefault(static pid => pid > 0, 1);
    }
}
