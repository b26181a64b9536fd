using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Supervision;

/// <summary>
/// Ends what a crashed front door left running, before the first worker starts. First by the records, then by the mark in
/// the environment, which also finds what a crash left between start and record.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class LeftoverSweeper
{
    // Can be no process: leaves the mark as the only sign.
    private const int NoLeader = -1;

    /// <returns>How many processes were ended.</returns>
    public static int Sweep(RuntimeDirectory directory, ILogger logger)
    {
        var ended = 0;
        foreach (var record in directory.Records.ReadAll())
        {
            if (IsRunning(record))
            {
                WorkerLog.LeftoverEnded(logger, record.Group, record.Rank, record.Generation, record.Pid);
                ended += End(new(record.Pid, record.Mark));
            }
        }

        if (directory.PreviousMark is { Length: > 0 } mark)
        {
            ended += EndMarked(mark, logger);
        }

        RemoveFiles(directory);
        return ended;
    }

    private static bool IsRunning(WorkerRecord record) =>
        record.BootId == BootId.Current && ProcessStat.Read(record.Pid) is { IsAlive: true } process && process.StartTime == record.StartTime;

    private static int EndMarked(string mark, ILogger logger)
    {
        var family = new ProcessFamily(NoLeader, WorkerMark.Prefix(mark));
        foreach (var process in family.Find())
        {
            WorkerLog.StragglerEnded(logger, process.Pid);
        }

        return End(family);
    }

    // The front door is gone, and with it whom a polite stop would serve.
    private static int End(ProcessFamily family)
    {
        var count = family.Find().Count;
        family.Kill();
        return count;
    }

    private static void RemoveFiles(RuntimeDirectory directory)
    {
        directory.Records.Clear();
        foreach (var folder in directory.FindWorkerFolders())
        {
            PrivateFolder.Remove(folder);
        }
    }
}
