using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>What apps write must not steer the terminal of whoever looks at them.</summary>
public sealed class HostileTextTests
{
    // Sets a terminal's title; the second begins with a control character of two bytes (C1).
    private const string Evil = """printf 'Traceback \033]0;owned\007 \302\233 31mred\n' >&2; exit 1""";

    [Fact(Timeout = 120_000)]
    public async Task No_command_and_no_line_of_the_log_passes_on_what_moves_a_terminal()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("evil", new { Command = new[] { "sh", "-c", Evil } })).ToJsonString(), root);
        await frontDoor.WaitForLogAsync(static line => line.Contains("Group evil is failing", StringComparison.Ordinal));
        foreach (var command in new[] { "status", "status evil", "events", "explain", "logs", "top" })
        {
            var (_, text) = await FrontDoorProcess.RunToEndAsync(command.Split(' '), root);
            AssertHarmless(command, text);
            var (_, json) = await FrontDoorProcess.RunToEndAsync([.. command.Split(' '), "--json"], root);
            AssertHarmless($"{command} --json", json);
        }

        Assert.Contains("owned", (await FrontDoorProcess.RunToEndAsync(["logs"], root)).Output, StringComparison.Ordinal);
        Assert.Contains(frontDoor.Log, static line => line.Contains("owned", StringComparison.Ordinal));
        AssertHarmless("the front door's log", string.Join('\n', frontDoor.Log));
    }

    private static void AssertHarmless(string what, string text) =>
        Assert.True(text.All(static sign => sign is '\n' or '\t' || !char.IsControl(sign)), $"{what}: {text.Replace("\u001b", "<ESC>", StringComparison.Ordinal)}");
}
