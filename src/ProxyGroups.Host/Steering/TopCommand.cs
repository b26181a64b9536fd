using System.CommandLine;

namespace ProxyGroups.Host.Steering;

/// <summary><c>top</c>: the live picture on the terminal; with <c>--web</c> the live page in the person's browser, for as long as the command runs.</summary>
internal static class TopCommand
{
    public static Command Create()
    {
        var web = new Option<bool>("--web") { Description = "Print a link to the live page, which works once and in a browser on this machine." };
        var port = new Option<ushort>("--port") { Description = "With --web: port of the page on 127.0.0.1; default: any free one." };
        var arguments = new SteeringArguments();
        var command = new Command("top", "Watch all process groups live: their queues, processes and slots. Where the output is no terminal, once.") { web, port };
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) => arguments.RunAsync(parsed, async (client, report) =>
        {
            // Who may see nothing, or finds nobody there, hears it before anything is drawn.
            var reply = await client.GetAsync("/v1/status", cancellationToken);
            return !reply.IsTaken ? report.Write(reply, StatusCommand.WriteAll)
                : parsed.GetValue(web) ? await ServeAsync(client, report, parsed.GetValue(port), cancellationToken)
                : report.IsJson || !Report.HasScreen ? report.Write(reply, StatusCommand.WriteAll)
                : await new TopScreen(client, report).RunAsync(cancellationToken);
        }));
        return command;
    }

    private static async Task<int> ServeAsync(FrontDoorClient client, Report report, ushort port, CancellationToken cancellationToken)
    {
        await using var server = await PageServer.StartAsync(client, port, cancellationToken);
        report.Line(report.IsJson ? server.DescribeAsJson() : $"The live page: {server.Link}\nThe link works once, in a browser on this machine; the page lives as long as this command. Stop with Ctrl+C.");
        await server.WaitForEndAsync(cancellationToken);
        return ExitCode.Done;
    }
}
