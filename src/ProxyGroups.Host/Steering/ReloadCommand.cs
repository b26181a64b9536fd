using System.CommandLine;

namespace ProxyGroups.Host.Steering;

/// <summary><c>reload</c>: reads the settings anew and restarts every group; wrong settings change nothing.</summary>
internal static class ReloadCommand
{
    public static Command Create()
    {
        var arguments = new SteeringArguments();
        var command = new Command("reload", "Read the settings anew and restart every group, worker by worker. Wrong settings change nothing.");
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) => arguments.RunAsync(parsed, async (client, report) =>
            report.Write(await client.PostAsync("/v1/reload", cancellationToken), static (report, _) => report.Line("The settings were read, and all groups restart worker by worker."))));
        return command;
    }
}
