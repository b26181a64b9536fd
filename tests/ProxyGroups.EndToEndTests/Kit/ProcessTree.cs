using System.Globalization;

namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>Who started whom (proc(5)).</summary>
internal static class ProcessTree
{
    /// <summary>Children alone, zombies among them.</summary>
    public static IReadOnlyList<int> ChildrenOf(int pid) => [.. ByParent()[pid].Order()];

    /// <summary>Children, their children, and so on; one whose parent has ended is not among them.</summary>
    public static IReadOnlyList<int> Below(int pid)
    {
        var children = ByParent();
        var all = new List<int>();
        var next = new Queue<int>(children[pid]);
        while (next.TryDequeue(out var child))
        {
            all.Add(child);
            foreach (var grandchild in children[child])
            {
                next.Enqueue(grandchild);
            }
        }

        return all;
    }

    public static int ParentOf(int pid) => int.Parse(File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].Split(' ')[2], CultureInfo.InvariantCulture);

    /// <summary>A process that is there and no zombie.</summary>
    public static bool IsAlive(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].TrimStart()[0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static ILookup<int, int> ByParent() =>
        Directory.EnumerateDirectories("/proc").Select(static path => Path.GetFileName(path)).Where(static name => int.TryParse(name, out _)).Select(static name =>
        {
            try
            {
                return (int.Parse(name, CultureInfo.InvariantCulture), int.Parse(File.ReadAllText($"/proc/{name}/stat").Split(')')[^1].Split(' ')[2], CultureInfo.InvariantCulture));
            }
            catch (IOException)
            {
                return (0, 0);
            }
        }).ToLookup(static process => process.Item2, static process => process.Item1);
}
