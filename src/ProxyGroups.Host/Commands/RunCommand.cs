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
        try
        {
            await using var app = FrontDoor.Build(place);
            using var secondSignal = new SecondSignal();
            await app.StartAsync();
            using var reloadSignal = new ReloadSignal(app);
            Banner.Write(Console.Out, app);
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception exception) when (StartError.IsExpected(exception))
        {
            await Console.Error.WriteLineAsync(StartError.Describe(exception, place));
            return 1;
        }
    }
}
