using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups.Learning;

/// <summary>
/// What was learned, over a restart of the front door: in its runtime directory, which ends with the machine at the latest, because what
/// is learned is soon learned anew and belongs to the code of the day. Thread-safe.
/// </summary>
/// <param name="directory">Null: nothing is kept.</param>
internal sealed class LearnedStore(RuntimeDirectory? directory, ILogger logger)
{
    private const int MostKept = 100;

    private readonly Lock _gate = new();
    private Dictionary<string, LearnedModules>? _kept;

    private Dictionary<string, LearnedModules> Kept => _kept ??= ReadAll();

    public LearnedModules? Read(string key)
    {
        lock (_gate)
        {
            return Kept.GetValueOrDefault(NameOf(key));
        }
    }

    /// <summary>A disk that takes nothing costs what was learned, at the next start.</summary>
    public void Write(string key, LearnedModules learned)
    {
        lock (_gate)
        {
            _kept = new(Kept.TakeLast(MostKept - 1)) { [NameOf(key)] = learned };
            try
            {
                directory?.WriteLearned(JsonSerializer.Serialize(_kept));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                logger.LearnedNotKept(exception);
            }
        }
    }

    private Dictionary<string, LearnedModules> ReadAll()
    {
        try
        {
            return directory?.ReadLearned() is { } text ? JsonSerializer.Deserialize<Dictionary<string, LearnedModules>>(text) ?? [] : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            logger.LearnedNotRead(exception);
            return [];
        }
    }

    // Variables of an interpreter are in the key, and none of anybody's business.
    private static string NameOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
