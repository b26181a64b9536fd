using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Admin.Api;

/// <summary>What opens the admin interface on an address. Only its hash is kept, which has one length and is compared in constant time.</summary>
internal sealed class AdminToken : IDisposable
{
    private const string Scheme = "Bearer ";
    private const int LeastLength = 32;
    private const int MostLength = 4096;

    // Whoever asks for the reload still hears how it went.
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(1);

    private readonly byte[] _hash;
    private readonly CancellationTokenSource _replaced = new();

    private AdminToken(byte[] hash) => (_hash, Replaced) = (hash, _replaced.Token);

    /// <summary>Cancelled soon after another one has taken its place.</summary>
    public CancellationToken Replaced { get; }

    /// <exception cref="IOException">The file cannot be used; the message says why, and holds nothing of it.</exception>
    public static AdminToken Read(string file)
    {
        var text = GuardedFile.ReadPrivate(file).TrimEnd('\r', '\n');
        return text.Length is < LeastLength or > MostLength || text.Any(static letter => letter is <= ' ' or > '~')
            ? throw new IOException($"'{file}' holds no token: one line of {LeastLength} to {MostLength} visible ASCII characters.")
            : new AdminToken(Hash(text));
    }

    /// <param name="authorization">The header of a request.</param>
    public bool IsIn(StringValues authorization) =>
        authorization is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && CryptographicOperations.FixedTimeEquals(Hash(value[Scheme.Length..]), _hash);

    public bool IsSameAs(AdminToken other) => CryptographicOperations.FixedTimeEquals(other._hash, _hash);

    /// <summary>It opens nothing any more; what it has opened ends soon.</summary>
    public void Retire() => _replaced.CancelAfter(LastAnswers);

    public void Dispose() => _replaced.Dispose();

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
