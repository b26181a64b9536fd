namespace ProxyGroups.Supervision.Linux;

/// <summary>The exact environment of one worker. Names keep their case.</summary>
internal static class WorkerEnvironment
{
    public static Dictionary<string, string> Of(LaunchSpec spec, IReadOnlyDictionary<string, string> added, UnixUser? user)
    {
        var environment = new Dictionary<string, string>(spec.Environment, StringComparer.Ordinal);
        foreach (var (name, value) in added)
        {
            environment[name] = value;
        }

        if (user is not null)
        {
            Personal(environment, "HOME", user.Home);
            Personal(environment, "USER", user.Name);
            Personal(environment, "LOGNAME", user.Name);
        }

        return environment;
    }

    // A value that is ours was passed on and means the wrong user; any other was set on purpose.
    private static void Personal(Dictionary<string, string> environment, string name, string value)
    {
        if (!environment.TryGetValue(name, out var current) || current == Environment.GetEnvironmentVariable(name))
        {
            environment[name] = value;
        }
    }
}
