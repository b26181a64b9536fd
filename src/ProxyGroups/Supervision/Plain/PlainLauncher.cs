using System.ComponentModel;

namespace ProxyGroups.Supervision.Plain;

/// <summary>
/// Starts workers with nothing but .NET, where there is no Linux: no session, no limits, no guard against orphans.
/// Refuses what it cannot honour by name. Any thread may call it.
/// </summary>
internal sealed class PlainLauncher : ILauncher
{
    public Task<ILaunchedProcess> LaunchAsync(LaunchSpec spec, IReadOnlyDictionary<string, string> addedEnvironment, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Refuse(spec.User is not null, "Worker:User");
        Refuse(spec.Group is not null, "Worker:Group");
        Refuse(spec.SupplementaryGroups is not null, "Worker:SupplementaryGroups");
        Refuse(spec.Umask is not null, "Worker:Umask");
        Refuse(spec.Nice is not null, "Worker:Nice");
        Refuse(spec.CpuSeconds is not null, "Worker:CpuSeconds");
        Refuse(spec.OpenFiles is not null, "Worker:OpenFiles");
        Refuse(spec.AddressSpace is not null, "Worker:AddressSpace");
        Refuse(spec.CoreSize is not null, "Worker:CoreSize");
        Refuse(spec.Capabilities is not null, "Worker:Capabilities");
        try
        {
            return Task.FromResult<ILaunchedProcess>(PlainProcess.Start(PipedStart.Of(spec.Command, spec.Directory, spec.Environment.Concat(addedEnvironment))));
        }
        catch (Win32Exception exception)
        {
            throw new LaunchException($"Program '{spec.Command[0]}' could not be started: {exception.Message}", "Correct the group's command or Directory, or extend PATH.", exception);
        }
    }

    private static void Refuse(bool isSet, string setting)
    {
        if (isSet)
        {
            throw new LaunchException($"The plain launcher cannot honour {setting}.", $"Remove {setting}, or run on Linux.");
        }
    }
}
