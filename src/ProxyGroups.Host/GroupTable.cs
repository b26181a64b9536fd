using ProxyGroups.Hosting;

namespace ProxyGroups.Host;

/// <summary>The plan as a table: one line per process group, and the sum.</summary>
internal static class GroupTable
{
    public static void Write(TextWriter output, ProcessGroupsPlan plan)
    {
        var groups = plan.Groups;
        var width = groups.Select(static group => group.Name.Length).Append(5).Max();
        output.WriteLine($"  {"group".PadRight(width)}  processes x threads = slots  queue  app");
        foreach (var group in groups)
        {
            output.WriteLine($"  {group.Name.PadRight(width)}  {Range(group.Processes, group.MaxProcesses),9} x {group.Threads,-7} = {group.Slots,-5}  {group.QueueLimit,5}  {group.App}");
            if (group.Limits.Length > 0)
            {
                output.WriteLine($"  {"".PadRight(width)}  limits of the group: {group.Limits}");
            }
        }

        output.WriteLine($"  {groups.Count} groups, {Range(groups.Sum(static group => group.Processes), groups.Sum(static group => group.MaxProcesses))} processes, {groups.Sum(static group => group.Slots)} slots");
        foreach (var cap in plan.Caps)
        {
            output.WriteLine($"  {cap}");
        }
    }

    private static string Range(int least, int most) => least == most ? $"{least}" : $"{least}-{most}";
}
