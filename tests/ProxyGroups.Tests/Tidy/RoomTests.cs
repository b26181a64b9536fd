using System.Text.RegularExpressions;

namespace ProxyGroups.Tests.Tidy;

/// <summary>The rooms of the library and the arrows between them, read off the using lines.</summary>
public sealed partial class RoomTests
{
    // Hosting -> Proxying | Admin -> Groups -> Scheduling | Runtimes -> Supervision -> Configuration | Telemetry
    private static readonly Dictionary<string, string[]> MaySee = new()
    {
        ["Configuration"] = [],
        ["Telemetry"] = [],
        ["Supervision"] = ["Configuration", "Telemetry"],
        ["Scheduling"] = ["Configuration", "Telemetry"],
        ["Runtimes"] = ["Supervision", "Configuration", "Telemetry"],
        ["Groups"] = ["Scheduling", "Runtimes", "Supervision", "Configuration", "Telemetry"],
        ["Proxying"] = ["Groups", "Scheduling", "Runtimes", "Supervision", "Configuration", "Telemetry"],
        ["Admin"] = ["Groups", "Scheduling", "Runtimes", "Supervision", "Configuration", "Telemetry"],
        ["Hosting"] = ["Proxying", "Admin", "Groups", "Scheduling", "Runtimes", "Supervision", "Configuration", "Telemetry"],
    };

    public static TheoryData<string> Rooms => [.. MaySee.Keys];

    [Fact]
    public void The_library_has_these_rooms_and_no_others()
    {
        var folders = Directory.GetDirectories(Repository.Library).Select(Path.GetFileName).Where(static name => name is not ("bin" or "obj"));
        Assert.Equal(MaySee.Keys.Order(), folders.Order()!);
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Arrows_go_one_way(string room)
    {
        var wrong = from file in Repository.SourceFiles(Path.Combine(Repository.Library, room))
                    from Match use in UsingLine().Matches(File.ReadAllText(file))
                    let seen = use.Groups["room"].Value
                    where seen != room && !MaySee[room].Contains(seen)
                    select $"{Path.GetRelativePath(Repository.Root, file)} uses {seen}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void Native_calls_and_started_processes_live_in_one_place()
    {
        var wrong = from file in Repository.SourceFiles(Repository.Library)
                    let text = File.ReadAllText(file)
                    where NativeUse().IsMatch(text)
                    let path = Path.GetRelativePath(Repository.Library, file).Replace('\\', '/')
                    where !path.StartsWith("Supervision/Linux/", StringComparison.Ordinal) && !path.StartsWith("Supervision/Plain/", StringComparison.Ordinal)
                    select path;
        Assert.Empty(wrong);
    }

    [GeneratedRegex(@"LibraryImport|DllImport|(?<!\w)Process\.Start\(|new Process\b")]
    private static partial Regex NativeUse();

    [GeneratedRegex(@"^using (static )?ProxyGroups\.(?<room>\w+)", RegexOptions.Multiline)]
    private static partial Regex UsingLine();
}
