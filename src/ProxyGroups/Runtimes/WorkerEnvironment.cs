namespace ProxyGroups.Runtimes;

/// <summary>
/// The variables that a worker gets whoever it is. The last that names one wins: a short list of our own, the runtime's
/// defaults, PassEnvironment, Environment. What a runtime needs comes on top, in <see cref="LaunchTemplate"/>.
/// </summary>
internal static class WorkerEnvironment
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly string[] Inherited = ["PATH", "HOME", "USER", "LOGNAME", "TZ", "TMPDIR"];

    /// <param name="defaults">What the runtime sets unless the settings say otherwise.</param>
    /// <param name="reserved">Names that this runtime sets for each worker, beside those of the front door itself.</param>
    public static Dictionary<string, string> Create(
        RuntimeRequest request, IReadOnlyDictionary<string, string> defaults, params IReadOnlyCollection<string> reserved)
    {
        var variables = OurShare(request);
        Add(variables, defaults);
        Add(variables, Passed(request, reserved));
        Add(variables, Written(request, reserved));
        return variables;
    }

    /// <summary>The short list of our own.</summary>
    public static Dictionary<string, string> OurShare(RuntimeRequest request)
    {
        var ours = request.Host.Environment;
        var variables = Inherited.Where(ours.ContainsKey).ToDictionary(name => name, name => ours[name]);
        variables.TryAdd("PATH", DefaultPath);
        variables["LANG"] = Utf8Locale(ours.GetValueOrDefault("LANG", ""));
        if (request.Settings.Worker.User is { } user)
            BecomeUser(variables, user, request.Host.UserList);
        return variables;
    }

    /// <summary>A front door started at boot often has the locale C, under which older Pythons and Rubies read files as ASCII.</summary>
    private static string Utf8Locale(string ours) =>
        ours.Replace("-", "", StringComparison.Ordinal).EndsWith("utf8", StringComparison.OrdinalIgnoreCase) ? ours : "C.UTF-8";

    /// <summary>Changing the uid leaves HOME and USER ours, and a worker must not look for its files in our home.</summary>
    private static void BecomeUser(Dictionary<string, string> variables, string user, string userList)
    {
        var account = UserAccount.Find(user, userList);
        variables.Remove("HOME");
        variables["USER"] = variables["LOGNAME"] = account?.Name ?? user;
        if (account is not null)
            variables["HOME"] = account.Home;
    }

    private static Dictionary<string, string> Passed(RuntimeRequest request, IReadOnlyCollection<string> reserved)
    {
        var passed = new Dictionary<string, string>();
        // What is no name was refused before, without showing it: it may be NAME=value, a secret.
        foreach (var name in request.Settings.PassEnvironment.Where(static name => !name.Contains('=')))
        {
            if (ReservedNames.IsReserved(name, reserved))
                request.Report("PassEnvironment", name, $"{name} is set by the front door for each worker", ReservedNames.Remedy(name));
            else if (request.Host.Environment.TryGetValue(name, out var value))
                passed[name] = value;
            else if (!request.Settings.Environment.ContainsKey(name))
                ReportMissing(request, name);
        }
        return passed;
    }

    private static void ReportMissing(RuntimeRequest request, string name) =>
        request.Report("PassEnvironment", name, $"the front door itself has no variable {name}",
            $"Set {name} before the front door starts, take it off this list, or give a value under \"Environment\".");

    private static Dictionary<string, string> Written(RuntimeRequest request, IReadOnlyCollection<string> reserved)
    {
        foreach (var name in request.Settings.Environment.Keys.Where(name => ReservedNames.IsReserved(name, reserved)))
            request.Report($"Environment:{name}", null, $"{name} is set by the front door for each worker", ReservedNames.Remedy(name));
        return new(request.Settings.Environment);
    }

    private static void Add(Dictionary<string, string> variables, IReadOnlyDictionary<string, string> more)
    {
        foreach (var (name, value) in more)
            variables[name] = value;
    }
}
