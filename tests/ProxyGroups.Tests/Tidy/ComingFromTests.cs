using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using ProxyGroups.Tests.Configuration;

namespace ProxyGroups.Tests.Tidy;

/// <summary>COMING_FROM.md promises what is there: its examples load, its settings exist and each is tried by a test.</summary>
public sealed partial class ComingFromTests
{
    private static readonly string Page = Repository.Read("src", "COMING_FROM.md");

    // Sections that are not ours.
    private static readonly string[] Foreign = ["Kestrel", "Logging", "ReverseProxy"];

    // What a setting does is shown by this class of tests.
    private static readonly Dictionary<string, string> Proofs = new()
    {
        ["AccessLog:File"] = "AccessLogTests",
        ["AccessLog:Format"] = "AccessLogTests",
        ["ApplicationGroups"] = "PreloadTests",
        ["Apps"] = "SeveralAppsTests",
        ["Buffering:Request"] = "SlotTests",
        ["Buffering:Response"] = "HeldResponseTests",
        ["Command"] = "CommandRuntimeTests",
        ["Directory"] = "AppDetectorTests",
        ["DotNet"] = "DotNetRuntimeTests",
        ["Environment"] = "WorkerEnvironmentTests",
        ["FrontDoor:Metrics"] = "TelemetryTests",
        ["FrontDoor:TrustedProxies"] = "FidelityTests",
        ["Group:CpuWeight"] = "CgroupTests",
        ["Group:Cpus"] = "CgroupTests",
        ["Group:Memory"] = "CgroupTests",
        ["Group:MemoryHigh"] = "CgroupTests",
        ["Group:Tasks"] = "CgroupTests",
        ["Log:File"] = "LogFileTests",
        ["Log:Keep"] = "LogFileTests",
        ["Log:MaxSize"] = "LogFileTests",
        ["Maintenance:Page"] = "DeployTests",
        ["MaxProcesses"] = "DemandTests",
        ["Overview"] = "Overview",
        ["PassEnvironment"] = "WorkerEnvironmentTests",
        ["PreloadApp"] = "AppPreloadTests",
        ["Processes"] = "DemandTests",
        ["ProxyGroups:MaxProcesses"] = "CapTests",
        ["Python"] = "PythonInterpreterTests",
        ["Queue:Limit"] = "SlotTests",
        ["Queue:MaxWait"] = "SlotTests",
        ["Recycle:Jitter"] = "RecyclePlanTests",
        ["Recycle:MaxAge"] = "RecycleTests",
        ["Recycle:MaxRequests"] = "RecycleTests",
        ["Recycle:WorkerMemory"] = "RecycleTests",
        ["Restart:Before"] = "DeployTests",
        ["Restart:MaxSurge"] = "RollTests",
        ["Restart:MaxUnavailable"] = "RollTests",
        ["Restart:Watch"] = "DeployTests",
        ["Serves"] = "BackgroundTests",
        ["Threads"] = "SlotTests",
        ["Timeouts:Drain"] = "HangTests",
        ["Timeouts:Idle"] = "DemandTests",
        ["Timeouts:Request"] = "HangTests",
        ["Timeouts:Silence"] = "HangTests",
        ["Timeouts:Startup"] = "HangTests",
        ["Timeouts:Stop"] = "HangTests",
        ["Timeouts:Watchdog"] = "HangTests",
        ["Warmup"] = "AppPreloadTests",
        ["Worker:AddressSpace"] = "LinuxLauncherTests",
        ["Worker:Capabilities"] = "LinuxLauncherTests",
        ["Worker:CpuSeconds"] = "LinuxLauncherTests",
        ["Worker:EnvironmentFile"] = "EnvironmentFileTests",
        ["Worker:Group"] = "LinuxLauncherTests",
        ["Worker:Nice"] = "LinuxLauncherTests",
        ["Worker:NoNewPrivileges"] = "LinuxLauncherTests",
        ["Worker:OpenFiles"] = "LinuxLauncherTests",
        ["Worker:SupplementaryGroups"] = "LinuxLauncherTests",
        ["Worker:Umask"] = "LinuxLauncherTests",
        ["Worker:User"] = "LinuxLauncherTests",
        ["Wsgi"] = "WsgiRuntimeTests",
    };

