using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using ProxyGroups.Configuration;
using ProxyGroups.Hosting;

namespace ProxyGroups.Host;

/// <summary><c>check</c>: validates settings and routes, prints the plan, tries access as the workers' users; starts no worker. What is wrong or odd goes to standard error. Exit code 0: all well, 1: errors.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var arguments = new FrontDoorArguments();
        var command = new Command("check", "Validate the settings and show what they would start.");
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) => CheckAsync(arguments.Read(parsed), cancellationToken));
        return command;
    }

    private static async Task<int> CheckAsync(FrontDoorPlace place, CancellationToken cancellationToken)
    {
        try
        {
            await using var app = FrontDoor.Build(place, logs: false);
            var plan = app.Services.GetRequiredService<ProcessGroupsPlan>();
            GroupTable.Write(Console.Out, plan);
            foreach (var warning in plan.Warnings)
            {
                await Console.Error.WriteLineAsync($"warning: {warning.Path} {warning.Message}. {warning.Remedy}");
            }

            var denied = await plan.CheckAccessAsync(cancellationToken);
            return denied.Count == 0 ? Accept(place) : throw new SettingsException(denied);
        }
        catch (Exception exception) when (StartError.IsExpected(exception))
        {
            await Console.Error.WriteLineAsync(StartError.Describe(exception, place));
            return 1;
        }
    }

    private static int Accept(FrontDoorPlace place)
    {
        Console.WriteLine($"{place.Name} is good.");
        return 0;
    }
}
