using Microsoft.Extensions.Logging;

namespace ProxyGroups.Supervision;

/// <summary>Log lines about workers; event ids 3000 to 3099. Every line names the worker in the same form.</summary>
internal static partial class WorkerLog
{
    /// <summary>Category of all of them.</summary>
    public const string Category = "ProxyGroups.Worker";

    [LoggerMessage(3000, LogLevel.Information, "{Group}/{Rank} generation {Generation} pid {Pid} {Stream}: {Line}")]
    public static partial void Output(ILogger logger, string group, int rank, int generation, int pid, string stream, string line);

    [LoggerMessage(3001, LogLevel.Warning, "{Group}/{Rank} generation {Generation} pid {Pid} writes more than the log takes: {Count} lines dropped")]
    public static partial void OutputDropped(ILogger logger, string group, int rank, int generation, int pid, int count);

    [LoggerMessage(3002, LogLevel.Debug, "{Group}/{Rank} generation {Generation} pid {Pid} spawned")]
    public static partial void Spawned(ILogger logger, string group, int rank, int generation, int pid);

    [LoggerMessage(3003, LogLevel.Debug, "{Group}/{Rank} generation {Generation} pid {Pid} ready after {ElapsedMilliseconds} ms")]
    public static partial void Ready(ILogger logger, string group, int rank, int generation, int pid, long elapsedMilliseconds);

    [LoggerMessage(3004, LogLevel.Debug, "{Group}/{Rank} generation {Generation} pid {Pid} ended: {Exit}")]
    public static partial void Exited(ILogger logger, string group, int rank, int generation, int pid, WorkerExit exit);

    [LoggerMessage(3005, LogLevel.Debug, "{Group}/{Rank} generation {Generation} pid {Pid} status: {Status}")]
    public static partial void Status(ILogger logger, string group, int rank, int generation, int pid, string status);

    [LoggerMessage(3006, LogLevel.Warning, "{Group}/{Rank} generation {Generation} pid {Pid}: a message on its NOTIFY_SOCKET was ignored, sent by process {Sender} of user {SenderUser}, which is not the worker's")]
    public static partial void NotifyRefused(ILogger logger, string group, int rank, int generation, int pid, int sender, uint senderUser);

    [LoggerMessage(3007, LogLevel.Warning, "{Group}/{Rank} generation {Generation}: its files could not be removed")]
    public static partial void CleanUpFailed(ILogger logger, Exception exception, string group, int rank, int generation);

    [LoggerMessage(3008, LogLevel.Warning, "{Group}/{Rank} generation {Generation} pid {Pid}: its record could not be written")]
    public static partial void RecordFailed(ILogger logger, Exception exception, string group, int rank, int generation, int pid);

    [LoggerMessage(3009, LogLevel.Critical, "{Group}/{Rank} generation {Generation} pid {Pid}: watching it failed, so it is ended. This is a bug of ProxyGroups.")]
    public static partial void SupervisionFailed(ILogger logger, Exception exception, string group, int rank, int generation, int pid);

    [LoggerMessage(3012, LogLevel.Warning, "{Group}/{Rank} generation {Generation} pid {Pid}: its threads are{Waits}")]
    public static partial void Waits(ILogger logger, string group, int rank, int generation, int pid, string waits);

    [LoggerMessage(3013, LogLevel.Error, "{Group}/{Rank} generation {Generation} pid {Pid}: something that it started does not end although it was killed: the kernel waits for a device or a disk. Its cgroup is left to the next start")]
    public static partial void Resists(ILogger logger, string group, int rank, int generation, int pid);

    [LoggerMessage(3014, LogLevel.Warning, "The cgroup {Path} cannot be used, so workers run without one: {Cause}")]
    public static partial void CgroupUnusable(ILogger logger, string path, string cause);

    [LoggerMessage(3015, LogLevel.Warning, "{Group}/{Rank} generation {Generation} pid {Pid}: {Program} does not show its stacks: {Cause}")]
    public static partial void StackToolFailed(ILogger logger, string group, int rank, int generation, int pid, string program, string cause);

    [LoggerMessage(3010, LogLevel.Warning, "{Group}/{Rank} generation {Generation} pid {Pid} was left by a front door that crashed: ended")]
    public static partial void LeftoverEnded(ILogger logger, string group, int rank, int generation, int pid);

    [LoggerMessage(3020, LogLevel.Error, "Log file '{File}' takes no lines: {Cause}. Until it does {Meanwhile}. Remedy: free the disk, let the front door's user write there, and name the file itself in {Setting} rather than a link.")]
    public static partial void LogFileFailed(ILogger logger, string file, string cause, string meanwhile, string setting);

    [LoggerMessage(3021, LogLevel.Information, "Log file '{File}' takes lines again; {Count} did not get into it")]
    public static partial void LogFileRecovered(ILogger logger, string file, int count);

    [LoggerMessage(3011, LogLevel.Warning, "Process {Pid} was left by a worker of a front door that crashed: ended")]
    public static partial void StragglerEnded(ILogger logger, int pid);

    [LoggerMessage(3030, LogLevel.Information, "Preloader of {Owner}: pid {Pid} can fork after {Elapsed:0} ms; it has imported {Imports}")]
    public static partial void PreloaderReady(ILogger logger, string owner, int pid, double elapsed, string imports);

    [LoggerMessage(3031, LogLevel.Warning, "Preloader of {Owner}: pid {Pid} died; its workers serve on, and it is started anew")]
    public static partial void PreloaderDied(ILogger logger, string owner, int pid);

    [LoggerMessage(3032, LogLevel.Information, "Preloader of {Owner}: pid {Pid} has old code, since {Path} has changed; a new one takes its place, and it ends with its last worker")]
    public static partial void PreloaderStale(ILogger logger, string owner, int pid, string path);

    [LoggerMessage(3037, LogLevel.Warning, "Preloader of {Owner}: pid {Pid} is replaced, and ends with its last worker: two workers of group {Group} in a row that it forked died before they were ready")]
    public static partial void ForkedWorkersDied(ILogger logger, string owner, int pid, string group);

    [LoggerMessage(3033, LogLevel.Warning, "Group {Group}: its workers start plainly and are not forked by the preloader of {Owner}: {Cause}. Remedy: {Remedy}")]
    public static partial void StartsPlainly(ILogger logger, string group, string owner, string cause, string remedy);

    [LoggerMessage(3035, LogLevel.Warning, "The {Preloader} is not forked by that of {Owner}, and shares no memory with other apps: {Cause}. Remedy: {Remedy}")]
    public static partial void AppIsAlone(ILogger logger, string preloader, string owner, string cause, string remedy);

    [LoggerMessage(3036, LogLevel.Information, "Application group {Owner}: which modules can be shared is not tried, since what is free below its bounds on memory leaves {MebiBytes} MiB for that; it is tried again when a worker tells of its modules")]
    public static partial void TrialPutOff(ILogger logger, string owner, long mebiBytes);

    [LoggerMessage(3034, LogLevel.Information, "Group {Group}: its workers are forked by the preloader of {Owner} again")]
    public static partial void ForkedAgain(ILogger logger, string group, string owner);
}
