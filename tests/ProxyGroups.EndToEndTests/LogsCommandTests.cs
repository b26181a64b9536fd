using System.Text.Json;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary><c>proxygroups logs</c>: what workers write, as a person and as a program read it.</summary>
public sealed class LogsCommandTests : IAsyncLifetime
{
    private readonly string _root = FrontDoorProcess.CreateContentRoot();
    private FrontDoorProcess? _started;

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
    public async Task The_last_lines_are_shown_with_their_worker_whether_they_go_to_the_log_or_to_a_file()
    {
        await StartAsync(
            ("plain", Saying("echo one; printf '\\033[2Jtwo\\n' >&2; echo three")),
            ("filed", new { Serves = false, Command = Shell("echo in the file"), Log = new { File = "filed.log" } }),
            ("failing", new { Command = Shell("echo last words; exit 3") }));
        await FrontDoor.WaitForReadyAsync(workers: 2);
        await FrontDoor.WaitForLogAsync(static line => line.Contains("Group failing is failing", StringComparison.Ordinal));
        var (code, text) = await LogsAsync("plain");
        Assert.Equal(0, code);
        Assert.Matches(@"(?m)^\d\d:\d\d:\d\d\.\d{3}  plain/0 pid \d+ generation 1 stdout: one$", text);
        Assert.Contains(@"generation 1 stderr: \x1b[2Jtwo", text, StringComparison.Ordinal);
        Assert.Matches(@"(?m)  plain/0 pid \d+ generation 1 proxygroups: ready: became ready$", text);
        Assert.DoesNotContain("filed", text, StringComparison.Ordinal);
        Assert.Single((await LogsAsync("plain", "-n", "1")).Output.Split('\n'));
        Assert.Contains("filed/0 ", (await LogsAsync()).Output, StringComparison.Ordinal);
        Assert.Contains("stdout: in the file", (await LogsAsync("filed")).Output, StringComparison.Ordinal);
        Assert.Contains("stdout: last words", (await LogsAsync("failing")).Output, StringComparison.Ordinal);
        var line = (await LogsAsync("plain", "--json")).Output.Split('\n').Select(static line => JsonElement.Parse(line)).Single(static line => line.GetProperty("text").GetString() == "three");
        Assert.Equal(("plain", 0, 1, "stdout"), (line.GetProperty("group").GetString(), line.GetProperty("rank").GetInt32(), line.GetProperty("generation").GetInt32(), line.GetProperty("stream").GetString()));
        Assert.Equal((1, "There is no process group plan. Did you mean plain?"), await LogsAsync("plan"));
        Assert.Equal(2, (await LogsAsync("-n", "many")).ExitCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task Lines_are_followed_through_restarts_until_the_front_door_stops()
    {
        await StartAsync(("good", Saying("echo hello from $PROXYGROUPS_GENERATION")), ("other", Saying("echo noise")));
        await FrontDoor.WaitForReadyAsync(workers: 2);
        var following = LogsAsync("good", "-f", "--json");
        await FrontDoorProcess.RunToEndAsync(["restart", "good"], _root);
        await FrontDoor.WaitForLogAsync(static line => line.Contains("hello from 2", StringComparison.Ordinal));
        FrontDoor.Signal("TERM");
        await FrontDoor.Exited;
        var (code, text) = await following;
        Assert.Equal(3, code);
        var lines = text.Split('\n').Select(static line => JsonElement.Parse(line)).ToList();
        Assert.Equal("Not running", lines[^1].GetProperty("title").GetString());
        Assert.All(lines[..^1], static line => Assert.Equal("good", line.GetProperty("group").GetString()));
        Assert.Equal(["hello from 1", "hello from 2"], lines[..^1].Where(static line => line.GetProperty("stream").GetString() == "stdout").Select(static line => line.GetProperty("text").GetString()));
        Assert.Contains("exited: the front door stops", text, StringComparison.Ordinal);
        Assert.Equal(3, (await LogsAsync("good")).ExitCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_user_reads_the_lines_of_its_own_groups_alone()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        await StartAsync(("own", new { Directory = "/", Serves = false, Command = Shell("echo mine"), Worker = new { User = "nobody" } }), ("foreign", Saying("echo hidden")));
        await FrontDoor.WaitForReadyAsync(workers: 2);
        var told = await FrontDoor.WaitForLogAsync(static line => line.Contains("events and commands at ", StringComparison.Ordinal));
        var socket = told[told.IndexOf('/', told.IndexOf("commands at", StringComparison.Ordinal))..];
        var (code, text) = await AsAsync("nobody", "logs", "--socket", socket);
        Assert.Equal(0, code);
        Assert.Contains("stdout: mine", text, StringComparison.Ordinal);
        Assert.DoesNotContain("foreign", text, StringComparison.Ordinal);
        Assert.Equal((1, "There is no process group foreign. There are: own."), await AsAsync("nobody", "logs", "foreign", "--socket", socket));
        Assert.Equal(1, (await AsAsync("daemon", "logs", "-f", "--socket", socket)).ExitCode);
    }

    private static string[] Shell(string says) => ["sh", "-c", $"{says}; exec sleep 1000"];

    private static object Saying(string says) => new { Serves = false, Command = Shell(says) };

    private static Task<(int ExitCode, string Output)> AsAsync(string user, params string[] arguments) =>
        FrontDoorProcess.RunToEndThroughAsync(["setpriv", "--reuid", user, "--clear-groups", "env", "HOME=/nonexistent"], arguments, "/");

    private Task<(int ExitCode, string Output)> LogsAsync(params string[] arguments) => FrontDoorProcess.RunToEndAsync(["logs", .. arguments], _root);

    private async Task StartAsync(params (string Name, object Group)[] groups) =>
        _started = await FrontDoorProcess.StartAsync(Unrouted(groups), _root);

    // Background workers have no route; the failing one may do without, too.
    private static string Unrouted((string Name, object Group)[] groups) => JsonSerializer.Serialize(new { ProxyGroups = new { ProcessGroups = groups.ToDictionary(static group => group.Name, static group => group.Group) } });
}
