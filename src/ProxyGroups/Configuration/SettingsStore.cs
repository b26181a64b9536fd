using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace ProxyGroups.Configuration;

/// <summary>
/// The last settings that were good. A change that is not valid as a whole changes nothing: groups and routes that run
/// keep running. Threads: <see cref="Current"/> may be read anywhere; changes are announced one after another, from a
/// timer's thread.
/// </summary>
internal sealed partial class SettingsStore : IDisposable
{
    /// <summary>Watchers fire twice and more for one change, and the file provider itself waits 250 ms before it reads.</summary>
    internal static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(300);

    private readonly SettingsSources _sources;
    private readonly ILogger _logger;
    private readonly Lock _reloading = new();
    private readonly ITimer _timer;
    private readonly List<IDisposable> _watches = [];
    private IReadOnlyList<SectionPresence> _presence;
    private volatile SettingsSnapshot _current;

    /// <exception cref="SettingsException">The first settings are wrong; it lists every error.</exception>
    public SettingsStore(SettingsSources sources, TimeProvider time, ILogger<SettingsStore> logger)
    {
        (_sources, _logger) = (sources, logger);
        (_current, _presence) = LoadFirst(sources);
        LogLoaded(_current.Settings.ProcessGroups.Count, _current.Routes.Count);
        LogWarnings(_current);
        _timer = time.CreateTimer(_ => Reload(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Watch();
    }

    /// <summary>A valid change was taken; <see cref="Current"/> is it already.</summary>
    public event Action<SettingsSnapshot>? Changed;

    /// <summary>Everything was read again and found valid, whether or not it has changed: for who reads files that settings only name.</summary>
    public event Action? Confirmed;

    /// <summary>A change was refused as a whole; what ran keeps running.</summary>
    public event Action<IReadOnlyList<SettingsError>>? Rejected;

    public IConfiguration Configuration => _sources.Configuration;

    /// <summary>The group is given in code, which wins over all layers of the configuration.</summary>
    public bool IsGivenInCode(string group) => _sources.Code.ProcessGroups.ContainsKey(group);

    public SettingsSnapshot Current => _current;

    /// <summary>Why the newest change was refused; empty while <see cref="Current"/> is what is written.</summary>
    public IReadOnlyList<SettingsError> Errors { get; private set; } = [];

    /// <summary>Has the configuration read its sources again, whether or not they seem changed, then reads everything. Who asks for that knows of a file that is gone.</summary>
    public void Reread()
    {
        foreach (var provider in SettingsFiles.Providers(_sources.Configuration))
        {
            LoadAgain(provider);
        }

        Reload(isAsked: true);
    }

    /// <summary>Reads everything now. Also called after a quiet time when something changed.</summary>
    public void Reload() => Reload(isAsked: false);

    private void Reload(bool isAsked)
    {
        lock (_reloading)
        {
            try
            {
                Take(isAsked);
            }
            // A fault in here, or in a listener, must not end the process from a timer's thread.
            catch (Exception exception)
            {
                LogReloadFailed(exception);
            }
        }
    }

    /// <summary>Makes a change to the configuration itself that is taken as a whole or taken back.</summary>
    /// <param name="change">Makes it, and gives what takes it back.</param>
    /// <param name="inspect">What else speaks against it, once it is made.</param>
    /// <param name="keep">Makes it last, once it is found valid; its errors take it back as well.</param>
    public IReadOnlyList<SettingsError> Try(Func<Action> change, Func<IReadOnlyList<SettingsError>> inspect, Func<IReadOnlyList<SettingsError>> keep)
    {
        lock (_reloading)
        {
            var undo = change();
            foreach (var step in new[] { inspect, () => LoadAll().Errors, keep })
            {
                if (step() is { Count: > 0 } errors)
                {
                    undo();
                    return errors;
                }
            }

            Reload();
            return [];
        }
    }

    public void Dispose()
    {
        _watches.ForEach(watch => watch.Dispose());
        _timer.Dispose();
    }

    private static (SettingsSnapshot, IReadOnlyList<SectionPresence>) LoadFirst(SettingsSources sources)
    {
        var (snapshot, errors) = SettingsLoader.Load(sources);
        IReadOnlyList<SettingsError> all = [.. SettingsFiles.FindBroken(sources.Configuration), .. errors];
        return all.Count > 0 ? throw new SettingsException(all) : (snapshot with { Revision = 1 }, SectionPresence.Of(sources.Configuration));
    }

    private void LoadAgain(IConfigurationProvider provider)
    {
        try
        {
            // A stream is read once, and says so by an exception.
            if (provider is not StreamConfigurationProvider)
            {
                provider.Load();
            }
        }
        // A source of anybody's making: one that fails keeps what it had, and the others are read. Of a file Reload says what is wrong.
        catch (Exception exception)
        {
            LogReloadFailed(exception);
        }
    }

    private void Take(bool isAsked)
    {
        var presence = SectionPresence.Of(_sources.Configuration);
        var (candidate, errors) = LoadAll(isAsked);
        Errors = errors;
        if (errors.Count > 0)
        {
            LogRejected(errors.Count, SettingsException.Describe(errors));
            Rejected?.Invoke(errors);
            return;
        }

        _presence = presence;
        if (!candidate.MeansTheSameAs(_current))
        {
            _current = candidate with { Revision = _current.Revision + 1 };
            LogTaken(_current.Revision, _current.Settings.ProcessGroups.Count, _current.Routes.Count);
            LogWarnings(_current);
            Changed?.Invoke(_current);
        }

        Confirmed?.Invoke();
    }

    // With a broken file or a lost section whatever else could be said would only hide the cause.
    private (SettingsSnapshot Candidate, IReadOnlyList<SettingsError> Errors) LoadAll(bool isAsked = false)
    {
        var broken = SettingsFiles.FindBroken(_sources.Configuration);
        IReadOnlyList<SettingsError> errors = broken.Count > 0 ? broken : [.. SectionPresence.FindVanished(_presence, SectionPresence.Of(_sources.Configuration), isAsked)];
        return errors.Count > 0 ? (_current, errors) : SettingsLoader.Load(_sources);
    }

    private void Watch()
    {
        _watches.Add(ChangeToken.OnChange(_sources.Configuration.GetReloadToken, RestartTimer));
        foreach (var source in SettingsFiles.Of(_sources.Configuration).Where(source => source.ReloadOnChange))
        {
            _watches.Add(ChangeToken.OnChange(() => source.FileProvider!.Watch(source.Path!), RestartTimer));
        }
    }

    private void RestartTimer() => _timer.Change(QuietTime, Timeout.InfiniteTimeSpan);

    private void LogWarnings(SettingsSnapshot snapshot)
    {
        foreach (var warning in snapshot.Warnings)
        {
            LogWarning(warning);
        }
    }
}
