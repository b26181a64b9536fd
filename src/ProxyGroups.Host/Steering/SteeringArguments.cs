using System.CommandLine;

namespace ProxyGroups.Host.Steering;

/// <summary>What all commands that speak with a running front door share: which one, and for whom the output is.</summary>
internal sealed class SteeringArguments
{
    private readonly Option<FileInfo?> _settings = new("--settings") { Description = "Settings file that the front door runs with; default: ./appsettings.json." };

    private readonly Option<DirectoryInfo?> _directory = new("--directory") { Description = "Directory of the one app that the front door serves (proxygroups run DIRECTORY)." };

    private readonly Option<FileInfo?> _socket = new("--socket") { Description = "Admin socket of the front door, which its log tells." };

    private readonly Option<string?> _url = new("--url") { Description = "Address of the front door's AdminEndpoint, such as https://admin.example.com:9443, instead of its socket." };

    private readonly Option<FileInfo?> _token = new("--token-file") { Description = "With --url: file that holds the token." };

    private readonly Option<bool> _json = new("--json") { Description = "Print what the front door answers, as JSON, for programs." };

    public void AddTo(Command command)
    {
        command.Add(_settings);
        command.Add(_directory);
        command.Add(_socket);
        command.Add(_url);
        command.Add(_token);
        command.Add(_json);
    }

    /// <summary>The front door that a command line means, before the command runs.</summary>
    public static FrontDoorTarget TargetOf(ParseResult parsed) => new(
        new FrontDoorPlace(parsed.GetValue<DirectoryInfo?>("--directory")?.FullName, parsed.GetValue<FileInfo?>("--settings")?.FullName, null), parsed.GetValue<FileInfo?>("--socket")?.FullName,
        parsed.GetValue<string?>("--url") is { } url ? new RemoteFrontDoor(url, parsed.GetValue<FileInfo?>("--token-file")?.FullName) : null);

    /// <summary>Runs a command, and turns what stops it into a message and an exit code.</summary>
    public async Task<int> RunAsync(ParseResult parsed, Func<FrontDoorClient, Report, Task<int>> command)
    {
        var report = new Report(Console.Out, parsed.GetValue(_json));
        try
        {
            using var client = new FrontDoorClient(TargetOf(parsed));
            return await command(client, report);
        }
        catch (SteeringException exception)
        {
            return report.Fail(exception);
        }
    }
}
