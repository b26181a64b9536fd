using System.Diagnostics;

namespace TestWorker;

/// <summary>A child that outlives its parent and holds the parent's output open.</summary>
internal static class Grandchild
{
    public static int Start()
    {
        using var child = Process.Start(new ProcessStartInfo("sleep", "600") { UseShellExecute = false })!;
        return child.Id;
    }
}
