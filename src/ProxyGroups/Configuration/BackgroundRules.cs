using System.Globalization;
using System.Text.RegularExpressions;

namespace ProxyGroups.Configuration;

/// <summary>What a group of background workers ("Serves": false) cannot have: everything that speaks of requests.</summary>
internal static partial class BackgroundRules
{
    public static void Check(ProcessGroupSettings group, Checks checks)
    {
        if (group.Serves)
        {
            return;
        }

        CheckApp(group, checks);
        checks.Require(group.Processes != 0, "Processes", "0", "starts no worker before the first request, but no request comes to a group with \"Serves\": false", "Write 1 or more.");
        checks.Require(group.Processes == 0 || !group.IsElastic, "MaxProcesses", group.MaxProcesses.ToString(CultureInfo.InvariantCulture),
            "is above Processes, but only waiting requests start more workers, and none comes to a group with \"Serves\": false", "Write the number you need as \"Processes\", and remove MaxProcesses.");
        checks.Section("Readiness").Require(group.Readiness.Path is null, "Path", group.Readiness.Path,
            "asks over HTTP, but the group has \"Serves\": false", "Remove it; a program that speaks sd_notify can have \"Notify\": true.");
        checks.Section("Recycle").Require(group.Recycle.MaxRequests is null, "MaxRequests", $"{group.Recycle.MaxRequests}",
            "counts requests, but the group has \"Serves\": false", "Remove it, or write \"off\" where it stands in Defaults; MaxAge and WorkerMemory work.");
    }

    private static void CheckApp(ProcessGroupSettings group, Checks checks)
    {
        foreach (var (key, value) in new[] { ("Wsgi", group.Wsgi), ("Apps", group.Apps.Keys.FirstOrDefault()), ("DotNet", group.DotNet) })
        {
            checks.Require(value is null, key, value, "serves HTTP, but the group has \"Serves\": false", "Remove Serves, or write the program of the background worker as \"Command\".");
        }

        checks.Require(group.Command.Count > 0 || group.Wsgi is not null || group.DotNet is not null || group.Apps.Count > 0, "Serves", "False",
            "needs the program to run", "Write \"Command\", such as [ \"venv/bin/python\", \"worker.py\" ] or [ \"dotnet\", \"Worker.dll\" ].");
        var address = group.Command.Concat(group.Environment.Values).Select(static text => Address().Match(text)).FirstOrDefault(static match => match.Success);
        checks.Require(address is null, "Command", null,
            $"or Environment holds {address}, but the group has \"Serves\": false and gets no address", "Remove the placeholder, or remove Serves.");
    }

    [GeneratedRegex(@"(?<!\{)\{(socket|port)\}")]
    private static partial Regex Address();
}
