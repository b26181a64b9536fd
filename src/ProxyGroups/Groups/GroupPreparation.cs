using System.Globalization;
using Microsoft.Extensions.Logging;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>Runs what a generation needs once before its first worker (a build), as the worker's user, one group at a time.</summary>
internal sealed class GroupPreparation(ProcessGroup group, GroupHost host, ILogger logger)
{
    private const int OutputLines = 20;

    // Long enough for any build, and an end: others wait for their turn.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly GroupBlueprint _blueprint = group.Blueprint;
    private readonly Queue<string> _lastOutput = new();

    /// <returns>Why it failed; null when it ended well or there was nothing to do.</returns>
    public async Task<SpawnFailure?> RunAsync(int generation)
    {
        if (_blueprint.Runtime.Preparation.Count == 0)
        {
            return null;
        }

        var started = host.Time.GetTimestamp();
        await host.Preparations.WaitAsync();
        try
        {
            logger.Preparing(group.Name, generation, string.Join(' ', _blueprint.Runtime.Preparation));
            var exit = await LaunchAsync(generation);
            return exit.Code == 0 ? null : Failure($"'{string.Join(' ', _blueprint.Runtime.Preparation)}' ended with exit code {exit.Code.ToString(CultureInfo.InvariantCulture)}", "read its output, run it by hand in the app's directory", started);
        }
        catch (LaunchException failure)
        {
            return Failure(failure.Message, failure.Remedy, started);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Failure(failure.Message, "see whether the machine is out of descriptors or disk", started);
        }
        finally
        {
            host.Preparations.Release();
        }
    }

    private async Task<WorkerExit> LaunchAsync(int generation)
    {
        // Id 0 is no worker's: a preparation serves nobody and has no socket.
        var worker = new WorkerIdentity(group.Name, 0, 0, generation);
        var spec = _blueprint.Runtime.CreateLaunchSpec(worker, new WorkerEndpoint { Port = 0 }) with { Command = _blueprint.Runtime.Preparation };
        using var process = await host.Launcher.LaunchAsync(spec, new Dictionary<string, string>(), CancellationToken.None);
        try
        {
            await Task.WhenAll(KeepAsync(process.StandardOutput), KeepAsync(process.StandardError)).WaitAsync(Longest, host.Time);
            return await process.Exited.WaitAsync(Longest, host.Time);
        }
        catch (TimeoutException)
        {
            throw new LaunchException($"'{string.Join(' ', spec.Command)}' did not end within {Longest.TotalMinutes:0} minutes", "run it by hand in the app's directory, or build the app beforehand and name its dll in DotNet");
        }
    }

    private async Task KeepAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            lock (_lastOutput)
            {
                _lastOutput.Enqueue(line);
                if (_lastOutput.Count > OutputLines)
                {
                    _lastOutput.Dequeue();
                }
            }
        }
    }

    private SpawnFailure Failure(string cause, string remedy, long started) =>
        new(SpawnStep.Prepare, cause, [.. _lastOutput], remedy, host.Time.GetElapsedTime(started));
}
