using System.Text.RegularExpressions;

namespace ProxyGroups.Configuration;

/// <summary>The rules of a worker's identity and limits.</summary>
internal static partial class WorkerValidator
{
    private const int LongestName = 256;

    public static void Validate(WorkerSettings worker, Checks checks)
    {
        CheckName("User", worker.User, "user", checks);
        CheckName("Group", worker.Group, "group", checks);
        CheckList("SupplementaryGroups", worker.SupplementaryGroups, (key, name, list) => CheckName(key, name, "group", list), checks);
        checks.Require(worker.Umask is null || Octal().IsMatch(worker.Umask), "Umask", worker.Umask,
            "is no umask, or takes rights from the worker's own user", "Write three octal digits that begin with 0, such as \"027\".");
        checks.Text("EnvironmentFile", worker.EnvironmentFile);
        checks.Range("Nice", worker.Nice, SettingsRanges.Nice);
        checks.Range("CpuSeconds", worker.CpuSeconds, SettingsRanges.CpuSeconds);
        checks.Range("OpenFiles", worker.OpenFiles, SettingsRanges.OpenFiles);
        checks.Require(worker.AddressSpace is null or >= SettingsRanges.LeastAddressSpace, "AddressSpace", SizeText.Format(worker.AddressSpace),
            "is less than a program needs to start", $"Write \"{SizeText.Format(SettingsRanges.LeastAddressSpace)}\" or more.");
        checks.Require(worker.CoreSize is null or >= 0, "CoreSize", $"{worker.CoreSize}", "is below zero", "Write a size such as \"1GiB\", or \"off\".");
        CheckList("Capabilities", worker.Capabilities, CheckCapability, checks);
    }

    private static void CheckName(string key, string? name, string kind, Checks checks) => checks.Require(
        name is null || (name.Length is > 0 and <= LongestName && !name.Any(c => char.IsWhiteSpace(c) || c is ':' or ',' or '\0' or '/')),
        key, name, $"is not a {kind} name", $"Write the name of a {kind}, such as \"www-data\".");

    private static void CheckList(string key, IReadOnlyList<string>? names, Action<string, string, Checks> check, Checks checks)
    {
        for (var i = 0; i < (names?.Count ?? 0); i++)
        {
            check($"{i}", names![i], checks.Section(key));
        }
    }

    private static void CheckCapability(string key, string name, Checks checks) => checks.Require(
        CapabilityNames.All.Contains(name), key, name, "is no capability",
        NearestName.Find(name.ToLowerInvariant().Replace("cap_", "", StringComparison.Ordinal), CapabilityNames.All) is { } nearest
            ? $"Did you mean \"{nearest}\"?" : "Write a name of capabilities(7) without \"CAP_\", such as \"net_bind_service\".");

    [GeneratedRegex(@"\A0?0[0-7][0-7]\z")]
    private static partial Regex Octal();
}
