using Microsoft.Extensions.Logging;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>Log lines of the groups, ids 2000 to 2099. Every line names group, rank, generation and pid in the same form.</summary>
internal static partial class GroupLog
{
    public const string Category = "ProxyGroups.Groups";

    [LoggerMessage(2000, LogLevel.Critical, "Group {Group}: handling {Event} failed. This is a bug of ProxyGroups; the group goes on.")]
    public static partial void StepFailed(this ILogger logger, string group, GroupEvent @event, Exception exception);

    [LoggerMessage(2016, LogLevel.Critical, "Group {Group}: {Action} failed. This is a bug of ProxyGroups; the group goes on.")]
    public static partial void ActionFailed(this ILogger logger, string group, GroupAction action, Exception exception);

    [LoggerMessage(2001, LogLevel.Information, "Worker {Worker} pid {Pid} is ready")]
    public static partial void WorkerReady(this ILogger logger, WorkerIdentity worker, int pid);

    [LoggerMessage(2002, LogLevel.Error, "Worker {Worker} pid {Pid} did not start (step {Step}, after {Elapsed:0.0} s): {Cause}. Remedy: {Remedy}{LastOutput}")]
    public static partial void StartFailed(this ILogger logger, WorkerIdentity worker, int pid, SpawnStep step, double elapsed, string cause, string remedy, string lastOutput);

    [LoggerMessage(2003, LogLevel.Warning, "Worker {Worker} pid {Pid} ended unexpectedly: {Exit}")]
    public static partial void WorkerDied(this ILogger logger, WorkerIdentity worker, int pid, WorkerExit exit);

    [LoggerMessage(2004, LogLevel.Information, "Worker {Worker} pid {Pid} ended: {Exit} ({Reason})")]
    public static partial void WorkerEnded(this ILogger logger, WorkerIdentity worker, int pid, WorkerExit exit, string reason);

    [LoggerMessage(2005, LogLevel.Information, "Worker {Worker} pid {Pid} drains: {Reason}")]
    public static partial void WorkerDrains(this ILogger logger, WorkerIdentity worker, int pid, string reason);

    [LoggerMessage(2006, LogLevel.Warning, "Worker {Worker} pid {Pid} is killed with all that it started: {Reason}")]
    public static partial void WorkerKilled(this ILogger logger, WorkerIdentity worker, int pid, string reason);

    [LoggerMessage(2007, LogLevel.Error, "Group {Group} is failing and refuses requests with 503: no worker is ready after {Failures} failures in a row, the last at {Failure}. The next try is in {RetryAfter:0.0} s.")]
    public static partial void GroupClosed(this ILogger logger, string group, int failures, SpawnFailure? failure, double retryAfter);

    [LoggerMessage(2008, LogLevel.Information, "Group {Group} admits requests again")]
    public static partial void GroupOpened(this ILogger logger, string group);

    [LoggerMessage(2010, LogLevel.Information, "Group {Group} is started: {Description}")]
    public static partial void GroupStarted(this ILogger logger, string group, string description);

    [LoggerMessage(2011, LogLevel.Information, "Group {Group} is removed")]
    public static partial void GroupRemoved(this ILogger logger, string group);

    [LoggerMessage(2012, LogLevel.Error, "Worker {Worker} pid {Pid} lives, but its connection broke before an answer; its slots are offered again")]
    public static partial void WorkerRestored(this ILogger logger, WorkerIdentity worker, int pid);

    [LoggerMessage(2013, LogLevel.Information, "Group {Group} generation {Generation} prepares: {Command}")]
    public static partial void Preparing(this ILogger logger, string group, int generation, string command);

    [LoggerMessage(2017, LogLevel.Error, "Group {Group} generation {Generation} cannot start: what runs before its workers failed after {Elapsed:0.0} s: {Cause}. Remedy: {Remedy}. The generation before it goes on, and this is tried again{LastOutput}")]
    public static partial void PreparationFailed(this ILogger logger, string group, int generation, double elapsed, string cause, string remedy, string lastOutput);

    [LoggerMessage(2018, LogLevel.Information, "Group {Group}: {Reason}; generation {Generation} replaces its workers one by one")]
    public static partial void GroupRestarts(this ILogger logger, string group, string reason, int generation);

    [LoggerMessage(2019, LogLevel.Information, "Group {Group}: its settings changed, and its running workers follow")]
    public static partial void GroupAdapted(this ILogger logger, string group);

    [LoggerMessage(2020, LogLevel.Information, "Group {Group}: {File} changed, hence the restart")]
    public static partial void FileChanged(this ILogger logger, string group, string file);

    [LoggerMessage(2027, LogLevel.Error, "Group {Group}: cannot look after the app's files in {Directory}; the next look is in a second")]
    public static partial void LookFailed(this ILogger logger, string group, string directory, Exception exception);

    [LoggerMessage(2021, LogLevel.Information, "Group {Group} is {What} ({Page})")]
    public static partial void MaintenanceChanged(this ILogger logger, string group, string what, string page);

