using System.Diagnostics;

namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>For facts outside of our process that announce themselves to nobody: files and process lives.</summary>
internal static class Poll
{
    public static Task PauseAsync(CancellationToken cancellationToken) => Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);

    public static Task UntilAsync(Func<bool> isTrue, string what, CancellationToken cancellationToken, double seconds = 15) =>
        UntilAsync(() => Task.FromResult(isTrue()), what, cancellationToken, seconds);

    public static async Task UntilAsync(Func<Task<bool>> isTrue, string what, CancellationToken cancellationToken, double seconds = 15)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await isTrue())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < seconds, $"{what} did not happen within {seconds} s.");
            await PauseAsync(cancellationToken);
        }
    }

    public static bool IsAlive(int pid) => ProcessTree.IsAlive(pid);

    public static void Kill(int pid, string signal = "KILL")
    {
        using var kill = Process.Start("kill", ["-" + signal, $"{pid}"]);
        kill.WaitForExit();
    }

    public static int LinesOf(string file) => File.Exists(file) ? File.ReadAllLines(file).Length : 0;
}
