using System.Reflection;
using System.Text;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;
using ProxyGroups.Tests.Tidy;

namespace ProxyGroups.Tests.Groups.StateTable;

/// <summary>
/// StateTable.txt says for each state of a group and each event what the reducer and the planner make of it. A cell that is missing fails.
/// </summary>
public sealed class StateTableTests
{
    private static readonly ILookup<string, (string Event, string Outcome)> Written = Read();

    public static TheoryData<string> Scenes() => [.. GroupScene.All.Select(static scene => scene.Name)];

    /// <summary>A failure shows the whole section as it is now: read it, then write down what is right.</summary>
    [Theory]
    [MemberData(nameof(Scenes))]
    public void What_each_event_does_in_this_state_is_as_written(string name)
    {
        var scene = GroupScene.All.Single(scene => scene.Name == name);
        var actual = TableEvent.All.Select(row => (row.Name, Outcome: Play(scene, row))).ToList();
        var written = Written[name].ToDictionary(static cell => cell.Event, static cell => cell.Outcome);
        var wrong = actual.Where(cell => written.GetValueOrDefault(cell.Name) != cell.Outcome).Select(cell => $"{cell.Name}: written {written.GetValueOrDefault(cell.Name) ?? "nowhere"}, is {cell.Outcome}");
        Assert.True(!wrong.Any(), string.Join('\n', [.. wrong, "", Section(name, actual)]));
        Assert.Equal(actual.Count, written.Count);
    }

    [Fact]
    public void Each_event_has_a_row() => Assert.Equal([], FamilyOf<GroupEvent>().Concat(FamilyOf<WorkerEvent>())
        .Except(TableEvent.All.Select(static row => row.Build(GroupScene.All[0].Build())).SelectMany(static happened => new[] { happened.GetType(), (happened as GroupEvent.WorkerReported)?.Fact.GetType() })));

    [Fact]
    public void Each_state_of_workers_and_groups_has_a_section()
    {
        var states = GroupScene.All.Select(static scene => scene.Build().State).ToList();
        Assert.Equal(Enum.GetValues<GroupPhase>(), states.Select(static state => state.Phase).Distinct().Order());
        // An exited worker is removed by the step that it exits in.
        Assert.Equal(Enum.GetValues<WorkerState>().Except([WorkerState.Exited]), states.SelectMany(static state => state.Workers).Select(static worker => worker.State).Distinct().Order());
        Assert.Equal([], Written.Select(static section => section.Key).Except(GroupScene.All.Select(static scene => scene.Name)));
    }

    private static string Play(GroupScene scene, TableEvent row)
    {
        var script = scene.Build();
        var (before, wakeUp) = (script.State, script.WakeUp);
        return TableCell.Of(before, wakeUp, row.Play(script));
    }

    private static Type[] FamilyOf<T>() => typeof(T).GetNestedTypes(BindingFlags.NonPublic | BindingFlags.Public);

    private static string Section(string name, IEnumerable<(string Event, string Outcome)> cells)
    {
        var text = new StringBuilder().Append("== ").Append(name).Append('\n');
        foreach (var (row, outcome) in cells.Where(static cell => cell.Outcome != TableCell.Nothing))
        {
            text.Append(row.PadRight(24)).Append(outcome).Append('\n');
        }

        return text.Append("nothing: ").AppendJoin(' ', cells.Where(static cell => cell.Outcome == TableCell.Nothing).Select(static cell => cell.Event)).ToString();
    }

    private static ILookup<string, (string Event, string Outcome)> Read()
    {
        var cells = new List<(string Scene, string Event, string Outcome)>();
        var scene = "";
        foreach (var line in Repository.Read("tests", "ProxyGroups.Tests", "Groups", "StateTable", "StateTable.txt").Split('\n').Where(static line => line.Length > 0 && line[0] != '#'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words[0])
            {
                case "==":
                    scene = line[3..];
                    break;
                case "nothing:":
                    cells.AddRange(words[1..].Select(row => (scene, row, TableCell.Nothing)));
                    break;
                default:
                    cells.Add((scene, words[0], string.Join(' ', words[1..])));
                    break;
            }
        }

        return cells.ToLookup(static cell => cell.Scene, static cell => (cell.Event, cell.Outcome));
    }
}