    public static TheoryData<string> Rivals => ["mod_wsgi", "Phusion Passenger", "gunicorn", "uWSGI"];

    [Theory]
    [MemberData(nameof(Rivals))]
    public void Its_example_loads(string rival)
    {
        var example = Layers.Of(Assert.Single(Example().Matches(Chapter(rival))).Groups[1].Value);
        var settings = Layers.Read(example);
        Assert.Equal("shop", Assert.Single(settings.ProcessGroups).Key);
        Assert.Equal("shop", Assert.Single(example.GetSection("ReverseProxy:Routes").GetChildren())["ClusterId"]);
    }

    [Theory]
    [MemberData(nameof(Rivals))]
    public void Each_row_names_a_setting_or_says_that_there_is_none(string rival)
    {
        var rows = Row().Matches(Chapter(rival)).Select(static row => row.Groups[1].Value).Skip(1).ToList();
        Assert.True(rows.Count > 20);
        Assert.Equal([], rows.Where(static row => !SettingsIn(row).Any() && !row.Contains("`Kestrel:", StringComparison.Ordinal)
            && !row.Contains("not here", StringComparison.OrdinalIgnoreCase) && !row.StartsWith("Always", StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_setting_that_it_names_exists()
    {
        var known = Known().Append("FrontDoor:TrustedProxies").Append("FrontDoor:Metrics").ToHashSet();
        Assert.Equal([], Row().Matches(Page).SelectMany(static row => SettingsIn(row.Groups[1].Value)).Where(name => !known.Contains(name)).Distinct());
    }

    [Fact]
    public void Each_setting_that_it_names_is_tried_by_a_test()
    {
        var named = Row().Matches(Page).SelectMany(static row => SettingsIn(row.Groups[1].Value)).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(Proofs.Keys.Order(StringComparer.Ordinal), named);
        Assert.Equal([], Proofs.Where(static proof => !IsTried(proof.Key.Split(':')[^1], proof.Value)).Select(static proof => $"{proof.Key} in {proof.Value}"));
    }

    private static bool IsTried(string setting, string tests) => Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "tests"), tests + ".cs", SearchOption.AllDirectories)
        .Any(file => File.ReadAllText(file).Contains(setting, StringComparison.Ordinal));

    private static string Chapter(string rival) => Page.Split("\n## ").Single(chapter => chapter.StartsWith(rival, StringComparison.Ordinal));

    private static IEnumerable<string> SettingsIn(string cell) =>
        Setting().Matches(cell).Select(static match => match.Groups[1].Value).Where(static name => !Foreign.Contains(name.Split(':')[0]) && name is not ("ProxyGroups" or "PathRemovePrefix"));

    // As in the schema: those of a process group by their paths, those above with the section's name in front too.
    private static IEnumerable<string> Known()
    {
        var definitions = JsonNode.Parse(Repository.Read("src", "proxygroups.schema.json"))!["definitions"]!.AsObject();
        foreach (var (name, _) in definitions["ProxyGroups"]!["properties"]!.AsObject())
        {
            yield return "ProxyGroups:" + name;
        }

        foreach (var (name, property) in definitions["ProxyGroups"]!["properties"]!.AsObject().Concat(definitions["ProcessGroup"]!["properties"]!.AsObject()))
        {
            yield return name;
            var inner = ((string?)property!["$ref"])?.Split('/')[^1];
            foreach (var (key, _) in inner is null ? [] : definitions[inner]!["properties"]?.AsObject() ?? [])
            {
                yield return $"{name}:{key}";
            }
        }
    }

    [GeneratedRegex(@"```jsonc\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"^\| .+ \| (.+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([A-Z][A-Za-z]+(?::[A-Z][A-Za-z.]+)*)`")]
    private static partial Regex Setting();
}
