namespace ProxyGroups.Configuration;

/// <summary>Rules of the files that lines are written to.</summary>
internal static class LogRules
{
    public const string WriteAFormat = "Write \"common\", \"combined\" or \"json\", or \"off\".";

    public static void CheckFile(string? file, long maxSize, int keep, Checks checks)
    {
        checks.Text("File", file);
        checks.Require(maxSize >= SettingsRanges.LeastLogSize, "MaxSize", SizeText.Format(maxSize),
            "is too little to hold a line", $"Write \"{SizeText.Format(SettingsRanges.LeastLogSize)}\" or more: without a bound the lines could fill the disk.");
        checks.Range("Keep", keep, SettingsRanges.KeptLogs);
    }

    /// <summary>The access log, and all files against each other.</summary>
    public static void Check(ProxyGroupsSettings settings, Checks root)
    {
        var (access, checks) = (settings.AccessLog, root.Section("AccessLog"));
        CheckFile(access.File, access.MaxSize, access.Keep, checks);
        checks.Require(Enum.IsDefined(access.Format), "Format", access.Format.ToString(), "is no format of an access log", WriteAFormat);
        checks.Require(access.Format != AccessLogFormat.Off || access.File is null, "File", access.File, "gets no line, because Format is \"off\"", "Write \"Format\": \"combined\", or remove it.");
        CheckShared(settings, root.Section("ProcessGroups"));
    }

    private static void CheckShared(ProxyGroupsSettings settings, Checks groups)
    {
        var files = settings.ProcessGroups.Where(static group => group.Value.Log.File is not null).OrderBy(static group => group.Key, StringComparer.Ordinal);
        foreach (var shared in files.GroupBy(static group => group.Value.Log.File!, StringComparer.Ordinal))
        {
            var (first, second) = (shared.First().Key, shared.Skip(1).FirstOrDefault().Key);
            if (shared.Key == settings.AccessLog.File)
            {
                Refuse(groups, first, shared.Key, "is the access log");
            }
            else if (second is not null)
            {
                Refuse(groups, second, shared.Key, $"is the log of {first}");
            }
        }
    }

    private static void Refuse(Checks groups, string group, string file, string what) =>
        groups.Section(group).Section("Log").Fail("File", file, $"{what} too, and two bounds of size cannot hold for one file", "Name a file for each.");
}
