using System.CommandLine;
using Microsoft.Extensions.Hosting;

namespace ProxyGroups.Host;

/// <summary><c>run</c>: serves until SIGTERM or Ctrl+C, reloads on SIGHUP; exit code 0 after a clean stop, 1 when it could not start.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var place = new FrontDoorArguments();
        var command = new Command("run", "Run the front door with ./appsettings.json, or one app straight from its directory.");
        place.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(place.Read(parsed)));
        return command;
    }

    private static async Task<int> RunAsync(FrontDoorPlace place)
    {
        // First of all: pid 1 of a container gets no signal that it has not asked for.
        using var signals = new SecondSignal();
        try
        {
            await using var app = FrontDoor.Build(place);
            await app.StartAsync(signals.StopAsked);
            Banner.Write(Console.Out, app);
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (OperationCanceledException) when (signals.StopAsked.IsCancellationRequested)
        {
            // Stopped while it started.
            return 0;
        }
        catch (Exception exception) when (StartError.IsExpected(exception))
        {
            await Console.Error.WriteLineAsync(StartError.Describe(exception, place));
            return 1;
        }
    }
}