    [LoggerMessage(2023, LogLevel.Warning, "Group {Group}: the maintenance page {Page} is not used: {Refusal}")]
    public static partial void PageRefused(this ILogger logger, string group, string page, string refusal);

    [LoggerMessage(2024, LogLevel.Information, "Group {Group}: {Command} as asked")]
    public static partial void CommandTaken(this ILogger logger, string group, string command);

    [LoggerMessage(2015, LogLevel.Warning, "Enabled, Launcher, RuntimeDirectory, Cgroup, Overview and Admin of the section ProxyGroups take effect at the next start of the front door")]
    public static partial void NeedsNewStart(this ILogger logger);

    [LoggerMessage(2025, LogLevel.Information, "Worker {Worker} pid {Pid} is recycled: it {Reason}; it uses {Used:0} MiB. Its successor starts first.")]
    public static partial void WorkerRecycled(this ILogger logger, WorkerIdentity worker, int pid, string reason, double? used);

    [LoggerMessage(2026, LogLevel.Warning, "Worker {Worker} pid {Pid} is recycled in place: it {Reason}; it uses {Used:0} MiB, and with {Available:0} MiB left {Holder} has no room for two. Its successor starts when it is gone; requests wait meanwhile.")]
    public static partial void WorkerRecycledInPlace(this ILogger logger, WorkerIdentity worker, int pid, string reason, double? used, double? available, string holder);

    [LoggerMessage(2030, LogLevel.Warning, "Group {Group} {Shortage}. Its requests wait for the workers that it has, or for room; raise the cap, or lower Processes or MaxProcesses of others.")]
    public static partial void RoomLacking(this ILogger logger, string group, string shortage);

    [LoggerMessage(2031, LogLevel.Warning, "Group {Group} has no room for successors beside the workers that they replace: {Reason}. Each worker goes before its successor starts, one at a time.")]
    public static partial void ReplacedInPlace(this ILogger logger, string group, string reason);

    [LoggerMessage(2032, LogLevel.Information, "Group {Group} has the room that it waited for, or needs it no more")]
    public static partial void RoomFound(this ILogger logger, string group);

    [LoggerMessage(2033, LogLevel.Information, "Group {Group} gives up a worker, {Use}, {Purpose}")]
    public static partial void RoomAsked(this ILogger logger, string group, string use, string purpose);

    [LoggerMessage(2034, LogLevel.Error, "Worker {Worker} pid {Pid}: {Kill}")]
    public static partial void MemoryKilled(this ILogger logger, WorkerIdentity worker, int pid, MemoryKill kill);

    [LoggerMessage(2022, LogLevel.Error, "Worker {Worker} pid {Pid} has given no sign of life for {Silence:0.0} s: {Hint}")]
    public static partial void WorkerSilent(this ILogger logger, WorkerIdentity worker, int pid, double silence, string hint);

    [LoggerMessage(2014, LogLevel.Warning, "Worker {Worker} pid {Pid} was asked for its stacks; they follow in its output")]
    public static partial void StacksAsked(this ILogger logger, WorkerIdentity worker, int pid);

    [LoggerMessage(2040, LogLevel.Information, "Application group {ApplicationGroup}: its apps load modules in common that {Count} imports bring, {MebiBytes:0.0} MiB in each worker; status shows them, and with \"Preload\": \"learn\" the next generation of each process group shares them")]
    public static partial void ModulesLearned(this ILogger logger, string applicationGroup, int count, double mebiBytes);

    [LoggerMessage(2041, LogLevel.Error, "Application group {ApplicationGroup}: which modules can be shared could not be found out; it is tried again when a worker tells of its modules")]
    public static partial void LearningFailed(this ILogger logger, string applicationGroup, Exception exception);

    [LoggerMessage(2042, LogLevel.Warning, "What was learned for Preload cannot be kept, and will be learned anew after a restart of the front door: see whether the disk of the runtime directory is full")]
    public static partial void LearnedNotKept(this ILogger logger, Exception exception);

    [LoggerMessage(2043, LogLevel.Warning, "What was learned for Preload cannot be read, and is learned anew")]
    public static partial void LearnedNotRead(this ILogger logger, Exception exception);

    [LoggerMessage(2048, LogLevel.Debug, "Application group {ApplicationGroup}: sharing saves {Saved:0} MiB now that its workers have settled; a refresh comes when enough of that is lost")]
    public static partial void SharingSettled(this ILogger logger, string applicationGroup, double saved);

    [LoggerMessage(2044, LogLevel.Information, "Application group {ApplicationGroup} is refreshed: a fresh generation of its process groups is taken to save {Gain:0} of {Used:0} MiB; they roll one after the other")]
    public static partial void Refreshes(this ILogger logger, string applicationGroup, double gain, double used);

    [LoggerMessage(2045, LogLevel.Error, "Application group {ApplicationGroup}: whether a fresh generation would pay could not be found out; the next look is in a minute")]
    public static partial void RefreshFailed(this ILogger logger, string applicationGroup, Exception exception);
}
