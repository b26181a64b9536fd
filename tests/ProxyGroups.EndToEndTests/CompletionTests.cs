using System.Diagnostics;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>A real shell completes what a person began to write.</summary>
public sealed class CompletionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Bash_completes_commands_options_and_the_groups_that_run()
    {
        var idle = new { Serves = false, Command = new[] { "sleep", "1000" } };
        await using var frontDoor = await FrontDoorProcess.StartAsync(new { ProxyGroups = new { ProcessGroups = new { shop = idle, shelf = idle, blog = idle } } });
        Assert.Equal(["restart"], await CompleteAsync(frontDoor, "proxygroups rest"));
        Assert.Equal(["shelf", "shop"], await CompleteAsync(frontDoor, "proxygroups restart sh"));
        Assert.Equal(["blog"], await CompleteAsync(frontDoor, "proxygroups restart shop b"));
        Assert.Equal(["blog"], await CompleteAsync(frontDoor, $"proxygroups status --settings {frontDoor.SettingsPath} bl"));
        Assert.Equal(["--follow"], await CompleteAsync(frontDoor, "proxygroups logs --fo"));
        Assert.Equal(["off", "on"], await CompleteAsync(frontDoor, "proxygroups maintenance shop o"));
        frontDoor.Signal("TERM");
        await frontDoor.Exited;
        Assert.Empty(await CompleteAsync(frontDoor, "proxygroups restart sh"));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Other_shells_get_scripts_of_their_own_and_unknown_ones_are_named(string shell)
    {
        var (code, script) = await FrontDoorProcess.RunToEndAsync(["completion", shell], FrontDoorProcess.Root);
        Assert.Equal(0, code);
        Assert.Contains("[suggest:", script, StringComparison.Ordinal);
        (code, script) = await FrontDoorProcess.RunToEndAsync(["completion", "cmd"], FrontDoorProcess.Root);
        Assert.Equal(2, code);
        Assert.Contains("'bash'", script, StringComparison.Ordinal);
    }

    private static async Task<string[]> CompleteAsync(FrontDoorProcess frontDoor, string line)
    {
        const string Script = """
            proxygroups() { "${host[@]}" "$@"; }
            source <(proxygroups completion bash)
            COMP_LINE=$line COMP_POINT=${#line}
            read -ra COMP_WORDS <<< "$line"
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _proxygroups
            ((${#COMPREPLY[@]})) && printf '%s\n' "${COMPREPLY[@]}"
            exit 0
            """;
        var start = new ProcessStartInfo("bash", ["-c", $"line=$1; host=(dotnet \"$2\")\n{Script}", "bash", line, FrontDoorProcess.HostPath()])
        {
            WorkingDirectory = frontDoor.ContentRoot,
            RedirectStandardOutput = true,
        };
        using var bash = Process.Start(start)!;
        var words = await bash.StandardOutput.ReadToEndAsync(Token);
        await bash.WaitForExitAsync(Token);
        return [.. words.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }
}
