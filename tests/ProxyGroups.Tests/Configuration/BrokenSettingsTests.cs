using ProxyGroups.Configuration;
using Xunit;

namespace ProxyGroups.Tests.Configuration;

/// <summary>Broken settings files and every word the operator reads; see <see cref="BrokenSettings"/>.</summary>
public sealed class BrokenSettingsTests
{
    public static TheoryData<string, string, string> Cases()
    {
        var cases = new TheoryData<string, string, string>();
        foreach (var block in BrokenSettings.Table.Split("\n---\n"))
        {
            var parts = block.Trim().Split("\n=>\n");
            var (title, members) = (parts[0].Split('\n')[0], parts[0][(parts[0].IndexOf('\n', StringComparison.Ordinal) + 1)..]);
            cases.Add(title, members, parts.Length > 1 ? parts[1] : "");
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_error_is_named_with_path_value_cause_and_remedy(string title, string text, string expected)
    {
        var json = text.StartsWith('{') ? text : Layers.Shop(text);
        var errors = Layers.Errors(Layers.Of(json)).Select(error => error.ToString());
        Assert.True(expected.Trim() == string.Join('\n', errors), $"{title}\n{text}\n=>\n{string.Join('\n', errors)}");
    }

    [Fact]
    public void More_process_groups_than_a_front_door_can_run_are_refused()
    {
        var group = """{ "Directory": "/srv", "Command": [ "./serve" ] }""";
        var groups = string.Join(',', Enumerable.Range(0, 1001).Select(number => $"\"app{number}\": {group}"));
        var errors = Layers.Errors(Layers.Of($$$"""{ "ProxyGroups": { "ProcessGroups": { {{{groups}}} } } }"""));
        Assert.Equal(
            "ProxyGroups:ProcessGroups has 1001 process groups, and a front door runs at most 1000. Run the rest with a second front door.", Assert.Single(errors).ToString());
    }

    [Fact]
    public void The_exception_lists_all_errors_in_blocks()
    {
        var errors = Layers.Errors(Layers.Of(Layers.Shop("\"Treads\": 4, \"Queue\": { \"MaxWait\": 5 }")));
        Assert.Equal("""
            2 settings are wrong.

              ProxyGroups:ProcessGroups:shop:Treads
                is not a known setting.
                Did you mean "Threads"?

              ProxyGroups:ProcessGroups:shop:Queue:MaxWait = "5"
                has no unit.
                Write "5s" for seconds, or another unit: ms, s, m, h, d.
            """, new SettingsException(errors).Message);
    }
}
