using System.CommandLine;

namespace ProxyGroups.Host.Steering;

/// <summary>Commands that turn a group's knobs while it runs: <c>scale</c>, <c>threads</c>, <c>set</c>, <c>unset</c>.</summary>
internal static class SettingCommand
{
    public static IEnumerable<Command> CreateAll() => [CreateScale(), CreateThreads(), CreateSet(), CreateUnset()];

    private static Command CreateScale()
    {
        var processes = new Argument<string>("processes") { Description = "How many workers: 3, or 1-4 for 1 that always run and up to 4 while requests wait." };
        return Create("scale", "Change how many workers a group has.", [processes], parsed => parsed.GetValue(processes)!.Split('-') switch
        {
            [var least] => [("Processes", least), ("MaxProcesses", least is "0" ? "1" : least)],
            [var least, var most] => [("Processes", least), ("MaxProcesses", most)],
            _ => throw new SteeringException(ExitCode.WrongUse, "Write a number of workers, as in 3, or a least and a most, as in 1-4."),
        });
    }

    private static Command CreateThreads()
    {
        var threads = new Argument<string>("threads") { Description = "Requests that one worker handles at once." };
        return Create("threads", "Change how many slots each worker of a group has. Workers that are told it restart one by one.", [threads], parsed => [("Threads", parsed.GetValue(threads)!)]);
    }

    private static Command CreateSet()
    {
        var key = new Argument<string>("key") { Description = "A setting of a process group that needs no other worker, such as Queue:MaxWait, Timeouts:Idle, Group:Memory." };
        var value = new Argument<string>("value") { Description = "What to write for it in the settings file: 20, 5s, 64KiB, off." };
        return Create("set", "Change a setting of a group while it runs.", [key, value], parsed => [(parsed.GetValue(key)!, parsed.GetValue(value)!)]);
    }

    private static Command CreateUnset()
    {
        var group = GroupNames.One();
        var keys = new Argument<string[]>("key") { Arity = ArgumentArity.OneOrMore, Description = "Settings that were set by command: Processes, Queue:MaxWait." };
        var save = new Option<bool>("--save") { Description = "Remove it from appsettings.live.json too; otherwise one that was saved comes back with the next start." };
        var arguments = new SteeringArguments();
        var command = new Command("unset", "Take back a setting that was set by command: what the settings file says holds again.") { group, keys, save };
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) => arguments.RunAsync(parsed, (client, report) =>
            UnsetAsync(client, report, parsed.GetValue(group)!, parsed.GetValue(keys)!, parsed.GetValue(save), cancellationToken)));
        return command;
    }

    private static async Task<int> UnsetAsync(FrontDoorClient client, Report report, string group, string[] keys, bool save, CancellationToken cancellationToken)
    {
        var query = string.Concat(keys.Select(static key => $"{Uri.EscapeDataString(key)}=&"));
        var reply = await client.PostAsync($"/v1/groups/{Uri.EscapeDataString(group)}/unset?{query}save={(save ? "true" : "false")}", cancellationToken);
        return report.Write(reply, (_, taken) => report.Line($"{taken.Read<CommandReply>().Group}: {string.Join(", ", keys)} as in the settings file again{(save ? ", also after the next start." : "; what was saved comes back with the next start (--save removes it).")}"));
    }

    private static Command Create(string verb, string description, Argument<string>[] words, Func<ParseResult, IReadOnlyList<(string Key, string Value)>> read)
    {
        var group = GroupNames.One();
        var save = new Option<bool>("--save") { Description = "Keep it for the next start, in appsettings.live.json beside the settings file; otherwise it ends with the front door." };
        var arguments = new SteeringArguments();
        var command = new Command(verb, description) { group, save };
        Array.ForEach(words, command.Add);
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) => arguments.RunAsync(parsed, (client, report) =>
            SetAsync(client, report, parsed.GetValue(group)!, read(parsed), parsed.GetValue(save), cancellationToken)));
        return command;
    }

    private static async Task<int> SetAsync(FrontDoorClient client, Report report, string group, IReadOnlyList<(string Key, string Value)> settings, bool save, CancellationToken cancellationToken)
    {
        var query = string.Join('&', settings.Append(("save", save ? "true" : "false")).Select(static setting => $"{Uri.EscapeDataString(setting.Item1)}={Uri.EscapeDataString(setting.Item2)}"));
        var reply = await client.PostAsync($"/v1/groups/{Uri.EscapeDataString(group)}/set?{query}", cancellationToken);
        var words = string.Join(", ", settings.Select(static setting => $"{setting.Key} = {setting.Value}"));
        return report.Write(reply, (_, taken) => report.Line($"{taken.Read<CommandReply>().Group}: {words}{(save ? ", also after the next start." : ", until the front door ends (--save keeps it).")}"));
    }
}
